"""A real, headless browser that opens a page of this folder and posts its results."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import urlencode

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.wire.harness.daemon import BOUND_S

CLIENTS = Path(__file__).parent


def posted(
    test: SynchronousTestCase, page: str, query: dict[str, object], *options: str
) -> dict[str, Any]:
    """
    Open a page from an origin of its own, and return what it posts.

    :param test: whose end is the browser's.
    :param page: a file of this folder.
    :param query: what the page is told.
    :param options: more of the browser's command line.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SkipTest("needs chromium")
    seen: Queue[dict[str, Any]] = Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _page(CLIENTS / page, seen))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    profile = tempfile.mkdtemp(prefix="relay-chromium-")
    test.addCleanup(shutil.rmtree, profile, True)
    browser = subprocess.Popen(
        [
            program,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--user-data-dir={profile}",
            "--remote-debugging-port=0",
            *options,
            f"http://127.0.0.1:{server.server_port}/?{urlencode(query)}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    test.addCleanup(browser.wait)
    test.addCleanup(browser.kill)
    return seen.get(timeout=BOUND_S)


def _page(path: Path, seen: Queue[dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    """Serve the page, and receive its results."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = path.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            seen.put(json.loads(self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Write no log line."""

    return Page
