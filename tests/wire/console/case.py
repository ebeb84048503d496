"""
The base of tests of the console: a real daemon, the demo source, and Chromium.

A test of a page looks like this::

    class ApisTests(ConsoleCase):

        def test_search(self) -> None:
            self.api("/orders", name="Orders")
            page = self.open("/apis")
            page.get_by_role("searchbox", name="Search").fill("ord")
            expect(page.get_by_role("link", name="Orders")).to_be_visible()

* ``self.open(path)`` signs in by REST, with a user of the role that is asked for, and
  opens a page; ``self.sign_in()`` uses the form, as a user does.
* What a test needs is made by REST: ``self.api(…)``, ``self.rest(…)``,
  ``self.daemon.must(…)``. What it is about is done as users do it: elements are found
  by role and label (``get_by_role``, ``get_by_label``), and states are waited for with
  ``expect``, never with a pause.
* The daemon is shared by the tests of a process, so names and paths are the test's own.
  A test that stops the daemon, or changes its settings, starts one itself and calls
  ``self.use(daemon)`` first.
* A test fails if a page of it writes an error or a warning to the browser's console,
  leaves an exception uncaught, violates the content security policy, or sends a request
  to another origin. A response with an error status of the REST API is no such error:
  pages show it.
* ``self.assert_accessible()`` lets axe look at the page, ``self.narrow()`` gives it the
  width of a telephone, ``self.dark()`` the dark theme.

A module with a test is run by ``trial``, as all are::

    .venv/bin/python -m twisted.trial tests.wire.console.test_session
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import http.client
import itertools
import json
from typing import Any

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Page

from tests.wire.console.browser import HEIGHT, NARROW, Watched
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import (
    BOUND_S,
    PASSWORD,
    Answer,
    Daemon,
    SharedDaemon,
    proxy_api,
)
from tests.wire.harness.demo import demo_source

SESSION = "/management/v2/session"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""The rules of axe that every page keeps."""
AXE = AXE_FILE_PATH.read_text()
"""The program that finds what not everybody can use."""
_numbers = itertools.count(1)


class SharedSource:
    """The demo source, for all tests of a process."""

    def __init__(self) -> None:
        self._running = contextlib.ExitStack()
        self._url: str | None = None

    def get(self) -> str:
        """Return its URL."""
        if self._url is None:
            self._url = self._running.enter_context(demo_source(heartbeat_ms=300))
            atexit.register(self._running.close)
        return self._url


DAEMON = SharedDaemon()
SOURCE = SharedSource()


def call(
    port: int,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """
    Send one request to a listener of a daemon, without credentials of its own.

    :param path: from the root.
    :param body: JSON.
    """
    sent = dict(headers or {})
    content = None
    if body is not None:
        content = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
    try:
        connection.request(method, path, content, sent)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def basic(name: str, password: str = PASSWORD) -> dict[str, str]:
    """Return the header of Basic credentials."""
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


class ConsoleCase(WireCase):
    """A test of a page."""

    def setUp(self) -> None:
        """Open a window; the daemon is the shared one."""
        super().setUp()
        self.use(DAEMON.get())

    def use(self, daemon: Daemon) -> None:
        """Work with a daemon, in a window of its own."""
        self.daemon = daemon
        self.origin = f"http://127.0.0.1:{daemon.management_port}"
        self.page = self.window()

    def window(self) -> Page:
        """Return another window, which shares no cookies with the others."""
        watched = Watched(self.origin)
        self.addCleanup(self._check, watched)
        return watched.page

    def _check(self, watched: Watched) -> None:
        watched.close()
        self.assertEqual(watched.problems, [])

    @property
    def source(self) -> str:
        """The URL of the demo source, such as ``http://127.0.0.1:4711``; its stream is
        ``/sse?channel=NAME``."""
        return SOURCE.get()

    def rest(self, method: str, path: str, body: object = None) -> Any:
        """
        Call the REST API as the administrator, and insist on success.

        :param path: from the root, such as ``/management/v2/users`` or ``/_node``.
        :returns: the JSON of the response; None without a body.
        """
        answer = call(self.daemon.management_port, method, path, body, basic("admin"))
        if not 200 <= answer.status < 300:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.body!r}")
        return answer.json() if answer.body else None

    def api(
        self, context_path: str | None = None, *, target: str = "", **changes: Any
    ) -> str:
        """
        Create an API with a keyless plan, and start it.

        :param context_path: None for one that no other test uses.
        :param target: of its endpoint; by default a stream of the demo source.
        :param changes: members of the definition, such as ``name``.
        :returns: its id.
        """
        path = context_path or f"/test-{next(_numbers)}"
        target = target or f"{self.source}/sse?channel=ssechannel&v=1.1"
        return self.daemon.publish({**proxy_api(target, path), **changes})

    def user(self, role: str, password: str = PASSWORD) -> str:
        """
        Create a user.

        :param role: ``VIEWER``, ``PUBLISHER`` or ``ADMIN``.
        :returns: the name.
        """
        name = f"{role.lower()}-{next(_numbers)}"
        body = {"name": name, "password": password, "role": role}
        self.rest("POST", "/management/v2/users", body)
        return name

    def open(self, path: str = "/", role: str = "ADMIN") -> Page:
        """
        Sign in without the form, and open a page.

        :param path: below ``/console``, with a query if there is one.
        :param role: of the user; ``ADMIN`` stands for the user ``admin``.
        :returns: the page, as ``self.page``.
        """
        name = "admin" if role == "ADMIN" else self.user(role)
        self.enter(self.page, name)
        self.page.goto(f"/console{path}")
        return self.page

    def enter(self, page: Page, name: str = "admin", password: str = PASSWORD) -> None:
        """Sign in without the form, in the window of a page."""
        body = {"name": name, "password": password}
        answer = page.context.request.post(SESSION, data=body)
        self.assertEqual(answer.status, 200, answer.text())

    def sign_in(self, name: str = "admin", password: str = PASSWORD) -> Page:
        """Open the console, and sign in with its form."""
        self.page.goto("/console/")
        self.page.get_by_label("User name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("navigation").first.wait_for()
        return self.page

    def narrow(self) -> None:
        """Make the window as wide as a small telephone."""
        self.page.set_viewport_size({"width": NARROW, "height": HEIGHT})

    def dark(self) -> None:
        """Let the browser prefer the dark theme."""
        self.page.emulate_media(color_scheme="dark")

    def assert_accessible(self, rules: tuple[str, ...] = ()) -> None:
        """
        Assert that axe finds nothing to mend on the page.

        :param rules: of axe; by default all.
        """
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        kind, values = ("rule", rules) if rules else ("tag", RULES)
        results = self.page.evaluate(
            "options => axe.run(document, options)",
            {
                "runOnly": {"type": kind, "values": list(values)},
                "resultTypes": ["violations"],
            },
        )
        found = [
            f"{one['id']}: {one['help']}: {node['html']}: {node['failureSummary']}"
            for one in results["violations"]
            for node in one["nodes"]
        ]
        self.assertEqual(found, [], self.page.url)

    def assert_fits(self) -> None:
        """Assert that the page needs no horizontal scrolling."""
        needed, available = self.page.evaluate(
            "(one => [one.scrollWidth, one.clientWidth])(document.documentElement)"
        )
        self.assertLessEqual(needed, available, self.page.url)
