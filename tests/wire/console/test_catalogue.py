"""The catalogue of types."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.wire.console.case import ConsoleCase

PLUGINS = "/management/v2/plugins"
KINDS = ("entrypoints", "endpoints", "plans", "policies", "resources")


class CatalogueTests(ConsoleCase):
    """The list of types, and the page of one."""

    def test_everything_is_listed(self) -> None:
        """The page lists what REST lists, also for one kind, to a viewer, too."""
        page = self.open("/catalog", role="VIEWER")
        table = page.get_by_role("table")
        expect(table).to_be_visible()
        total = 0
        for kind in KINDS:
            page.get_by_label("Kind", exact=True).select_option(kind)
            found = self.rest("GET", f"{PLUGINS}/{kind}")
            total += len(found)
            expect(table.get_by_role("link")).to_have_count(len(found))
            for one in found:
                row = table.get_by_role("row").filter(has_text=one["description"])
                expect(row.get_by_role("link")).to_have_text(one["name"])
                expect(row.get_by_role("code")).to_have_text(one["id"])
        page.get_by_label("Kind", exact=True).select_option("")
        expect(table.get_by_role("link")).to_have_count(total)
        self.assert_accessible()
        self.narrow()
        self.assert_fits()

    def test_one(self) -> None:
        """A type has a table of its options, its schemas and its documentation."""
        page = self.open("/catalog?q=http+proxy&kind=endpoints")
        expect(page.get_by_role("link", name="HTTP proxy")).to_have_count(1)
        page.get_by_role("link", name="HTTP proxy").click()
        shared = page.get_by_role("region", name="Shared configuration of a group")
        row = shared.get_by_role("row").filter(has_text="http.idleTimeout")
        for cell in ("integer", "60000", "ms"):
            expect(row).to_contain_text(cell)
        target = page.get_by_role("row").filter(has_text="The URL to call")
        expect(target).to_contain_text("required")
        self.assert_accessible()
        page.get_by_role("tab", name="JSON Schema").click()
        expect(page.get_by_label("Configuration", exact=True).first).to_contain_text(
            "json-schema.org"
        )
        self.assert_accessible()
        page.get_by_role("tab", name="Documentation").click()
        expect(page.get_by_role("heading", name="HTTP proxy", level=3)).to_be_visible()
        expect(page.get_by_role("cell", name="target")).to_be_visible()
        self.assert_accessible()

    def test_unknown(self) -> None:
        """The page of a type that there is not says so."""
        page = self.open("/catalog/policies/nothing")
        expect(page.get_by_role("alert")).to_contain_text("cannot be found")
        page.goto("/console/catalog/nothing/nothing")
        expect(page.get_by_role("alert")).to_be_visible()
