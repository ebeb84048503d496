"""Shared policy groups, made and deployed by a user."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.wire.console.case import ConsoleCase
from tests.wire.harness.client import RawClient

GROUPS = "/shared-policy-groups"


class PolicyGroupsTests(ConsoleCase):
    """The list of groups, and the page of one."""

    def test_made_deployed_and_used(self) -> None:
        """A group is made, deployed, used by a flow, changed and deployed again."""
        api = self.api("/with-group")
        page = self.open("/policy-groups")
        page.get_by_role("link", name="Add shared policy group").click()
        page.get_by_label("Name").fill("Trace headers")
        page.get_by_label("Phase").select_option("RESPONSE")
        page.get_by_role("button", name="Add policy: Response").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Shared policy group")).to_have_count(
            0
        )
        dialog.get_by_role("button", name="Transform headers").click()
        headers = page.get_by_role("group", name="Add headers", exact=True)
        headers.get_by_role("button", name="Add").click()
        page.get_by_role("button", name="Create group").click()
        name = headers.get_by_role("textbox", name="Name")
        expect(name).to_have_attribute("aria-invalid", "true")
        name.fill("X-Trace")
        headers.get_by_role("textbox", name="Value").fill("one")
        page.get_by_role("button", name="Create group").click()
        expect(
            page.get_by_role("heading", name="Trace headers", level=1)
        ).to_be_visible()
        page.get_by_role("button", name="Deploy group", exact=True).click()
        dialog.get_by_role("button", name="Deploy group", exact=True).click()
        history = page.get_by_role("region", name="History")
        expect(history.get_by_role("row")).to_have_count(2)
        self.assert_accessible()

        page.goto(f"/console/apis/{api}/flows")
        page.get_by_role("button", name="Add flow: Flows of the API").click()
        page.get_by_role("button", name="Add policy: Response").click()
        dialog.get_by_role("button", name="Trace headers").click()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved. Deploy the API")).to_be_visible()
        self.daemon.must("POST", f"/apis/{api}/deployments", {})
        self.assertIn(b"x-trace: one", self.head("/with-group"))

        [group] = [
            one
            for one in self.daemon.must("GET", GROUPS)["data"]
            if one["name"] == "Trace headers"
        ]
        page.goto(f"/console/policy-groups/{group['id']}")
        page.get_by_role("button", name="Transform headers").click()
        headers.get_by_role("textbox", name="Value").fill("two")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Changed since")).to_be_visible()
        self.assertIn(b"x-trace: one", self.head("/with-group"))
        page.get_by_role("button", name="Deploy group", exact=True).click()
        dialog.get_by_role("button", name="Deploy group", exact=True).click()
        page.get_by_role("button", name="Changes of version 2").click()
        expect(dialog).to_contain_text("Compared to version 1")
        expect(dialog.locator("ins")).to_contain_text("two")
        self.assertIn(b"x-trace: two", self.head("/with-group"))

    def head(self, path: str) -> bytes:
        """Return the head of a stream, in lower case."""
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(path, "Accept: text/event-stream")
        return client.until(b"\r\n\r\n").lower()

    def test_undeployed_and_deleted(self) -> None:
        """A group is undeployed and deleted after a question."""
        body = {
            "name": "Short lived",
            "apiType": "MESSAGE",
            "phase": "PUBLISH",
            "steps": [],
        }
        group = self.daemon.must("POST", GROUPS, body)["id"]
        self.daemon.must("POST", f"{GROUPS}/{group}/_deploy")
        page = self.open("/policy-groups?q=short")
        page.get_by_role("link", name="Short lived").click()
        dialog = page.get_by_role("dialog")
        page.get_by_role("button", name="Undeploy group").click()
        dialog.get_by_role("button", name="Undeploy group").click()
        expect(page.get_by_text("The group was undeployed.")).to_be_visible()
        page.get_by_role("button", name="Delete").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(f"{self.origin}/console/policy-groups")
        names = [one["name"] for one in self.daemon.must("GET", GROUPS)["data"]]
        self.assertNotIn("Short lived", names)

    def test_somebody_else(self) -> None:
        """A change of another user is told; the user's own one can replace it."""
        body = {"name": "Shared", "apiType": "PROXY", "phase": "REQUEST", "steps": []}
        where = f"{GROUPS}/{self.daemon.must('POST', GROUPS, body)['id']}"
        page = self.open(f"/policy-groups/{where.rpartition('/')[2]}")
        page.get_by_role("tab", name="JSON").click()
        page.get_by_label("The steps as JSON").fill('[{"policy": "mock"}]')
        self.daemon.must("PUT", where, {"name": "Theirs"})
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Somebody has changed this group")).to_be_visible()
        page.get_by_role("button", name="Replace theirs").click()
        expect(page.get_by_text("Saved. Deploy the group")).to_be_visible()
        stored = self.daemon.must("GET", where)
        self.assertEqual((stored["name"], len(stored["steps"])), ("Shared", 1))

    def test_viewer(self) -> None:
        """A viewer sees a group, and no way to change it."""
        body = {"name": "Seen", "apiType": "PROXY", "phase": "REQUEST", "steps": []}
        group = self.daemon.must("POST", GROUPS, body)["id"]
        page = self.open(f"/policy-groups/{group}", role="VIEWER")
        expect(page.get_by_label("Name")).to_be_disabled()
        for name in ("Save", "Deploy", "Undeploy", "Delete", "Add policy"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        page.goto("/console/policy-groups")
        expect(page.get_by_role("link", name="Seen")).to_be_visible()
        expect(page.get_by_role("link", name="Add shared policy group")).to_have_count(
            0
        )
        self.assert_accessible()
