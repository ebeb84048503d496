"""Chromium, driven by Playwright, and what each page is watched for."""

from __future__ import annotations

import atexit
import contextlib
import shutil
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    TimeoutError,
    expect,
    sync_playwright,
)
from twisted.trial.unittest import SkipTest

BOUND_MS = 20_000
"""How long an element or a state that must come may take."""
QUIET_MS = 2_000
"""How long a page may go on loading that has its title."""
WIDTH, HEIGHT = 1280, 900
NARROW = 380
"""The width of a small telephone, in CSS pixels."""
_REFUSED = "Failed to load resource: the server responded with a status of 4"
"""How Chromium reports an error of the REST API, which pages show."""


def settle(page: Page) -> None:
    """
    Wait until a page of the console is complete.

    A page that follows live events never ends to load: it is given a bounded time.
    """
    expect(page.locator("main h1").first).to_be_visible()
    expect(page.locator(".loading")).to_have_count(0)
    with contextlib.suppress(TimeoutError):
        page.wait_for_load_state("networkidle", timeout=QUIET_MS)


class SharedBrowser:
    """One browser for all tests of a process: started by the first, ended with it."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def get(self) -> Browser:
        """
        Return the browser.

        :raises SkipTest: where it is not installed.
        """
        if self._browser is None:
            program = shutil.which("chromium") or shutil.which("chromium-browser")
            if program is None:
                raise SkipTest("needs chromium")
            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(
                executable_path=program,
                args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            )
            expect.set_options(timeout=BOUND_MS)
            atexit.register(self.end)
        return self._browser

    def end(self) -> None:
        """End it, if it was started."""
        if self._browser is not None and self._playwright is not None:
            self._browser.close()
            self._playwright.stop()
            self._browser = self._playwright = None


BROWSER = SharedBrowser()


class Watched:
    """
    A browser of its own for one user, and the problems of its pages.

    :param origin: of the management API.
    :param width: of the window, in CSS pixels.
    """

    def __init__(self, origin: str, width: int = WIDTH) -> None:
        self._origin = origin
        self.problems: list[str] = []
        """Errors in the browser's console, exceptions that no code caught, violations
        of the content security policy, requests to another origin."""
        self.context: BrowserContext = BROWSER.get().new_context(
            base_url=origin,
            viewport={"width": width, "height": HEIGHT},
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            permissions=["clipboard-read", "clipboard-write"],
        )
        self.context.set_default_timeout(BOUND_MS)
        self.context.on("request", self._requested)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda one: self.problems.append(str(one.error)))
        self.page: Page = self.context.new_page()

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("data", "blob"):
            return
        if f"{parts.scheme}://{parts.netloc}" != self._origin:
            self.problems.append(f"a request to another origin: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        where = message.location["url"]
        refused = message.text.startswith(_REFUSED)
        if refused and not where.startswith(f"{self._origin}/console"):
            return
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type} in {where}: {message.text}")

    def close(self) -> None:
        """Close all pages."""
        self.context.close()
