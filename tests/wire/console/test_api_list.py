"""The list of APIs, as its users find what they look for."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import Page, expect

from relay.demo import DEMO_KEY
from tests.wire.console.case import ConsoleCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import proxy_api, until

MANY = 500


class ListTests(ConsoleCase):
    """Search, filters, sort and page, which links keep."""

    def rows(self, page: Page) -> int:
        """Return how many APIs are on the page, in sight or not."""
        count = page.get_by_role("table").get_attribute("aria-rowcount")
        return int(count or 0) - 1

    def test_many(self) -> None:
        """Of 500 APIs only those in sight are on the page; the search finds one."""
        for number in range(MANY):
            path = f"/meadow-{number:03}"
            body = proxy_api("http://127.0.0.1:9/", path, name=f"Meadow {number:03}")
            self.daemon.must("POST", "/apis", body)
        page = self.open("/apis?q=meadow&perPage=500")
        expect(page.get_by_text("500 rows")).to_be_visible()
        self.assertEqual(self.rows(page), MANY)
        self.assertLess(page.locator("tbody tr").count(), 100)
        names = page.get_by_role("link", name=re.compile("^Meadow"))
        expect(names.first).to_have_text("Meadow 000")
        page.get_by_role("button", name="Name").click()
        expect(names.first).to_have_text("Meadow 499")
        expect(page).to_have_url(re.compile("sort=-name"))
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.get_by_role("link", name="Meadow 000")).to_be_visible()
        self.assertLess(page.locator("tbody tr").count(), 100)
        page.get_by_label("Search").fill("meadow-123")
        expect(names).to_have_text(["Meadow 123"])
        expect(page).to_have_url(re.compile("q=meadow-123"))

        page.goto("/console/apis?q=meadow&perPage=25")
        expect(page.get_by_text("Page 1 of 20")).to_be_visible()
        page.get_by_role("button", name="Next").click()
        expect(names.first).to_have_text("Meadow 025")
        expect(page).to_have_url(re.compile("page=2"))
        page.reload()
        expect(names.first).to_have_text("Meadow 025")
        names.first.click()
        expect(page.get_by_role("heading", name="Overview")).to_be_visible()
        page.go_back()
        expect(names.first).to_have_text("Meadow 025")
        expect(page.get_by_text("Page 2 of 20")).to_be_visible()

    def test_filters(self) -> None:
        """State and type select APIs, and a search without a match says so."""
        self.api("/harbour-1", name="Harbour one")
        stopped = self.api("/harbour-2", name="Harbour two")
        self.daemon.must("POST", f"/apis/{stopped}/_stop")
        page = self.open("/apis?q=harbour")
        names = page.get_by_role("link", name=re.compile("^Harbour"))
        expect(names).to_have_text(["Harbour one", "Harbour two"])
        page.get_by_label("State", exact=True).select_option("Stopped")
        expect(names).to_have_text(["Harbour two"])
        page.get_by_label("State", exact=True).select_option("Any")
        page.get_by_label("Type", exact=True).select_option("Message")
        expect(page.get_by_text("No API matches the filters.")).to_be_visible()
        self.assert_accessible()

    def test_states(self) -> None:
        """An API that was changed since its deployment is marked, and one without."""
        api_id = self.api("/marsh", name="Marsh")
        self.daemon.must("PATCH", f"/apis/{api_id}", {"tags": []})
        body = proxy_api(self.source, "/marsh-2", name="Marsh two")
        self.daemon.must("POST", "/apis", body)
        page = self.open("/apis?q=marsh")
        row = page.get_by_role("row", name=re.compile("^Marsh 1.0"))
        expect(row).to_contain_text("In sync")
        expect(row).to_contain_text("/marsh/")
        second = page.get_by_role("row", name=re.compile("^Marsh two"))
        expect(second).to_contain_text("Never deployed")
        properties = [{"key": "a", "value": "b"}]
        self.daemon.must("PATCH", f"/apis/{api_id}", {"properties": properties})
        page.reload()
        expect(row).to_contain_text("Out of sync")

    def test_urls(self) -> None:
        """The URLs of the gateway and of the management API can be copied."""
        page = self.open("/apis")
        management = f"{self.origin}/management/v2/environments/DEFAULT"
        [gateway] = self.daemon.must("GET", "/exposedEntrypoints")
        for name, url in (
            ("Gateway URL", gateway["value"]),
            ("Management API URL", management),
        ):
            expect(page.get_by_text(url, exact=True)).to_be_visible()
            page.get_by_role("button", name=f"Copy: {name}").click()
            expect(page.get_by_text("Copied")).to_be_visible()
            copied = page.evaluate("navigator.clipboard.readText()")
            self.assertEqual(copied, url)
            expect(page.get_by_text("Copied")).to_have_count(0)

    def test_live(self) -> None:
        """Open streams and the rate of events are shown, of the last ten minutes."""
        api_id = self.api("/creek", name="Creek")
        stream = RawClient(self.daemon.port)
        self.addCleanup(stream.close)
        key = base64.b64encode(DEMO_KEY.encode()).decode()
        stream.get("/creek?channel=creek", f"Authorization: Basic {key}")
        stream.until(b"text/event-stream")
        history = f"/_node/history?apis={api_id}&series=streams"

        def counted() -> bool:
            samples = self.rest("GET", history)["apis"][api_id] or {"streams": []}
            return bool(samples["streams"][-1:] == [1])

        until(counted, "a sample has the stream")
        page = self.open("/apis?q=creek")
        row = page.get_by_role("row", name=re.compile("^Creek"))
        expect(row.get_by_role("cell", name="1", exact=True)).to_be_visible()
        page.get_by_role("link", name="Creek").click()
        expect(page.get_by_text("1 open stream", exact=True)).to_be_visible()

    def test_none(self) -> None:
        """Without an API there is one thing to do, for those who may do it."""
        self.use(self.start_daemon())
        page = self.open("/")
        expect(page).to_have_url(f"{self.origin}/console/apis")
        expect(page.get_by_role("heading", name="There is no API yet")).to_be_visible()
        link = page.get_by_role("link", name="Create the first API")
        expect(link).to_have_attribute("href", "/console/apis/new")
        self.assert_accessible()
        page = self.window()
        self.enter(page, self.user("VIEWER"))
        page.goto("/console/apis")
        expect(page.get_by_role("heading", name="There is no API yet")).to_be_visible()
        expect(page.get_by_role("link", name=re.compile("Create"))).to_have_count(0)
