"""The pages of one API: its state, what is not deployed, and its history."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.wire.console.case import ConsoleCase
from tests.wire.harness.daemon import proxy_api

BEFORE, AFTER = 70_000, 80_000


class ApiCase(ConsoleCase):
    """A test with an API whose idle timeout changes."""

    def groups(self, path: str, idle_ms: int) -> list[dict[str, Any]]:
        """Return the endpoint groups of an API."""
        body = proxy_api(self.source, path, http={"idleTimeout": idle_ms})
        found: list[dict[str, Any]] = body["endpointGroups"]
        return found

    def api_with_timeout(self, path: str, name: str) -> str:
        """Create an API that runs."""
        return self.api(path, name=name, endpointGroups=self.groups(path, BEFORE))

    def save_timeout(self, api_id: str, idle_ms: int) -> None:
        """Save another idle timeout, without deploying it."""
        body = {"endpointGroups": self.groups("/", idle_ms)}
        self.daemon.must("PATCH", f"/apis/{api_id}", body)

    def deploy(self, api_id: str) -> None:
        """Deploy what is saved."""
        self.daemon.must("POST", f"/apis/{api_id}/deployments", {})

    def served_timeout(self, api_id: str) -> tuple[int, int]:
        """Return the number of the deployment in force, and its idle timeout."""
        found = self.daemon.must("GET", f"/apis/{api_id}/deployments/current")
        http = found["endpointGroups"][0]["sharedConfiguration"]["http"]
        return found["deploymentNumber"], http["idleTimeout"]

    def assert_change(self, within: Page | Locator, before: int, after: int) -> None:
        """Assert that exactly the idle timeout is listed."""
        items = within.get_by_role("list", name="Differences").get_by_role("listitem")
        expect(items).to_have_count(1)
        expect(items).to_contain_text("Idle timeout")
        expect(items.locator("del")).to_have_text(str(before))
        expect(items.locator("ins")).to_have_text(str(after))


class OutOfSyncTests(ApiCase):
    """What is saved and not deployed."""

    def test_deploy(self) -> None:
        """The banner lists what differs; a deployment is shown before it is made."""
        api_id = self.api_with_timeout("/delta", "Delta")
        page = self.open(f"/apis/{api_id}/endpoints")
        banner = page.get_by_text("This API is out of sync.")
        expect(page.get_by_role("region", name="API Delta")).to_be_visible()
        expect(banner).to_have_count(0)
        page.get_by_label("Idle timeout").fill(str(AFTER))
        page.get_by_role("button", name="Review and save").click()
        review = page.get_by_role("dialog")
        review.get_by_role("button", name="Save", exact=True).click()
        expect(banner).to_be_visible()
        self.assert_change(page, BEFORE, AFTER)
        page.get_by_role("link", name="Delta").click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        self.assert_change(page, BEFORE, AFTER)
        self.assert_accessible()
        page.get_by_role("button", name="Deploy API").click()
        dialog = page.get_by_role("dialog", name="Deploy API")
        self.assert_change(dialog, BEFORE, AFTER)
        dialog.get_by_label("Label").fill("longer silences")
        dialog.get_by_text("As curl").click()
        expect(
            dialog.get_by_text('"deploymentLabel": "longer silences"')
        ).to_be_visible()
        self.assert_accessible()
        dialog.get_by_role("button", name="Deploy API").click()
        expect(page.get_by_text("API deployed successfully!")).to_be_visible()
        expect(dialog).to_have_count(0)
        expect(banner).to_have_count(0)
        self.assertEqual(self.served_timeout(api_id), (2, AFTER))
        newest = self.daemon.must("GET", f"/apis/{api_id}/deployments")["data"][0]
        self.assertEqual(newest["deploymentLabel"], "longer silences")

    def test_refused(self) -> None:
        """A deployment that cannot be served is refused in the dialog, with reason."""
        api_id = self.api_with_timeout("/estuary", "Estuary")
        groups = self.groups("/", AFTER)
        store = {"type": "PEM", "path": "/nowhere/ca.pem"}
        groups[0]["sharedConfiguration"]["ssl"] = {"trustStore": store}
        self.daemon.must("PATCH", f"/apis/{api_id}", {"endpointGroups": groups})
        page = self.open(f"/apis/{api_id}")
        page.get_by_role("button", name="Deploy API").click()
        dialog = page.get_by_role("dialog", name="Deploy API")
        expect(dialog.get_by_role("alert")).to_contain_text("/nowhere/ca.pem")
        dialog.get_by_role("button", name="Deploy API").click()
        expect(dialog.get_by_role("alert")).to_contain_text("/nowhere/ca.pem")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        self.assertEqual(self.served_timeout(api_id), (1, BEFORE))

    def test_never_deployed(self) -> None:
        """A new API says so, and its first start deploys it."""
        api_id = self.daemon.must(
            "POST", "/apis", proxy_api(self.source, "/fjord", name="Fjord")
        )["id"]
        page = self.open(f"/apis/{api_id}")
        expect(page.get_by_text("This API has never been deployed")).to_be_visible()
        page.get_by_role("button", name="Start API").click()
        expect(page.get_by_text("without at least one published plan")).to_be_visible()


class ActionTests(ApiCase):
    """Start, stop, delete and duplicate."""

    def test_start_and_stop(self) -> None:
        """An API is stopped after a question, and started again."""
        api_id = self.api_with_timeout("/glade", "Glade")
        page = self.open(f"/apis/{api_id}")
        head = page.get_by_role("region", name="API Glade")
        expect(head).to_contain_text("Started")
        [url] = self.daemon.must("GET", f"/apis/{api_id}/exposedEntrypoints")
        expect(head).to_contain_text(url["value"])
        head.get_by_role("button", name="Stop API").click()
        dialog = page.get_by_role("dialog", name="Stop Glade?")
        dialog.get_by_role("button", name="Cancel").click()
        expect(head).to_contain_text("Started")
        head.get_by_role("button", name="Stop API").click()
        dialog.get_by_role("button", name="Stop API").click()
        expect(head).to_contain_text("Stopped")
        api = self.daemon.must("GET", f"/apis/{api_id}")
        self.assertEqual(api["state"], "STOPPED")
        page.get_by_text("As curl").click()
        start = re.compile(rf"curl .*-X POST .*/apis/{api_id}/_start'", re.DOTALL)
        expect(page.get_by_role("main").locator("pre")).to_contain_text(start)
        head.get_by_role("button", name="Start API").click()
        expect(head).to_contain_text("Started")
        expect(head).to_contain_text(url["value"])

    def test_delete(self) -> None:
        """A stopped API is deleted with its plans, and the list is shown."""
        api_id = self.api_with_timeout("/heath", "Heath")
        page = self.open(f"/apis/{api_id}")
        expect(page.get_by_role("button", name="Stop API").last).to_be_visible()
        expect(page.get_by_role("button", name="Delete API")).to_have_count(0)
        self.daemon.must("POST", f"/apis/{api_id}/_stop")
        page.reload()
        page.get_by_role("button", name="Delete API").click()
        dialog = page.get_by_role("dialog", name="Delete Heath?")
        dialog.get_by_role("button", name="Delete API").click()
        expect(page).to_have_url(f"{self.origin}/console/apis")
        self.assertEqual(self.daemon.manage("GET", f"/apis/{api_id}").status, 404)

    def test_duplicate(self) -> None:
        """A path that is taken is refused at its field; a free one makes a copy."""
        api_id = self.api_with_timeout("/islet", "Islet")
        page = self.open(f"/apis/{api_id}")
        page.get_by_role("button", name="Duplicate API").click()
        dialog = page.get_by_role("dialog", name="Duplicate Islet")
        path = dialog.get_by_label("Context-path")
        path.fill("/islet")
        dialog.get_by_role("button", name="Duplicate").click()
        expect(path).to_have_attribute("aria-invalid", "true")
        expect(dialog.get_by_text("Path [/islet/] already exists")).to_be_visible()
        self.assert_accessible()
        path.fill("/islet-copy")
        dialog.get_by_label("Version number").fill("2.0")
        dialog.get_by_role("button", name="Duplicate").click()
        expect(dialog).to_have_count(0)
        head = page.get_by_role("region", name="API Islet")
        expect(head).to_contain_text("2.0")
        expect(head).to_contain_text("Stopped")
        copy = page.url.rpartition("/")[2]
        self.assertNotEqual(copy, api_id)
        plans = self.daemon.must("GET", f"/apis/{copy}/plans")
        self.assertEqual(plans["pagination"]["totalCount"], 1)

    def test_viewer(self) -> None:
        """Who may only look finds no action, and not who deployed."""
        api_id = self.api_with_timeout("/jetty", "Jetty")
        self.save_timeout(api_id, AFTER)
        page = self.open(f"/apis/{api_id}", role="VIEWER")
        expect(page.get_by_text("This API is out of sync.")).to_be_visible()
        expect(page.get_by_role("heading", name="Timeouts")).to_be_visible()
        content = page.get_by_role("main")
        action = re.compile("Start|Stop|Deploy|Delete|Duplicate|Roll back")
        expect(content.get_by_role("button", name=action)).to_have_count(0)
        page.goto(f"/console/apis/{api_id}/deployments")
        expect(page.get_by_role("button", name=re.compile("Compare"))).to_be_visible()
        expect(content.get_by_role("button", name=action)).to_have_count(0)
        expect(page.get_by_role("cell", name="admin")).to_have_count(0)
        page.goto("/console/apis?q=jetty")
        expect(page.get_by_role("link", name="Jetty")).to_be_visible()
        expect(page.get_by_role("link", name="Add API")).to_have_count(0)


class OverviewTests(ApiCase):
    """An API at a glance."""

    def test_path(self) -> None:
        """The way from clients to endpoints is drawn, and its nodes are links."""
        api_id = self.api_with_timeout("/kelp", "Kelp")
        page = self.open(f"/apis/{api_id}")
        way = page.get_by_role("list", name="From clients to endpoints")
        nodes = way.get_by_role("listitem")
        base = f"/console/apis/{api_id}"
        for number, (title, line, href) in enumerate(
            (
                ("Clients", "open streams", f"/console/live/streams?api={api_id}"),
                ("Entrypoints", "/kelp/", f"{base}/entrypoints"),
                ("Plans", "Default Keyless (UNSECURED)", f"{base}/plans"),
                ("Flows", "No flow", f"{base}/flows"),
                ("Endpoints", "127.0.0.1", f"{base}/endpoints"),
            )
        ):
            node = nodes.nth(number).get_by_role("link")
            expect(node).to_contain_text(title)
            expect(node).to_contain_text(line)
            expect(node).to_have_attribute("href", href)
        for name, href in (
            ("Try it", f"{base}/try"),
            ("Live streams", f"/console/live/streams?api={api_id}"),
        ):
            link = page.get_by_role("main").get_by_role("link", name=name)
            expect(link).to_have_attribute("href", href)
        idle = page.get_by_role("row", name=re.compile("^Idle"))
        expect(idle).to_contain_text("1 min 10 s")
        expect(page.get_by_role("row", name=re.compile("^Connect"))).to_contain_text(
            "5 s"
        )
        self.assert_accessible()
        self.narrow()
        self.assert_fits()


class HistoryTests(ApiCase):
    """Past deployments."""

    def test_compare(self) -> None:
        """Any two deployments are compared, by a link that others can open."""
        api_id = self.api_with_timeout("/lagoon", "Lagoon")
        self.save_timeout(api_id, AFTER)
        self.deploy(api_id)
        self.save_timeout(api_id, 90_000)
        page = self.open(f"/apis/{api_id}/deployments")
        row = page.get_by_role("row", name=re.compile("^2 "))
        expect(row).to_contain_text("admin")
        page.get_by_label("From", exact=True).select_option("No. 1")
        page.get_by_label("To", exact=True).select_option("No. 2")
        result = page.get_by_role("region", name="Differences")
        self.assert_change(result, BEFORE, AFTER)
        expect(page).to_have_url(re.compile("from=1&to=2"))
        page.reload()
        self.assert_change(result, BEFORE, AFTER)
        page.get_by_role("button", name="Compare with saved No. 2").click()
        self.assert_change(result, AFTER, 90_000)
        self.assert_accessible()
        self.narrow()
        self.assert_fits()

    def test_roll_back(self) -> None:
        """A rollback is shown first, restores the definition, and offers to deploy."""
        api_id = self.api_with_timeout("/moor", "Moor")
        self.save_timeout(api_id, AFTER)
        self.deploy(api_id)
        page = self.open(f"/apis/{api_id}/deployments")
        page.get_by_role("button", name="Roll back No. 1").click()
        dialog = page.get_by_role("dialog", name="Roll back to deployment 1")
        self.assert_change(dialog, AFTER, BEFORE)
        dialog.get_by_role("button", name="Roll back").click()
        offered = page.get_by_role("dialog", name="Deploy API")
        self.assert_change(offered, AFTER, BEFORE)
        self.assertEqual(self.served_timeout(api_id), (2, AFTER))
        offered.get_by_role("button", name="Deploy API").click()
        expect(page.get_by_role("row", name=re.compile("^3 "))).to_be_visible()
        self.assertEqual(self.served_timeout(api_id), (3, BEFORE))
        events = self.daemon.must("GET", f"/apis/{api_id}/audits/events")["data"]
        self.assertIn("API_ROLLBACKED", events)
