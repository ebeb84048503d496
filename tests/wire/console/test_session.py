"""Signing in and out with a browser, and what a thief of a session could try."""

from __future__ import annotations

from playwright.sync_api import Request, expect

from tests.wire.console.case import ConsoleCase
from tests.wire.harness.daemon import PASSWORD

APIS = "/management/v2/environments/DEFAULT/apis"


FIRST_PAGE_BYTES = 60_000
"""Of all files of the list of APIs, compressed."""
_SIZES = """
    Object.fromEntries(
      ["navigation", "resource"]
        .flatMap((kind) => performance.getEntriesByType(kind))
        .filter((one) => new URL(one.name).pathname.startsWith("/console/"))
        .map((one) => [one.name, one.%s]))
"""
LOADED = _SIZES % "encodedBodySize"
TRANSFERRED = _SIZES % "transferSize"


class SignInTests(ConsoleCase):
    """The form, and what the browser then has."""

    def test_form(self) -> None:
        """A wrong password is told, the right one opens the first page."""
        page = self.page
        page.goto("/")
        expect(page).to_have_url(f"{self.origin}/console/")
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("wrong")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="Main navigation")).to_be_visible()
        self.assert_accessible()

    def test_deep_link(self) -> None:
        """The page that was asked for is shown after the sign-in, with its query."""
        page = self.page
        page.goto("/console/apis?q=orders")
        self.assert_accessible()
        page.get_by_label("User name").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("navigation", name="Main navigation")).to_be_visible()
        expect(page).to_have_url(f"{self.origin}/console/apis?q=orders")

    def test_malformed_address(self) -> None:
        """There is no page at an address with a malformed percent encoding."""
        page = self.open("/apis/%zz")
        expect(page.get_by_text("There is no page at this address.")).to_be_visible()

    def test_nothing_secret(self) -> None:
        """Neither storage, nor the URL, nor the document has a secret."""
        page = self.sign_in()
        [cookie] = page.context.cookies()
        self.assertEqual(
            (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]),
            ("relay_session", True, "Strict", "/"),
        )
        session = page.evaluate("fetch('/management/v2/session').then(r => r.json())")
        seen = page.evaluate(
            "JSON.stringify([{...localStorage}, {...sessionStorage}, location.href,"
            " document.cookie, document.documentElement.outerHTML])"
        )
        for secret in (PASSWORD, cookie["value"], session["csrfToken"]):
            self.assertNotIn(secret, seen)
        self.assertEqual(page.evaluate("document.cookie"), "")
        databases = page.evaluate("indexedDB.databases()")
        self.assertEqual(databases, [])


class InterruptionTests(ConsoleCase):
    """A session that ends while its user is at a page."""

    def test_entered_text_stays(self) -> None:
        """The sign-in is asked for over the page, which keeps what was entered."""
        api_id = self.api(name="Interrupted")
        page = self.open(f"/apis/{api_id}/configuration")
        page.get_by_label("Description").fill("Entered before the end")
        page.context.clear_cookies()
        page.get_by_role("button", name="Review and save").click()
        dialog = page.get_by_role("dialog", name="Sign in")
        expect(dialog).to_contain_text("Your session has ended.")
        self.assert_accessible()
        page.keyboard.press("Escape")
        dialog.get_by_label("User name").fill("admin")
        dialog.get_by_label("Password").fill(PASSWORD)
        dialog.get_by_role("button", name="Sign in").click()
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Review and save").click()
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_text("Nothing is changed.")).to_be_visible()
        path = f"/management/v2/environments/DEFAULT/apis/{api_id}"
        saved = self.rest("GET", path)
        self.assertEqual(saved["description"], "Entered before the end")

    def test_another_user(self) -> None:
        """Another user is not shown what was on the page of the one before."""
        page = self.open("/apis")
        expect(page.get_by_role("heading", name="APIs")).to_be_visible()
        page.context.clear_cookies()
        page.get_by_label("Search").fill("none")
        dialog = page.get_by_role("dialog", name="Sign in")
        name = self.user("VIEWER")
        dialog.get_by_label("User name").fill(name)
        dialog.get_by_label("Password").fill(PASSWORD)
        with page.expect_navigation():
            dialog.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text(f"{name} (viewer)")).to_be_visible()
        expect(page.get_by_role("link", name="Add API")).to_have_count(0)


class AttentionTests(ConsoleCase):
    """Whether somebody uses a page that updates itself."""

    def test_unattended(self) -> None:
        """Requests of a page that nobody has used for a minute state that."""
        self.api(name="Watched")
        self.page.clock.install()
        page = self.open("/apis")
        expect(page.get_by_role("link", name="Watched")).to_be_visible()

        def is_poll(request: Request) -> bool:
            return "/_node/history" in request.url

        with page.expect_request(is_poll) as alone:
            page.clock.fast_forward(120_000)
        self.assertIn("x-unattended", alone.value.headers)
        page.keyboard.press("Tab")
        with page.expect_request(is_poll) as used:
            page.clock.fast_forward(20_000)
        self.assertNotIn("x-unattended", used.value.headers)


class FirstPageTests(ConsoleCase):
    """What a browser loads."""

    def test_size(self) -> None:
        """The first page is small, and its files are loaded once."""
        page = self.open("/apis")
        expect(page.locator("main h1").first).to_be_visible()
        expect(page.locator(".loading")).to_have_count(0)
        sizes = page.evaluate(LOADED)
        print(f"{len(sizes)} files, {sum(sizes.values())} bytes")
        self.assertLessEqual(sum(sizes.values()), FIRST_PAGE_BYTES, sizes)
        page.reload()
        expect(page.locator("main h1").first).to_be_visible()
        sizes = page.evaluate(TRANSFERRED)
        self.assertLess(sum(sizes.values()), 2_000, sizes)
