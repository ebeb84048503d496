"""The harness itself: what fails a test of a page."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.wire.console.browser import Watched
from tests.wire.console.case import ConsoleCase


class WatchedTests(ConsoleCase):
    """A page with a defect."""

    def watched(self) -> Watched:
        """Return a window that shows the console."""
        watched = Watched(self.origin)
        self.addCleanup(watched.close)
        watched.page.goto("/console/")
        expect(watched.page.get_by_label("Password")).to_be_visible()
        self.assertEqual(watched.problems, [])
        return watched

    def seen(self, script: str, problem: str) -> None:
        """Assert that what a script does counts as a problem."""
        watched = self.watched()
        page: Page = watched.page
        with page.expect_event("console", lambda one: problem in one.text):
            page.evaluate(script)
        self.assertTrue(any(problem in one for one in watched.problems))

    def test_errors(self) -> None:
        """A page that writes an error."""
        self.seen("console.error('a defect')", "a defect")

    def test_exceptions(self) -> None:
        """A page that leaves an exception uncaught."""
        watched = self.watched()
        with watched.context.expect_event("weberror"):
            watched.page.evaluate("setTimeout(() => { throw new Error('a defect') })")
        self.assertTrue(any("a defect" in one for one in watched.problems))

    def test_other_origins(self) -> None:
        """A page that asks another host, which the policy does not let it."""
        self.seen("fetch('http://127.0.0.1:9/').catch(() => 0)", "connect-src")

    def test_inline_code(self) -> None:
        """A page with a script or a style in it, or text that becomes code."""
        self.seen(
            "document.body.append(Object.assign(document.createElement('style'),"
            " {textContent: 'p { color: red }'}))",
            "style-src",
        )
        self.seen(
            "try { document.body.innerHTML = '<b>x</b>' } catch {}", "TrustedHTML"
        )

    def test_missing_files(self) -> None:
        """A page that asks for a file that is not there."""
        self.seen("fetch('/console/index-00000000.js')", "404")

    def test_refusals(self) -> None:
        """A refusal by the REST API is none: pages show it."""
        watched = self.watched()
        status = watched.page.evaluate(
            "fetch('/management/v2/users').then(r => r.status)"
        )
        self.assertEqual((status, watched.problems), (401, []))


class AxeTests(ConsoleCase):
    """A page that not everybody can use."""

    def test_found(self) -> None:
        """A field without a name."""
        self.page.goto("/console/")
        expect(self.page.get_by_label("Password")).to_be_visible()
        self.page.evaluate("document.querySelector('label').remove()")
        self.assertRaises(self.failureException, self.assert_accessible)

    def test_scrolling(self) -> None:
        """A page that is wider than its window."""
        self.page.goto("/console/")
        expect(self.page.get_by_label("Password")).to_be_visible()
        self.assert_fits()
        self.page.evaluate("document.body.style.minWidth = '3000px'")
        self.assertRaises(self.failureException, self.assert_fits)
