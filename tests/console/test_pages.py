"""The console over HTTP."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

from relay.console.assets import Assets
from relay.console.pages import POLICY, ConsolePages
from relay.settings.listeners import ConsoleSettings
from tests.console.files import PAGE, PICTURE, SCRIPT, build
from tests.management.harness import (
    Answer,
    ManagementCase,
    head,
    split,
)

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT_PATH = "/console/index-DPZCo9bi.js"


class PagesCase(ManagementCase):
    """A management API with a console of a few files."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Write the files."""
        self.directory = build(Path(self.mktemp()))
        self.pages = ConsolePages(Assets(self.directory))
        await super().setUp()

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request without credentials."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        # treq would decompress the response.
        sent.setdefault("Accept-Encoding", "identity")
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        answer = await self.raw(
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"{lines}\r\n".encode()
        )
        start, _, content = answer.partition(b"\r\n\r\n")
        status, *fields = start.decode("latin-1").split("\r\n")
        found = dict(line.lower().split(": ", 1) for line in fields)
        return Answer(int(status.split()[1]), found, content)


class PagesTests(PagesCase):
    """What is at which path."""

    async def test_page(self) -> None:
        """The page is at every path that is no file, and is asked for each time."""
        for path in (
            "/console/",
            "/console/index.html",
            "/console/apis/9a1c/plans",
            "/console/live/streams?api=a%2Fb",
            "/console/plugins/api-key",
            "/console/%ff",
            "/console//x",
        ):
            answer = await self.get(path)
            self.assertEqual((answer.status, answer.content), (200, PAGE), path)
            self.assertEqual(answer.headers["content-type"], "text/html; charset=utf-8")
            self.assertEqual(answer.headers["cache-control"], "no-cache")

    async def test_files(self) -> None:
        """A file whose name has a hash is kept for ever."""
        answer = await self.get(SCRIPT_PATH)
        self.assertEqual((answer.status, answer.content), (200, SCRIPT))
        self.assertEqual(
            answer.headers["cache-control"], "public, max-age=31536000, immutable"
        )
        self.assertEqual(
            answer.headers["content-type"], "text/javascript; charset=utf-8"
        )
        answer = await self.get("/console/logo-a_b-c012.png", Accept_Encoding="gzip")
        self.assertEqual((answer.status, answer.content), (200, PICTURE))
        self.assertNotIn("content-encoding", answer.headers)

    async def test_a_file_of_another_version(self) -> None:
        """It is not found, instead of being the page."""
        for name in ("index-00000000.js", "style-00000000.css"):
            answer = await self.get(f"/console/{name}")
            self.assertEqual(
                (answer.status, answer.json["technicalCode"]), (404, "notFound")
            )

    async def test_traversal(self) -> None:
        """No path leads out of the files."""
        for path in (
            "/console/../secret.html",
            "/console/..%2fsecret.html",
            "/console/%2e%2e/secret.html",
            "/console/..\\secret.html",
            "/console//etc/passwd",
            "/console/notes.txt",
            f"/console/{self.directory}/notes.txt",
        ):
            answer = await self.get(path)
            self.assertEqual((answer.status, answer.content), (200, PAGE), path)

    async def test_headers(self) -> None:
        """The policies of the browser are in every response."""
        for path, headers in (
            ("/console/", {}),
            (SCRIPT_PATH, {}),
            ("/console", {}),
            ("/", HTML),
        ):
            answer = await self.get(path, **headers)
            for name, value in (
                ("content-security-policy", POLICY.lower()),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                ("cross-origin-opener-policy", "same-origin"),
                ("cross-origin-resource-policy", "same-origin"),
            ):
                self.assertEqual(answer.headers[name], value, path)
        for word in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*"):
            self.assertNotIn(word, POLICY)
        self.assertIn("default-src 'none'", POLICY)
        self.assertIn("frame-ancestors 'none'", POLICY)

    async def test_redirects(self) -> None:
        """A browser finds the console at the listener's root; a program does not."""
        for path, headers in (
            ("/", HTML),
            ("/console", {}),
            ("/console?x", HTML),
        ):
            answer = await self.get(path, **headers)
            self.assertEqual(answer.status, 302, path)
            self.assertEqual(answer.headers["location"], "/console/")
        for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
            self.assertEqual((await self.get("/", **headers)).status, 404)
        self.assertEqual((await self.get("/consoles/")).status, 404)

    async def test_compressed(self) -> None:
        """A client that takes gzip gets it."""
        for coding in ("gzip", "br, gzip;q=0.5", "GZIP"):
            answer = await self.get(SCRIPT_PATH, Accept_Encoding=coding)
            self.assertEqual(answer.headers["content-encoding"], "gzip")
            self.assertEqual(answer.headers["vary"], "accept-encoding")
            self.assertEqual(gzip.decompress(answer.content), SCRIPT)
            self.assertEqual(answer.headers["content-length"], str(len(answer.content)))
        for coding in ("identity", "gzip;q=0", "gzip; q=0.00", "br", ""):
            answer = await self.get(SCRIPT_PATH, Accept_Encoding=coding)
            self.assertNotIn("content-encoding", answer.headers, coding)
            self.assertEqual(answer.headers["vary"], "accept-encoding")

    async def test_validated(self) -> None:
        """A browser that has the page is told so, for each coding apart."""
        plain = (await self.get("/console/")).headers["etag"]
        zipped = (await self.get("/console/", Accept_Encoding="gzip")).headers["etag"]
        self.assertNotEqual(plain, zipped)
        for sent in (plain, f"W/{plain}", f'"x", {plain}', "*"):
            answer = await self.get("/console/", If_None_Match=sent)
            self.assertEqual((answer.status, answer.content), (304, b""))
            self.assertEqual(answer.headers["etag"], plain)
            self.assertIn("content-security-policy", answer.headers)
            self.assertNotIn("content-length", answer.headers)
        for sent in (zipped, '"x"', plain.strip('"')):
            answer = await self.get("/console/", If_None_Match=sent)
            self.assertEqual(answer.status, 200)

    async def test_head(self) -> None:
        """HEAD has the headers of GET."""
        got, heard = [await self.get(SCRIPT_PATH, method) for method in ("GET", "HEAD")]
        self.assertEqual(heard.content, b"")
        for one in (got, heard):
            del one.headers["date"]
        self.assertEqual(heard.headers, got.headers)

    async def test_methods(self) -> None:
        """Nothing can be changed."""
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            answer = await self.get("/console/", method)
            self.assertEqual(
                (answer.status, answer.headers["allow"]), (405, "get, head")
            )

    async def test_a_link_of_another_site(self) -> None:
        """It leads to the page; a foreign name of this address does not."""
        answer = await self.get(
            "/console/apis", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"
        )
        self.assertEqual(answer.status, 200)
        refused = await self.raw(
            head("GET", "/console/", "Connection: close", host="evil.example")
        )
        self.assertEqual(split(refused)[0], 421)


class DisabledTests(PagesCase):
    """A console that is switched off."""

    console = ConsoleSettings(enabled=False)

    async def test_disabled(self) -> None:
        """There is nothing, until a reload switches it on."""
        for path in ("/console/", "/console", "/"):
            self.assertEqual((await self.get(path, **HTML)).status, 404)
        self.site.take(replace(self.settings, console=ConsoleSettings()))
        self.assertEqual((await self.get("/console/")).status, 200)
        self.site.take(self.settings)
        self.assertEqual((await self.get("/console/")).status, 404)


class NotBuiltTests(PagesCase):
    """An installation without the files."""

    async def test_not_built(self) -> None:
        """The response says what is missing."""
        (self.directory / "index.html").unlink()
        answer = await self.get("/console/")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer.json["technicalCode"], "console.notBuilt")
        self.assertIn("make console", answer.json["message"])
