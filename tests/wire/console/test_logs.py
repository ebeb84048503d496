"""Logs, flight records and the audit trail."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.wire.console.case import ConsoleCase


class LogTests(ConsoleCase):
    """The calls of an API."""

    def called(self) -> tuple[str, str]:
        """Call an API without credentials; return its id, and the id of the call."""
        path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        api_id = self.api(path)
        answer = self.daemon.get(path)
        self.assertEqual(answer.status, 401)
        return api_id, answer.headers["X-Gravitee-Request-Id"]

    def test_a_call_and_its_record(self) -> None:
        """A viewer finds the call, and what happened to it."""
        api_id, request_id = self.called()
        page = self.open(f"/apis/{api_id}", role="VIEWER")
        page.get_by_role("link", name="Logs").click()
        table = page.get_by_role("region", name="Logs")
        row = table.get_by_role("row").filter(has_text="401")
        expect(row).to_have_count(1)
        expect(page.get_by_text("4xx 1")).to_be_visible()
        self.assert_accessible()
        row.get_by_role("link").click()
        expect(page).to_have_url(re.compile(f"/logs/{request_id}$"))
        expect(page.get_by_text("What to do:")).to_be_visible()
        expect(page.get_by_text("answered with status 401")).to_be_visible()
        moments = page.get_by_role("main").get_by_role("listitem")
        expect(moments.filter(has_text="A plan admitted the client")).to_have_count(1)
        expect(moments.filter(has_text="The exchange is over")).to_be_visible()
        self.assert_accessible()
        self.narrow()
        self.assert_fits()

    def test_filters_in_the_url(self) -> None:
        """Filters are part of the address, which shows the same again."""
        api_id, request_id = self.called()
        page = self.open(f"/apis/{api_id}/logs?statuses=200&period=5m")
        expect(page.get_by_text("No call.")).to_be_visible()
        expect(page.get_by_label("Status", exact=True)).to_have_value("200")
        page.get_by_label("Status", exact=True).fill("401")
        table = page.get_by_role("region", name="Logs")
        expect(table.get_by_role("row")).to_have_count(2)
        self.assertIn("statuses=401", urlsplit(page.url).query)
        page.get_by_label("Request id").fill(request_id)
        page.reload()
        expect(table.get_by_role("row")).to_have_count(2)
        expect(page.get_by_label("Request id")).to_have_value(request_id)

    def test_live(self) -> None:
        """New calls appear by themselves."""
        api_id, _ = self.called()
        page = self.open(f"/apis/{api_id}/logs")
        rows = page.get_by_role("region", name="Logs").get_by_role("row")
        expect(rows).to_have_count(2)
        page.get_by_label("Live").check()
        self.daemon.get("/test-live")
        expect(rows).to_have_count(3)

    def test_course(self) -> None:
        """The chart is drawn when it is opened."""
        api_id, _ = self.called()
        page = self.open(f"/apis/{api_id}/logs")
        page.get_by_text("Over time").click()
        chart = page.get_by_role("img", name=re.compile("Calls by status.*401"))
        expect(chart).to_be_visible()


class AuditTests(ConsoleCase):
    """Who changed what."""

    def test_of_an_api(self) -> None:
        """A change is shown with its differences, and its author."""
        api_id = self.api(name="Before")
        self.daemon.must("PUT", f"/apis/{api_id}", self.renamed(api_id))
        page = self.open(f"/apis/{api_id}/audit")
        page.get_by_label("Event").select_option("API_UPDATED")
        expect(page).to_have_url(re.compile("events=API_UPDATED"))
        entry = (
            page.get_by_role("main")
            .get_by_role("listitem")
            .filter(has_text="API_UPDATED")
        )
        expect(entry).to_have_count(1)
        expect(entry).to_contain_text("by admin")
        entry.get_by_text("change").first.click()
        expect(entry.locator("del").first).to_contain_text("Before")
        expect(entry.locator("ins").first).to_contain_text("After")
        self.assert_accessible()
        self.narrow()
        self.assert_fits()

    def renamed(self, api_id: str) -> object:
        """Return the definition with another name."""
        return {**self.daemon.must("GET", f"/apis/{api_id}"), "name": "After"}

    def test_of_the_installation(self) -> None:
        """An administrator sees all changes, a publisher no such page."""
        name = self.user("VIEWER")
        page = self.open("/audit")
        page.get_by_label("Event").select_option("USER_CREATED")
        entry = page.get_by_role("main").get_by_role("listitem").filter(has_text=name)
        expect(entry).to_have_count(1)
        self.page = self.window()
        page = self.open("/audit", role="PUBLISHER")
        expect(page.get_by_role("heading", name="role ADMIN")).to_be_visible()
