"""The pages that edit the definition of an API."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, expect

from tests.wire.console.browser import HEIGHT, WIDTH
from tests.wire.console.case import ConsoleCase
from tests.wire.harness.daemon import proxy_api

APIS = "/management/v2/environments/DEFAULT/apis"


class DefinitionCase(ConsoleCase):
    """A test of a page of an API."""

    def definition(self, api: str) -> Any:
        """Return what is saved."""
        return self.rest("GET", f"{APIS}/{api}")

    def review(self) -> Locator:
        """Let the server check the changes, and return the dialog that shows them."""
        self.page.get_by_role("button", name="Review and save").click()
        return self.page.get_by_role("dialog")

    def save(self) -> None:
        """Save the changes."""
        self.review().get_by_role("button", name="Save", exact=True).click()
        expect(self.page.get_by_text("The API is saved.")).to_be_visible()
        expect(self.page.get_by_text("Nothing is changed.")).to_be_visible()


class EndpointsTests(DefinitionCase):
    """The groups of endpoints."""

    def test_idle_timeout(self) -> None:
        """A changed idle timeout is reviewed, saved, and shown as not deployed."""
        api = self.api()
        page = self.open(f"/apis/{api}/endpoints")
        page.locator("summary", has_text="The HTTP client").click()
        page.get_by_label("Idle timeout").fill("70000")
        expect(page.get_by_text("= 1 min 10 s")).to_be_visible()
        review = self.review()
        expect(review.locator(".diff")).to_contain_text("Shared configuration")
        expect(review.locator(".diff")).to_contain_text("70000")
        review.get_by_role("button", name="Cancel").click()
        group = self.definition(api)["endpointGroups"][0]
        self.assertEqual(group["sharedConfiguration"], {})
        field = page.get_by_label("Idle timeout")
        field.fill("0")
        expect(page.get_by_text("An idle timeout of 0 never ends")).to_be_visible()
        field.fill("70000")
        self.save()
        group = self.definition(api)["endpointGroups"][0]
        self.assertEqual(group["sharedConfiguration"], {"http": {"idleTimeout": 70000}})
        expect(page.get_by_text("This API is out of sync.")).to_be_visible()

    def test_new_group(self) -> None:
        """A group and an endpoint are added, named and ordered."""
        api = self.api()
        page = self.open(f"/apis/{api}/endpoints")
        page.get_by_role("group", name="Add a group").get_by_role("button").click()
        page.get_by_label("Target").last.fill("http://127.0.0.1:9/other")
        page.get_by_role("button", name="Add an endpoint").first.click()
        page.get_by_label("Target").nth(1).fill("http://127.0.0.1:9/second")
        page.get_by_label("Weight").nth(1).fill("3")
        page.get_by_role("button", name="Move up: group").click()
        self.save()
        groups = self.definition(api)["endpointGroups"]
        self.assertEqual([one["name"] for one in groups], ["group", "default-group"])
        second = groups[1]["endpoints"][1]
        self.assertEqual(second["configuration"]["target"], "http://127.0.0.1:9/second")
        self.assertEqual(second["weight"], 3)
        self.assertIs(second["inheritConfiguration"], True)

    def test_refused_target(self) -> None:
        """A refusal of the server stands at its field, and nothing is saved."""
        api = self.api()
        page = self.open(f"/apis/{api}/endpoints")
        target = page.get_by_label("Target")
        before = target.input_value()
        target.fill("ftp://127.0.0.1/")
        page.get_by_role("button", name="Review and save").click()
        expect(target).to_have_attribute("aria-invalid", "true")
        expect(target).to_be_focused()
        expect(page.get_by_role("dialog")).to_have_count(0)
        endpoint = self.definition(api)["endpointGroups"][0]["endpoints"][0]
        self.assertEqual(endpoint["configuration"]["target"], before)

    def test_own_configuration(self) -> None:
        """An endpoint gets a configuration of its own, and a health check."""
        api = self.api()
        page = self.open(f"/apis/{api}/endpoints")
        inherit = page.get_by_role("switch", name="Inherit the configuration")
        if not inherit.is_checked():
            inherit.click()
        inherit.click()
        page.locator("summary", has_text="Used instead of that of the group").wait_for()
        page.locator("summary", has_text="The HTTP client").first.click()
        page.get_by_label("Connect timeout").first.fill("1234")
        page.locator("summary", has_text="Health check").first.click()
        page.get_by_role("button", name="Add a health check").first.click()
        page.get_by_label("Schedule").fill("*/1 * * * * *")
        self.save()
        endpoint = self.definition(api)["endpointGroups"][0]["endpoints"][0]
        self.assertIs(endpoint["inheritConfiguration"], False)
        own = endpoint["sharedConfigurationOverride"]
        self.assertEqual(own["http"]["connectTimeout"], 1234)
        check = endpoint["services"]["healthCheck"]
        self.assertEqual(check["configuration"]["schedule"], "*/1 * * * * *")

    def test_health(self) -> None:
        """Results of health checks are shown as they come."""
        body = proxy_api(f"{self.source}/sse?channel=ssechannel&v=1.1", "/x")
        groups = body["endpointGroups"]
        groups[0]["services"] = {
            "healthCheck": {
                "type": "http-health-check",
                "configuration": {"schedule": "* * * * * *", "target": "/missing"},
            }
        }
        api = self.api(endpointGroups=groups)
        page = self.open(f"/apis/{api}/health")
        checks = page.get_by_role("region", name="Checks")
        expect(checks.get_by_text("Failed").first).to_be_visible()
        page.get_by_label("Result").select_option("Passed")
        expect(page).to_have_url(
            f"{self.origin}/console/apis/{api}/health?success=true"
        )
        expect(checks).to_have_count(0)


class ListenerTests(DefinitionCase):
    """Entrypoints and CORS."""

    def test_cors(self) -> None:
        """CORS is enabled for one origin."""
        api = self.api()
        page = self.open(f"/apis/{api}/cors")
        page.get_by_role("switch", name="Enabled").click()
        page.get_by_role("button", name="Add: Allow origin").click()
        page.get_by_role("textbox", name="Allow origin").fill("https://app.example")
        self.save()
        cors = self.definition(api)["listeners"][0]["cors"]
        self.assertIs(cors["enabled"], True)
        self.assertEqual(cors["allowOrigin"], ["https://app.example"])

    def test_paths(self) -> None:
        """Context-paths are checked as they are typed, by the server, too."""
        self.api("/taken-path")
        api = self.api()
        page = self.open(f"/apis/{api}/entrypoints")
        field = page.get_by_label("Context-path").first
        for text, problem in (
            ("", "Context path is required."),
            ("/a b", "Context path is not valid."),
            ("/a", "Context path has to be more than 3 characters long."),
            ("/taken-path/below", "already exists"),
        ):
            field.fill(text)
            expect(page.get_by_text(problem)).to_be_visible()
        page.get_by_role("button", name="Review and save").click()
        expect(field).to_have_attribute("aria-invalid", "true")
        field.fill("/free-path")
        page.get_by_role("switch", name="Enable virtual hosts").click()
        page.get_by_label("Host", exact=True).fill("a.example")
        self.save()
        self.assertEqual(
            self.definition(api)["listeners"][0]["paths"],
            [{"host": "a.example", "path": "/free-path/", "overrideAccess": False}],
        )

    def test_message_entrypoints(self) -> None:
        """An entrypoint of a MESSAGE API is added and configured."""
        api = self.rest(
            "POST",
            APIS,
            {
                "definitionVersion": "V4",
                "type": "MESSAGE",
                "name": "Messages",
                "apiVersion": "1",
                "listeners": [
                    {
                        "type": "HTTP",
                        "paths": [{"path": "/message-entrypoints"}],
                        "entrypoints": [{"type": "sse"}],
                    }
                ],
                "endpointGroups": [
                    {
                        "name": "group",
                        "type": "memory",
                        "endpoints": [{"name": "topics", "type": "memory"}],
                    }
                ],
            },
        )["id"]
        page = self.open(f"/apis/{api}/entrypoints")
        page.get_by_role("group", name="Add an entrypoint").get_by_role(
            "button", name="Webhook"
        ).click()
        page.get_by_role("group", name="Add an entrypoint").get_by_role(
            "button", name="HTTP POST"
        ).click()
        page.get_by_label("Heartbeat interval").fill("7000")
        self.save()
        listeners = self.definition(api)["listeners"]
        self.assertEqual(
            [[one["type"] for one in each["entrypoints"]] for each in listeners],
            [["sse", "http-post"], ["webhook"]],
        )
        self.assertEqual(
            listeners[0]["entrypoints"][0]["configuration"],
            {"heartbeatIntervalInMs": 7000},
        )


class DefinitionTests(DefinitionCase):
    """What all pages have in common, and the other pages."""

    def test_json_beside_the_form(self) -> None:
        """What is entered as JSON is in the form, and is saved."""
        api = self.api()
        page = self.open(f"/apis/{api}/failover")
        page.get_by_role("button", name="Show JSON").click()
        text = page.get_by_label("JSON", exact=True)
        text.fill('{"enabled": true, "maxRetries": 6}')
        text.fill('{"enabled": true, "maxRetries": 7')
        page.get_by_role("button", name="Review and save").click()
        expect(text).to_be_focused()
        expect(page.get_by_role("dialog")).to_have_count(0)
        text.fill('{"enabled": true, "maxRetries": 7}')
        expect(page.get_by_label("Max retries")).to_have_value("7")
        expect(page.get_by_role("switch", name="Enabled")).to_be_checked()
        self.save()
        failover = self.definition(api)["failover"]
        self.assertEqual((failover["enabled"], failover["maxRetries"]), (True, 7))

    def test_general(self) -> None:
        """Name, labels and lifecycle state; a transition that is not allowed."""
        api = self.api(name="Before")
        page = self.open(f"/apis/{api}/configuration")
        page.get_by_label("Name").fill("")
        page.get_by_role("button", name="Review and save").click()
        expect(page.get_by_label("Name")).to_be_focused()
        page.get_by_label("Name").fill("After")
        page.get_by_role("button", name="Add: Labels").click()
        page.get_by_role("textbox", name="Labels").fill("events")
        page.get_by_label("Lifecycle state").select_option("PUBLISHED")
        page.get_by_label("Running streams").select_option("drain")
        self.save()
        found = self.definition(api)
        self.assertEqual((found["name"], found["labels"]), ("After", ["events"]))
        self.assertEqual(found["lifecycleState"], "PUBLISHED")
        self.assertEqual(found["redeployment"]["runningStreams"], "drain")

    def test_conflict(self) -> None:
        """A version of somebody else is shown, and the own changes can be kept."""
        api = self.api(name="First")
        page = self.open(f"/apis/{api}/configuration")
        page.get_by_label("Description").fill("Mine")
        self.rest("PUT", f"{APIS}/{api}", {**self.definition(api), "name": "Theirs"})
        conflict = self.review()
        expect(conflict.get_by_text("The API was changed meanwhile")).to_be_visible()
        expect(conflict.locator(".diff")).to_contain_text("Theirs")
        conflict.get_by_role("button", name="Keep my changes").click()
        expect(page.get_by_label("Name")).to_have_value("Theirs")
        self.save()
        found = self.definition(api)
        self.assertEqual((found["name"], found["description"]), ("Theirs", "Mine"))

    def test_unsaved(self) -> None:
        """A page with unsaved changes is not left by mistake."""
        api = self.api()
        page = self.open(f"/apis/{api}/failover")
        page.get_by_label("Max retries").fill("9")
        page.get_by_role("link", name="CORS").click()
        page.get_by_role("button", name="Keep editing").click()
        expect(page.get_by_label("Max retries")).to_have_value("9")
        page.get_by_role("link", name="CORS").click()
        page.get_by_role("dialog").get_by_role("button", name="Discard changes").click()
        expect(page.get_by_role("heading", name="CORS")).to_be_visible()

    def test_viewer(self) -> None:
        """A viewer reads the forms, without secrets and without a button that saves."""
        body = proxy_api("http://127.0.0.1:9/", "/x")
        groups = body["endpointGroups"]
        groups[0]["sharedConfiguration"] = {
            "headers": [{"name": "X-Key", "value": "hidden-key"}]
        }
        api = self.api(endpointGroups=groups)
        page = self.open(f"/apis/{api}/endpoints", "VIEWER")
        expect(page.get_by_label("Target")).to_be_disabled()
        expect(
            page.get_by_role("group", name="Headers").get_by_label("Name")
        ).to_have_value("X-Key")
        expect(page.get_by_text("cannot change it")).to_be_visible()
        expect(page.get_by_role("button", name="Review and save")).to_have_count(0)
        expect(page.get_by_role("button", name="Remove")).to_have_count(0)
        self.assertNotIn("hidden-key", page.content())

    def test_properties(self) -> None:
        """A concealed value stays when another property changes."""
        secret = {"key": "token", "value": "s3cr3t", "encryptable": True}
        api = self.api(properties=[secret, {"key": "region", "value": "north"}])
        page = self.open(f"/apis/{api}/properties")
        page.get_by_role("textbox", name="Value").last.fill("south")
        review = self.review()
        self.assertNotIn("s3cr3t", review.inner_text())
        review.get_by_role("button", name="Cancel").click()
        self.save()
        values = {
            one["key"]: one["value"] for one in self.definition(api)["properties"]
        }
        self.assertEqual(values, {"token": "********", "region": "south"})

    def test_response_templates(self) -> None:
        """A template is added by its key and its media type."""
        api = self.api()
        page = self.open(f"/apis/{api}/response-templates")
        page.get_by_role("button", name="Add a template").click()
        page.get_by_label("Error key").fill("DEFAULT")
        page.get_by_label("Media type").fill("application/json")
        page.get_by_label("Body").fill('{"no": true}')
        page.get_by_label("Status code").fill("451")
        self.save()
        template = self.definition(api)["responseTemplates"]["DEFAULT"]
        self.assertEqual(template["application/json"]["statusCode"], 451)
        self.assertEqual(json.loads(template["application/json"]["body"]), {"no": True})

    def test_resources(self) -> None:
        """A resource is added; what the server refuses stands at its fields at once."""
        api = self.api()
        page = self.open(f"/apis/{api}/resources")
        page.get_by_role("button", name="Inline authentication provider").click()
        page.get_by_role("button", name="Review and save").click()
        expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
        page.get_by_label("Name").fill("people")
        page.get_by_role("button", name="Add: Users").click()
        page.get_by_label("Username").fill("ada")
        page.get_by_label("Password").fill("lovelace-1815")
        self.assertNotIn("lovelace", self.review().locator(".diff").inner_text())
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        self.save()
        resource = self.definition(api)["resources"][0]
        self.assertEqual((resource["name"], resource["enabled"]), ("people", True))

    def test_accessible(self) -> None:
        """axe finds nothing on any of the pages, which fit on a telephone."""
        api = self.api()
        for name in (
            "configuration",
            "entrypoints",
            "endpoints",
            "health",
            "failover",
            "cors",
            "response-templates",
            "properties",
            "resources",
        ):
            with self.subTest(name):
                page = self.open(f"/apis/{api}/{name}")
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                expect(page.get_by_text("Loading")).to_have_count(0)
                self.assert_accessible()
                self.narrow()
                self.assert_fits()
                page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
