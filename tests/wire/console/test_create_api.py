"""Creating APIs in the console."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.wire.console.case import ConsoleCase

ENVIRONMENT = "/management/v2/environments/DEFAULT"
OWN = {"_links", "createdAt", "deployedAt", "id", "updatedAt"}
"""Members of an API, and of a plan, that are its own."""


class CreateCase(ConsoleCase):
    """A test of the wizard."""

    def button(self, name: str) -> Locator:
        """Return a button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def heading(self, name: str) -> None:
        """Wait for a step."""
        expect(self.page.get_by_role("heading", name=name, exact=True)).to_be_visible()

    def begin(self, role: str = "ADMIN") -> Page:
        """Open the wizard."""
        page = self.open("/apis/new", role)
        self.heading("Provide some details on your API")
        return page

    def details(self, name: str) -> None:
        """Fill in the first step."""
        self.page.get_by_label("API name").fill(name)
        self.page.get_by_label("Version number").fill("1.0")
        self.button("Validate my API details").click()
        self.heading("Select how you want your backend service exposed")

    def proxy(self, path: str) -> None:
        """Select the first architecture, and set its context-path."""
        self.button("Select my API architecture").click()
        self.heading("Select your API entrypoints")
        self.button("Select my entrypoints").click()
        self.heading("Configure your API entrypoints")
        self.page.get_by_label("Context-path").fill(path)
        self.button("Validate my entrypoints").click()
        self.heading("Configure your API endpoints access")

    def endpoint(self, target: str) -> None:
        """Set the target."""
        self.page.get_by_label("Target URL").fill(target)
        self.button("Validate my endpoints").click()
        self.heading("Configure your API security")

    def summary(self) -> None:
        """Accept the plans."""
        self.button("Validate my plans").click()
        self.heading("Review your API configuration")

    def created(self) -> str:
        """Wait for the page of the new API, and return the id of the API."""
        self.page.wait_for_url("**/console/apis/*-*")
        return self.page.url.rpartition("/")[2]

    def shown(self, api_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return an API and its plans, without what is their own."""
        api = self.rest("GET", f"{ENVIRONMENT}/apis/{api_id}")
        query = "statuses=STAGING,PUBLISHED"
        plans = self.rest("GET", f"{ENVIRONMENT}/apis/{api_id}/plans?{query}")["data"]
        return _common(api, {"hrid"}), [
            _common(one, {"apiId", "publishedAt"}) for one in plans
        ]


def _common(document: dict[str, Any], also: set[str] | None = None) -> dict[str, Any]:
    own = OWN | (also or set())
    return {name: value for name, value in document.items() if name not in own}


class StepTests(CreateCase):
    """What each step checks, and what stays of it."""

    def test_required_fields(self) -> None:
        """All mistakes of a step are shown at once, at their fields."""
        page = self.begin()
        self.button("Validate my API details").click()
        name, version = page.get_by_label("API name"), page.get_by_label("Version")
        expect(page.get_by_text("API name is required")).to_be_visible()
        expect(page.get_by_text("Version number is required")).to_be_visible()
        expect(name).to_be_focused()
        expect(name).to_have_attribute("aria-invalid", "true")
        self.assert_accessible()
        for field, limit in ((name, 50), (version, 32)):
            expect(field).to_have_attribute("maxlength", str(limit))
        expect(page.get_by_label("Description")).to_have_attribute("maxlength", "250")
        expect(page.get_by_text("0/250")).to_be_visible()
        name.fill("x")
        expect(page.get_by_text("API name is required")).to_be_hidden()

    def test_context_path(self) -> None:
        """A context-path is checked while it is typed, by the server, too."""
        self.api("/wizard-taken", name="Taken")
        page = self.begin()
        self.details("Paths")
        self.button("Select my API architecture").click()
        self.button("Select my entrypoints").click()
        path = page.get_by_label("Context-path")
        for typed, message in (
            ("wizard", "Context path is not valid."),
            ("/wizard//x", "Context path is not valid."),
            ("/wizard x", "Context path is not valid."),
            ("/wi", "Context path has to be more than 3 characters long."),
            ("/wizard-taken", "Path [/wizard-taken/] already exists"),
        ):
            path.fill(typed)
            expect(page.get_by_text(message)).to_be_visible()
        path.fill("")
        self.button("Validate my entrypoints").click()
        expect(page.get_by_text("Context path is required.")).to_be_visible()
        path.fill("/wizard-free")
        expect(page.get_by_text("This context-path is free.")).to_be_visible()
        drawn = page.get_by_role("figure", name="The way of a call")
        expect(drawn).to_contain_text(f"{self.daemon.gateway_url}/wizard-free")
        self.button("Add context-path").click()
        second = page.get_by_role("textbox", name="Context-path 2")
        second.fill("/wizard-free")
        expect(page.get_by_text("Duplicated context path not allowed")).to_be_visible()
        self.button("Remove context-path 2").click()
        page.get_by_label("Enable virtual hosts").check()
        page.get_by_role("textbox", name="Host").fill("events.example")
        expect(drawn).to_contain_text("events.example/wizard-free")
        self.button("Validate my entrypoints").click()
        self.heading("Configure your API endpoints access")

    def test_refusals_of_the_server(self) -> None:
        """What only the server refuses is shown at the field."""
        page = self.begin()
        self.details("Refused")
        self.proxy("/wizard-refused")
        page.get_by_label("Target URL").fill("ftp://example.com")
        page.get_by_label("Idle timeout").first.fill("-1")
        self.button("Validate my endpoints").click()
        expect(page.get_by_text("must start with http:// or https://")).to_be_visible()
        expect(page.get_by_text("must be at least 0").first).to_be_visible()
        expect(page.get_by_label("Target URL")).to_be_focused()
        page.get_by_label("Target URL").fill("http://example.com")
        page.get_by_label("Idle timeout").first.fill("70000")
        self.button("Validate my endpoints").click()
        self.heading("Configure your API security")

    def test_refused_at_the_end(self) -> None:
        """What another user takes meanwhile is refused, with the way to the field."""
        page = self.begin()
        self.details("Late")
        self.proxy("/wizard-late")
        self.endpoint("http://example.com")
        self.summary()
        self.api("/wizard-late", name="Earlier")
        self.button("Save & Deploy API").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was saved")
        self.button("Entrypoints: 1 mistake").click()
        message = "Path [/wizard-late/] already exists"
        expect(page.get_by_text(message).first).to_be_visible()
        page.get_by_label("Context-path").fill("/wizard-later")
        self.button("Validate my entrypoints").click()
        self.heading("Configure your API endpoints access")

    def test_previous(self) -> None:
        """What was entered is there again, from the summary, too."""
        page = self.begin()
        self.details("Kept")
        self.proxy("/wizard-kept")
        self.endpoint("http://example.com/kept")
        self.button("Previous").click()
        expect(page.get_by_label("Target URL")).to_have_value("http://example.com/kept")
        self.button("Previous").click()
        expect(page.get_by_label("Context-path")).to_have_value("/wizard-kept")
        page.get_by_role("navigation", name="Steps").get_by_role(
            "button", name="Security"
        ).click()
        self.summary()
        self.button("Change API details").click()
        expect(page.get_by_label("API name")).to_have_value("Kept")

    def test_leaving(self) -> None:
        """A draft is not lost without a question."""
        page = self.begin()
        self.button("Exit").click()
        expect(page).to_have_url(f"{self.origin}/console/apis")
        page.goto("/console/apis/new")
        page.get_by_label("API name").fill("Lost")
        self.button("Exit").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("You still need to create your API.")
        dialog.get_by_role("button", name="Keep creating").click()
        expect(page.get_by_label("API name")).to_have_value("Lost")
        self.button("Exit").click()
        dialog.get_by_role("button", name="Discard changes").click()
        expect(page).to_have_url(f"{self.origin}/console/apis")

    def test_other_architecture(self) -> None:
        """Another architecture resets what depends on it, after a warning."""
        page = self.begin()
        self.details("Reset")
        self.proxy("/wizard-reset")
        self.endpoint("http://example.com")
        page.get_by_role("navigation", name="Steps").get_by_role(
            "button", name="Entrypoints"
        ).click()
        mediation = page.get_by_role("radio", name="Protocol Mediation")
        mediation.check()
        dialog = page.get_by_role("dialog")
        warning = (
            "all previously entered data in Endpoints and Security steps will be reset"
        )
        expect(dialog).to_contain_text(warning)
        dialog.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("radio", name="Proxy Generic")).to_be_checked()
        mediation.check()
        dialog.get_by_role("button", name="Change").click()
        expect(mediation).to_be_checked()
        self.button("Select my API architecture").click()
        expect(page.get_by_role("checkbox", name="Server-Sent Events")).to_be_checked()

    def test_role(self) -> None:
        """A viewer is told that the page is not for viewers."""
        page = self.open("/apis/new", "VIEWER")
        expect(page.get_by_role("heading", level=1)).to_contain_text("PUBLISHER")
        expect(page.get_by_label("API name")).to_have_count(0)

    def test_narrow_and_dark(self) -> None:
        """Every step works on a telephone, in the dark."""
        self.narrow()
        self.dark()
        page = self.begin()
        self.assert_fits()
        self.details("Narrow")
        self.assert_fits()
        self.assert_accessible()
        self.proxy("/wizard-narrow")
        page.get_by_text("All options of the endpoint").click()
        self.assert_fits()
        self.assert_accessible()
        page.get_by_text("All options of the endpoint").click()
        self.endpoint("http://example.com")
        self.assert_fits()
        self.assert_accessible()
        self.summary()
        self.assert_fits()
        self.assert_accessible()


class PlanTests(CreateCase):
    """The plans of a new API."""

    def test_plans(self) -> None:
        """Plans are added, edited and removed; the preset can be put back."""
        page = self.begin()
        self.details("Planned")
        self.proxy("/wizard-plans")
        self.endpoint("http://example.com")
        preset = "Default Keyless (UNSECURED)"
        expect(page.get_by_role("cell", name=preset, exact=True)).to_be_visible()
        self.button(f"Remove {preset}").click()
        self.button("Validate my plans").click()
        expect(page.get_by_text("Add at least one plan")).to_be_visible()
        self.button("Add plan").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Security type").select_option(label="API key")
        # The button moves down when the options are loaded.
        expect(dialog.get_by_label("Propagate API key")).to_be_visible()
        dialog.get_by_role("button", name="Use this plan").click()
        expect(dialog.get_by_text("Name is required")).to_be_visible()
        dialog.get_by_role("textbox", name="Name", exact=True).fill("Keys")
        dialog.get_by_label("Auto validate subscriptions").check()
        dialog.get_by_role("switch", name="Propagate API key").check()
        self.assert_accessible()
        dialog.get_by_role("button", name="Use this plan").click()
        self.button(f"Add “{preset}”").click()
        self.button("Edit Keys").click()
        dialog.get_by_role("textbox", name="Name", exact=True).fill("Partners")
        dialog.get_by_role("button", name="Use this plan").click()
        drawn = page.get_by_role("figure", name="The way of a call")
        expect(drawn).to_contain_text("Partners")
        self.summary()
        self.button("Save API").click()
        api_id = self.created()
        api, plans = self.shown(api_id)
        self.assertEqual(api["state"], "STOPPED")
        self.assertEqual(
            [(one["name"], one["status"], one["validation"]) for one in plans],
            [("Partners", "PUBLISHED", "AUTO"), (preset, "PUBLISHED", "MANUAL")],
        )
        configuration = plans[0]["security"]["configuration"]
        self.assertEqual(configuration["propagateApiKey"], True)


class SaveTests(CreateCase):
    """What is created."""

    def test_equal_to_rest(self) -> None:
        """An API of the console is the same, member by member, as one of REST."""
        target = f"{self.source}/sse?channel=ssechannel&v=1.1"
        page = self.begin()
        self.details("Same")
        self.proxy("/wizard-console")
        page.get_by_label("Idle timeout").first.fill("70000")
        self.endpoint(target)
        self.summary()
        self.button("Save & Deploy API").click()
        api, plans = self.shown(self.created())
        definition = {
            "definitionVersion": "V4",
            "name": "Same",
            "apiVersion": "1.0",
            "type": "PROXY",
            "listeners": [
                {
                    "type": "HTTP",
                    "paths": [{"path": "/wizard-rest"}],
                    "entrypoints": [{"type": "http-proxy", "configuration": {}}],
                }
            ],
            "endpointGroups": [
                {
                    "name": "Default HTTP proxy group",
                    "type": "http-proxy",
                    "sharedConfiguration": {
                        "http": {"keepAlive": True, "idleTimeout": 70000}
                    },
                    "endpoints": [
                        {
                            "name": "Default HTTP proxy",
                            "type": "http-proxy",
                            "inheritConfiguration": True,
                            "configuration": {"target": target},
                        }
                    ],
                }
            ],
        }
        plan = {
            "definitionVersion": "V4",
            "name": "Default Keyless (UNSECURED)",
            "description": "Default unsecured plan",
            "mode": "STANDARD",
            "security": {"type": "KEY_LESS", "configuration": {}},
            "validation": "MANUAL",
        }
        must = self.daemon.must
        api_id = must("POST", "/apis", definition)["id"]
        plan_id = must("POST", f"/apis/{api_id}/plans", plan)["id"]
        must("POST", f"/apis/{api_id}/plans/{plan_id}/_publish")
        must("POST", f"/apis/{api_id}/_start")
        other, other_plans = self.shown(api_id)
        [path] = api["listeners"][0]["paths"]
        self.assertEqual(path["path"].strip("/"), "wizard-console")
        path["path"] = other["listeners"][0]["paths"][0]["path"]
        self.assertEqual(set(api), set(other))
        for name, value in other.items():
            self.assertEqual(api[name], value, name)
        self.assertEqual(plans, other_plans)

    def test_curl(self) -> None:
        """The commands of the summary are what is sent."""
        page = self.begin()
        self.details("Shown")
        self.proxy("/wizard-curl")
        self.endpoint("http://example.com")
        self.summary()
        page.get_by_text("As curl").click()
        shown = page.get_by_label("As curl", exact=True).first.inner_text()
        self.assertIn("/apis/_import/definition", shown)
        self.assertIn("/apis/API_ID/_start", shown)
        with page.expect_request("**/apis/_import/definition") as sent:
            self.button("Save API").click()
        body = shown.partition("-d '")[2].partition("'")[0]
        self.assertEqual(json.loads(body), sent.value.post_data_json)
        self.created()

    def test_half_saved(self) -> None:
        """An API that was saved and cannot be deployed is continued or undone."""
        page = self.begin()
        for deleted in (False, True):
            self.details("Half")
            self.proxy("/wizard-half")
            page.get_by_text("All options of the endpoint").click()
            self.button("Show JSON").click()
            store = {"type": "PEM", "path": "/nowhere/ca.pem"}
            page.get_by_role("textbox", name="JSON").fill(
                json.dumps({"ssl": {"trustStore": store}})
            )
            self.endpoint("https://example.com")
            self.summary()
            self.button("Save & Deploy API").click()
            self.heading("The API was saved, but it does not run")
            self.assert_accessible()
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("/nowhere/ca.pem")
            self.button("Deploy again").click()
            expect(alert).to_contain_text("/nowhere/ca.pem")
            if not deleted:
                self.button("Show the API").click()
                api_id = self.created()
                self.rest("DELETE", f"{ENVIRONMENT}/apis/{api_id}?closePlans=true")
                page.goto("/console/apis/new")
            else:
                self.button("Delete the API").click()
                expect(page).to_have_url(f"{self.origin}/console/apis")
        verdict = self.daemon.must(
            "POST", "/apis/_verify/paths", {"paths": [{"path": "/wizard-half"}]}
        )
        self.assertEqual(verdict, {"ok": True})

    def test_message_api(self) -> None:
        """Protocol mediation: one upstream, its events by several entrypoints."""
        page = self.begin()
        self.details("Mediated")
        page.get_by_role("radio", name="Protocol Mediation").check()
        self.button("Select my API architecture").click()
        for name in ("WebSocket", "Webhook"):
            page.get_by_role("checkbox", name=name).check()
        self.assert_accessible()
        self.button("Select my entrypoints").click()
        page.get_by_label("Context-path").fill("/wizard-message")
        self.button("Validate my entrypoints").click()
        self.heading("Select your API endpoints access")
        expect(page.get_by_role("radio", name="Event stream")).to_be_checked()
        self.button("Select my endpoints").click()
        self.endpoint(f"{self.source}/sse?channel=ssechannel&v=1.1")
        for name in ("Default Keyless (UNSECURED)", "Default PUSH plan"):
            expect(page.get_by_role("cell", name=name, exact=True)).to_be_visible()
        self.summary()
        self.button("Save & Deploy API").click()
        api, plans = self.shown(self.created())
        self.assertEqual((api["type"], api["state"]), ("MESSAGE", "STARTED"))
        self.assertEqual(
            [
                (listener["type"], [one["type"] for one in listener["entrypoints"]])
                for listener in api["listeners"]
            ],
            [("HTTP", ["sse", "websocket"]), ("SUBSCRIPTION", ["webhook"])],
        )
        self.assertEqual([one["mode"] for one in plans], ["STANDARD", "PUSH"])

    def test_message_api_without_target(self) -> None:
        """A mock endpoint has options in place of a target."""
        page = self.begin()
        self.details("Mocked")
        page.get_by_role("radio", name="Protocol Mediation").check()
        self.button("Select my API architecture").click()
        self.button("Select my entrypoints").click()
        page.get_by_label("Context-path").fill("/wizard-mock")
        self.button("Validate my entrypoints").click()
        page.get_by_role("radio", name="Mock").check()
        self.button("Select my endpoints").click()
        page.get_by_label("Message interval").fill("200")
        self.button("Validate my endpoints").click()
        self.summary()
        self.button("Save & Deploy API").click()
        api, _ = self.shown(self.created())
        [group] = api["endpointGroups"]
        self.assertEqual(group["type"], "mock")
        configuration = group["endpoints"][0]["configuration"]
        self.assertEqual(configuration["messageInterval"], 200)


class ProbeTests(CreateCase):
    """The probe beside the target."""

    def at_the_target(self, target: str) -> Page:
        """Go on to the endpoint."""
        page = self.begin()
        self.details("Probed")
        self.proxy("/wizard-probe")
        page.get_by_label("Target URL").fill(target)
        return page

    def test_heartbeat(self) -> None:
        """The heartbeat is measured, and its idle timeout is taken over."""
        page = self.at_the_target(f"{self.source}/sse?channel=probed&v=1.1")
        page.get_by_label("Idle timeout").first.fill("200")
        self.button("Probe the target").click()
        expect(page.get_by_text("The source answered 401").first).to_be_visible()
        page.get_by_label("Credentials").select_option(label="User name and password")
        page.get_by_label("User name").fill("demo")
        page.get_by_label("Password").fill("relay")
        page.get_by_label("Password").press("Enter")
        expect(page.get_by_text("text/event-stream", exact=True).first).to_be_visible()
        self.button("Use 11000 ms").click()
        idle = page.get_by_label("Idle timeout").first
        expect(idle).to_have_value("11000")
        self.button("Stop").click()
        expect(page.get_by_text("The probe was stopped.")).to_be_visible()
        self.assert_accessible()
        self.assertNotIn(
            "relay", page.get_by_label("As curl").first.text_content() or ""
        )
        self.button("Validate my endpoints").click()
        self.heading("Configure your API security")
        page.get_by_role("navigation", name="Steps").get_by_role(
            "button", name="Endpoints"
        ).click()
        expect(page.get_by_label("Credentials")).to_have_value("none")

    def test_events(self) -> None:
        """The first events are listed, with their times."""
        api_id = self.api(name="Counted", **_COUNTING)
        [url] = self.daemon.must("GET", f"/apis/{api_id}/exposedEntrypoints")
        page = self.at_the_target(url["value"])
        page.get_by_label("Duration").fill("2")
        self.button("Probe the target").click()
        row = page.get_by_role("row").filter(has_text="number 3")
        expect(row).to_contain_text("ms")
        expect(page.get_by_text("The 2 s of the probe are over")).to_be_visible()
        expect(page.get_by_text("No two heartbeats were received")).to_be_visible()

    def test_causes(self) -> None:
        """The cause of a failure, and a mistake of the request."""
        page = self.at_the_target("http://name.invalid/")
        self.button("Probe the target").click()
        expect(page.get_by_text("The upstream's name did not resolve")).to_be_visible()
        page.get_by_label("Duration").fill("999")
        self.button("Probe the target").click()
        expect(page.get_by_text("must be at most 300")).to_be_visible()


_COUNTING: dict[str, Any] = {
    "type": "MESSAGE",
    "listeners": [
        {
            "type": "HTTP",
            "paths": [{"path": "/wizard-counting"}],
            "entrypoints": [{"type": "sse", "configuration": {}}],
        }
    ],
    "endpointGroups": [
        {
            "name": "mocks",
            "type": "mock",
            "endpoints": [
                {
                    "name": "mock",
                    "type": "mock",
                    "configuration": {
                        "messageInterval": 100,
                        "messageContent": "number {counter}",
                    },
                }
            ],
        }
    ],
}
