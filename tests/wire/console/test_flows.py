"""Flows of an API and of its plans, edited by a user."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.wire.console.case import ConsoleCase
from tests.wire.harness.client import RawClient


def flow(name: str, header: str = "X-Flow", **members: object) -> dict[str, object]:
    """Return a flow that adds its name to responses."""
    step = {
        "name": f"tag {name}",
        "policy": "transform-headers",
        "configuration": {"appendHeaders": [{"name": header, "value": name}]},
    }
    return {"name": name, "response": [step], **members}


def message_api(path: str) -> dict[str, object]:
    """Return the definition of an API that makes its own events."""
    return {
        "definitionVersion": "V4",
        "name": f"events at {path}",
        "apiVersion": "1.0",
        "type": "MESSAGE",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": path}],
                "entrypoints": [{"type": "sse"}],
            }
        ],
        "endpointGroups": [
            {
                "name": "made",
                "type": "mock",
                "endpoints": [
                    {
                        "name": "mock",
                        "type": "mock",
                        "configuration": {
                            "messageInterval": 50,
                            "messageContent": "secret of ann",
                        },
                    }
                ],
            }
        ],
    }


class FlowsTests(ConsoleCase):
    """The page of the flows of one API."""

    def saved(self, api: str) -> list[dict[str, object]]:
        """Return the flows that are stored."""
        flows: list[dict[str, object]] = self.daemon.must("GET", f"/apis/{api}")[
            "flows"
        ]
        return flows

    def listed(self, page: Page, name: str) -> Locator:
        """Return the button of a flow of the API."""
        flows = page.get_by_role("region", name="Flows of the API")
        return flows.get_by_role("button", name=re.compile(f"^{name} "))

    def save(self, page: Page) -> None:
        """Press the button, and wait until the server has taken the flows."""
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved. Deploy the API")).to_be_visible()

    def deploy(self, page: Page) -> None:
        """Deploy the API with the banner that it is out of sync."""
        page.get_by_role("button", name="Deploy API").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="Deploy API").click()
        expect(page.get_by_text("API deployed successfully!")).to_be_visible()

    def test_policy_by_mouse(self) -> None:
        """A policy that is chosen, filled in, saved and deployed acts on responses."""
        api = self.api("/by-mouse")
        page = self.open(f"/apis/{api}/flows")
        page.get_by_role("button", name="Add flow: Flows of the API").click()
        page.get_by_label("Flow name").fill("mark responses")
        page.get_by_role("button", name="Add policy: Response").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Search policies").fill("headers")
        expect(dialog.get_by_role("status")).to_have_text("1 policy fits")
        dialog.get_by_role("button", name="Transform headers").click()
        headers = page.get_by_role("group", name="Add headers", exact=True)
        headers.get_by_role("button", name="Add").click()
        headers.get_by_role("textbox", name="Name").fill("X-Console")
        headers.get_by_role("textbox", name="Value").fill("by mouse")
        self.save(page)
        self.assertEqual(
            self.saved(api)[0]["response"],
            [
                {
                    "name": "Transform headers",
                    "enabled": True,
                    "policy": "transform-headers",
                    "configuration": {
                        "addHeaders": [{"name": "X-Console", "value": "by mouse"}]
                    },
                }
            ],
        )
        self.deploy(page)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get("/by-mouse", "Accept: text/event-stream")
        self.assertIn(b"x-console: by mouse", client.until(b"\r\n\r\n").lower())

    def test_events(self) -> None:
        """A step for events, with a condition that is tested with a sample."""
        api = self.daemon.publish(message_api("/console-events"))
        page = self.open(f"/apis/{api}/flows")
        page.get_by_role("button", name="Add flow: Flows of the API").click()
        for phase in ("Request", "Response", "Subscribe", "Publish"):
            expect(
                page.get_by_role("button", name=f"Add policy: {phase}")
            ).to_be_visible()
        page.get_by_role("button", name="Add policy: Subscribe").click()
        page.get_by_role("button", name="Event redact").click()
        patterns = page.get_by_role("group", name="Patterns", exact=True)
        patterns.get_by_role("button", name="Add").click()
        patterns.get_by_role("textbox").fill("ann")
        condition = page.get_by_label("Condition of events")
        condition.fill("{#message.content == ")
        expect(page.get_by_text("the expression is not closed")).to_be_visible()
        condition.fill("{#message.content.contains('secret')}")
        expect(page.get_by_text("the expression is not closed")).to_be_hidden()
        tester = page.locator("relay-condition").filter(has=condition)
        tester.get_by_text("Test with a sample").click()
        expect(tester.get_by_role("status")).to_have_text("Result: false")
        tester.get_by_label("Sample").fill('{"message": {"content": "a secret"}}')
        expect(tester.get_by_role("status")).to_have_text("Result: true")
        self.save(page)
        self.deploy(page)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get("/console-events", "Accept: text/event-stream")
        client.until(b"data: secret of ***")

    def test_order_by_keyboard(self) -> None:
        """Flows and steps are moved, and saved, with the keyboard alone."""
        api = self.api(flows=[flow("one"), flow("two"), flow("three")])
        page = self.open(f"/apis/{api}/flows")
        one = self.listed(page, "one")
        one.focus()
        page.keyboard.press("Alt+ArrowDown")
        expect(page.get_by_text("one is now 2 of 3.")).to_be_attached()
        expect(one).to_be_focused()
        page.keyboard.press("Alt+ArrowDown")
        expect(page.get_by_text("one is now 3 of 3.")).to_be_attached()
        expect(one).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Flow name")).to_have_value("one")
        page.get_by_role("button", name="tag one").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Duplicate").last.press("Enter")
        copied = page.get_by_role("group", name="Step tag one")
        copied.get_by_label("Name").first.fill("copy")
        page.get_by_role("button", name="copy Transform headers").press("Alt+ArrowLeft")
        page.get_by_role("button", name="Save", exact=True).press("Enter")
        expect(page.get_by_text("Saved. Deploy the API")).to_be_visible()
        stored = self.saved(api)
        self.assertEqual([one["name"] for one in stored], ["two", "three", "one"])
        steps = stored[2]["response"]
        assert isinstance(steps, list)
        self.assertEqual([one["name"] for one in steps], ["copy", "tag one"])

    def test_errors_at_their_fields(self) -> None:
        """A refusal stands at the fields, and nothing is stored, of plans neither."""
        api = self.api(flows=[flow("one")])
        page = self.open(f"/apis/{api}/flows")
        page.get_by_role("button", name="Add flow: Flows of the plan").click()
        self.listed(page, "one").click()
        page.get_by_role("button", name="Add path and methods").click()
        page.get_by_label("Path", exact=True).fill("/a?b")
        page.get_by_role("button", name="tag one").click()
        headers = page.get_by_role("group", name="Append headers", exact=True)
        headers.get_by_role("button", name="Add").last.click()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_label("Path", exact=True)).to_have_accessible_description(
            "must be a path, without a query and a fragment"
            " After the context-path. :name stands for one segment."
        )
        wrong = headers.get_by_role("textbox", name="Name").nth(1)
        expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(page.get_by_text("refused", exact=True).first).to_be_visible()
        self.assert_accessible()
        plan = self.daemon.must("GET", f"/apis/{api}/plans")["data"][0]
        self.assertEqual((plan["flows"], len(self.saved(api))), ([], 1))
        page.get_by_role("button", name="Duplicate").first.click()
        expect(page.get_by_text("refused", exact=True)).to_have_count(0)
        expect(page.get_by_label("Flow name")).to_have_value("Copy of one")

    def test_somebody_else(self) -> None:
        """A change of another user is told, and replaced only if the user wants it."""
        api = self.api(flows=[flow("one")])
        page = self.open(f"/apis/{api}/flows")
        page.get_by_label("Flow name").fill("mine")
        self.daemon.must("PATCH", f"/apis/{api}", {"description": "theirs"})
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Somebody has saved this API")).to_be_visible()
        self.assertEqual(self.saved(api)[0]["name"], "one")
        page.get_by_role("button", name="Replace theirs").click()
        expect(page.get_by_text("Saved. Deploy the API")).to_be_visible()
        stored = self.daemon.must("GET", f"/apis/{api}")
        self.assertEqual(
            (stored["flows"][0]["name"], stored["description"]), ("mine", "theirs")
        )

    def test_json(self) -> None:
        """All flows of a plan as JSON; a link away asks before changes are lost."""
        api = self.api()
        page = self.open(f"/apis/{api}/flows")
        plan = self.daemon.must("GET", f"/apis/{api}/plans")["data"][0]["id"]
        page.goto(f"/console/apis/{api}/flows?plan={plan}&view=json")
        page.get_by_label("The flows as JSON").fill('[{"name": "of the plan"}]')
        page.get_by_role("link", name="Plans", exact=True).click()
        page.get_by_role("button", name="Keep editing").click()
        page.get_by_role("combobox", name="Mode").select_option("BEST_MATCH")
        curl = page.locator("details.curl")
        curl.get_by_text("As curl").click()
        expect(curl).to_contain_text("-X PATCH")
        expect(curl).to_contain_text(f"/plans/{plan}")
        self.save(page)
        stored = self.daemon.must("GET", f"/apis/{api}/plans/{plan}")
        self.assertEqual(stored["flows"][0]["name"], "of the plan")
        execution = self.daemon.must("GET", f"/apis/{api}")["flowExecution"]
        self.assertEqual(execution["mode"], "BEST_MATCH")

    def test_viewer(self) -> None:
        """A viewer sees the flows, and no way to change them."""
        api = self.api(flows=[flow("one")])
        page = self.open(f"/apis/{api}/flows", role="VIEWER")
        expect(page.get_by_label("Flow name")).to_be_disabled()
        page.get_by_role("button", name="tag one").click()
        expect(page.get_by_label("Description")).to_be_disabled()
        for name in ("Save", "Add flow", "Add policy", "Remove", "Duplicate", "Move"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        self.assert_accessible()

    def test_narrow_and_dark(self) -> None:
        """The editor works on a telephone, in the dark theme, too."""
        api = self.api(flows=[flow("one")])
        page = self.open(f"/apis/{api}/flows")
        page.get_by_role("button", name="tag one").click()
        expect(
            page.get_by_role("group", name="Append headers", exact=True)
        ).to_be_visible()
        self.assert_accessible()
        self.narrow()
        self.dark()
        self.assert_fits()
        self.assert_accessible()
