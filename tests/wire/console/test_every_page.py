"""Every page: for everybody, by keyboard, in both themes, and on a telephone."""

from __future__ import annotations

import atexit
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.wire.console.browser import HEIGHT, WIDTH, settle
from tests.wire.console.case import DAEMON, SOURCE, ConsoleCase
from tests.wire.console.installation import Installation, Route, routes

KEYBOARD = (Path(__file__).parent / "keyboard.js").read_text()
CONTRAST = ("color-contrast",)
"""The rules of axe that depend on the theme."""
MOST_STOPS = 400
"""The most elements of a page that the Tab key reaches."""
CHANGING = re.compile(
    r"^(add|cancel drain|change|close|create|delete|deploy|drain|duplicate|edit|end|"
    r"import|new|publish|reject|revoke|roll back|save|start|stop|subscribe|transfer)\b",
    re.IGNORECASE,
)
"""How the names of buttons begin that change something."""


class SharedInstallation:
    """One installation for all tests of the module."""

    def __init__(self) -> None:
        self._made: Installation | None = None

    def get(self) -> Installation:
        """Return it, on the shared daemon."""
        if self._made is None:
            self._made = Installation(DAEMON.get(), SOURCE.get())
            atexit.register(self._made.close)
        return self._made


INSTALLATION = SharedInstallation()


class EveryPageTests(ConsoleCase):
    """Each test looks at all pages, and reports what is wrong on any of them."""

    def setUp(self) -> None:
        """Fill the installation, and sign in."""
        super().setUp()
        self.addresses = list(INSTALLATION.get().addresses())
        self.wrong: list[str] = []

    def pages(self, role: str = "ADMIN") -> Iterator[tuple[Route, Page]]:
        """Open one page after the other, in one window, each once it is complete."""
        self.open("/apis", role)
        for route, address in self.addresses:
            self.page.goto(f"/console{address}")
            settle(self.page)
            yield route, self.page

    def check(self, check: str, *arguments: object) -> None:
        """Note a failed assertion of the case."""
        try:
            getattr(self, check)(*arguments)
        except self.failureException as failure:
            self.wrong.append(f"{self.page.url}: {failure}")

    def finish(self) -> None:
        """Fail with everything that was noted."""
        self.assertEqual(self.wrong, [], "\n".join(["", *self.wrong]))

    def test_everybody(self) -> None:
        """
        Axe finds nothing on any page, in both themes and on a telephone, where no page
        has to be scrolled sideways. Each page has one title.
        """
        titles = set()
        for _, page in self.pages():
            self.check("assert_accessible")
            self.check("assertEqual", page.locator("h1").count(), 1)
            titles.add(page.title())
            page.emulate_media(color_scheme="dark")
            self.check("assert_accessible", CONTRAST)
            self.narrow()
            self.check("assert_fits")
            self.check("assert_accessible")
            page.emulate_media(color_scheme="light")
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.assertGreaterEqual(len(titles), len(routes()) // 2)
        self.finish()

    def test_keyboard(self) -> None:
        """The Tab key reaches every control, and shows where it is."""
        for _, page in self.pages():
            page.evaluate(KEYBOARD)
            # Once more where controls have come meanwhile.
            for _ in range(2):
                for _ in range(min(page.evaluate("keyboard.count()"), MOST_STOPS) + 5):
                    page.keyboard.press("Tab")
                    page.evaluate("keyboard.step()")
                missed = page.evaluate("keyboard.missed()")
                if not missed:
                    break
            self.check("assertEqual", missed, [])
            self.check("assertEqual", page.evaluate("keyboard.hidden()"), [])
        self.finish()

    def test_menu(self) -> None:
        """Each page of the menu opens with the Enter key."""
        page = self.open("/account")
        menu = page.get_by_role("navigation", name="Main navigation").get_by_role(
            "link"
        )
        expect(menu.first).to_be_visible()
        for number in range(menu.count()):
            link = menu.nth(number)
            href = link.get_attribute("href")
            link.focus()
            page.keyboard.press("Enter")
            expect(page).to_have_url(re.compile(f"^{re.escape(self.origin)}{href}"))
            expect(page.locator("main")).to_be_focused()
            expect(page.locator("main h1").first).to_be_visible()

    def test_viewer(self) -> None:
        """A viewer meets no button that it may not use, and no refusal."""
        refused: list[str] = []
        self.page.on(
            "response",
            lambda one: refused.append(one.url) if one.status in (401, 403) else None,
        )
        for route, page in self.pages("VIEWER"):
            main = page.locator("main")
            if route.role != "VIEWER":
                expect(main).to_contain_text(route.role)
            found = main.locator("button:visible").all_inner_texts()
            changing = [one for one in found if CHANGING.match(one.strip())]
            if not page.url.endswith("/account"):
                self.check("assertEqual", changing, [])
        self.check("assertEqual", refused, [])
        self.finish()
