"""Plans of an API, made and ended by a user."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.wire.console.case import ConsoleCase, basic
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import until

DEMO_USER = f"Authorization: {basic('demo', 'relay')['Authorization']}"
"""The credentials that the demo source wants."""
KEYS = {"name": "Keys", "security": {"type": "API_KEY"}, "validation": "AUTO"}


class PlansTests(ConsoleCase):
    """The pages of the plans of one API."""

    def plan(self, api: str, **changes: object) -> str:
        """Create and publish a plan with API keys."""
        plans = f"/apis/{api}/plans"
        plan: str = self.daemon.must("POST", plans, {**KEYS, **changes})["id"]
        self.daemon.must("POST", f"{plans}/{plan}/_publish")
        return plan

    def test_created_and_published(self) -> None:
        """A plan of the form, with an error at its field first."""
        api = self.api()
        page = self.open(f"/apis/{api}/plans")
        page.get_by_role("link", name="Add plan").click()
        page.get_by_role("button", name="Create and publish plan").click()
        expect(page.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
        self.assert_accessible()
        page.get_by_label("Name").fill("Signed tokens")
        page.get_by_label("Security", exact=True).select_option("JWT")
        page.get_by_label("Characteristics").fill("partners, beta")
        page.get_by_label("Resolver parameter").fill("a shared secret of 32 characters")
        page.get_by_label("Signature").select_option("HMAC_HS256")
        rule = page.get_by_label("Selection rule")
        rule.fill("#request.methd == 'GET'")
        expect(page.get_by_text("#request has no methd")).to_be_visible()
        rule.fill("#request.method == 'GET'")
        expect(page.get_by_text("#request has no methd")).to_be_hidden()
        page.get_by_role("button", name="Create and publish plan").click()
        expect(
            page.get_by_role("heading", name="Signed tokens", level=1)
        ).to_be_visible()
        expect(page.get_by_text("Published", exact=True).first).to_be_visible()
        [plan] = [
            one
            for one in self.daemon.must("GET", f"/apis/{api}/plans")["data"]
            if one["name"] == "Signed tokens"
        ]
        self.assertEqual(
            (plan["status"], plan["security"]["type"], plan["characteristics"]),
            ("PUBLISHED", "JWT", ["partners", "beta"]),
        )
        self.assertEqual(plan["security"]["configuration"]["signature"], "HMAC_HS256")
        page.get_by_label("Name").fill("Tokens")
        rule.fill("{#request.method == ")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The server refused")).to_be_visible()
        expect(rule).to_have_attribute("aria-invalid", "true")
        rule.fill("")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Tokens", exact=True)).to_be_visible()
        stored = self.daemon.must("GET", f"/apis/{api}/plans/{plan['id']}")
        self.assertEqual(stored["name"], "Tokens")
        self.assertNotIn("selectionRule", stored)

    def test_not_published(self) -> None:
        """A plan that cannot be published is there, in staging, and can be deleted."""
        api = self.api()
        page = self.open(f"/apis/{api}/plans/new")
        page.get_by_label("Name").fill("Second keyless")
        page.get_by_label("Security", exact=True).select_option("KEY_LESS")
        expect(page.get_by_label("Validation")).to_have_count(0)
        page.get_by_role("button", name="Create and publish plan").click()
        expect(page.get_by_text("is already published")).to_be_visible()
        expect(page.get_by_text("Staging", exact=True)).to_be_visible()
        page.get_by_role("link", name="Plans", exact=True).click()
        page.get_by_role("tab", name="Staging (1)").click()
        page.get_by_role("button", name="Delete: Second keyless").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("tab", name="Staging (0)")).to_be_visible()

    def test_somebody_else(self) -> None:
        """A change of another user is told, and taken if the user wants it."""
        api = self.api()
        plan = self.plan(api)
        page = self.open(f"/apis/{api}/plans/{plan}")
        page.get_by_label("Name").fill("Mine")
        where = f"/apis/{api}/plans/{plan}"
        self.daemon.must("PATCH", where, {"name": "Theirs"})
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Somebody has changed this plan")).to_be_visible()
        self.assertEqual(self.daemon.must("GET", where)["name"], "Theirs")
        page.get_by_role("button", name="Discard my changes").click()
        expect(page.get_by_label("Name")).to_have_value("Theirs")
        page.get_by_label("Name").fill("Mine again")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="Mine again")).to_be_visible()

    def test_closed(self) -> None:
        """The question says what ends; then it ends."""
        api = self.api("/closing")
        plan = self.plan(api, name="Partners")
        application = self.daemon.must("POST", "/applications", {"name": "closing"})[
            "id"
        ]
        body = {"applicationId": application, "planId": plan}
        key = self.daemon.must("POST", f"/apis/{api}/subscriptions", body)["apiKey"][
            "key"
        ]
        self.daemon.must("POST", f"/apis/{api}/deployments", {})
        header = f"X-Gravitee-Api-Key: {key}"
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get("/closing", "Accept: text/event-stream", header, DEMO_USER)
        self.assertIn(b"200 OK", client.until(b"\r\n\r\n"))
        until(
            lambda: self.rest("GET", f"/_node/streams?planIds={plan}")["data"],
            "the stream is listed",
        )
        page = self.open(f"/apis/{api}/plans")
        page.get_by_role("button", name="Close plan: Partners").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("1 subscription of the plan is closed at once.")
        expect(dialog).to_contain_text(
            "1 call that is open in this daemon ends at once."
        )
        dialog.get_by_text("As curl").click()
        expect(dialog).to_contain_text(f"/plans/{plan}/_close")
        dialog.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Close plan: Partners").click()
        dialog.get_by_role("button", name="Close plan").click()
        expect(page.get_by_role("tab", name="Closed (1)")).to_have_attribute(
            "aria-selected", "true"
        )
        expect(page.get_by_role("link", name="Partners")).to_be_visible()
        self.assertTrue(client.is_cut())
        self.assert_accessible()

    def test_order(self) -> None:
        """Published plans are moved, deprecated ones move to their list."""
        api = self.api()
        self.plan(api, name="First")
        self.plan(api, name="Second")
        page = self.open(f"/apis/{api}/plans")
        page.get_by_role("button", name="Move Second up").click()
        expect(page.get_by_text("Second is now number 2.")).to_be_visible()
        names = [
            one["name"] for one in self.daemon.must("GET", f"/apis/{api}/plans")["data"]
        ]
        self.assertLess(names.index("Second"), names.index("First"))
        page.get_by_role("button", name="Deprecate: First").click()
        page.get_by_role("dialog").get_by_role("button", name="Deprecate").click()
        expect(page.get_by_role("tab", name="Deprecated (1)")).to_be_visible()
        expect(page).to_have_url(
            f"{self.origin}/console/apis/{api}/plans?status=DEPRECATED"
        )

    def test_limits(self) -> None:
        """The plan shows the limits of its flows, and leads to them."""
        api = self.api()
        step = {"policy": "rate-limit", "configuration": {"rate": {"limit": 5}}}
        plan = self.plan(api, flows=[{"name": "limits", "request": [step]}])
        page = self.open(f"/apis/{api}/plans/{plan}")
        expect(
            page.get_by_role("listitem").filter(has_text=re.compile(r"^\s*rate-limit"))
        ).to_be_visible()
        page.get_by_role("link", name="Edit the flow of this plan").click()
        expect(page.get_by_label("Flow name")).to_have_value("limits")

    def test_viewer(self) -> None:
        """A viewer sees the plans, and no way to change them."""
        api = self.api()
        plan = self.plan(api)
        page = self.open(f"/apis/{api}/plans", role="VIEWER")
        expect(page.get_by_role("link", name="Keys")).to_be_visible()
        for name in ("Deprecate", "Close plan", "Move", "Delete"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.get_by_role("link", name="Add plan")).to_have_count(0)
        page.goto(f"/console/apis/{api}/plans/{plan}")
        expect(page.get_by_label("Name")).to_be_disabled()
        expect(page.get_by_role("button", name="Save")).to_have_count(0)
        page.goto(f"/console/apis/{api}/plans/new")
        expect(
            page.get_by_role("heading", name="This page takes the role")
        ).to_be_visible()
