"""Event-stream clients that people use see relayed what they see direct."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SkipTest

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    Script,
    chunk,
    scripted,
)

CLIENTS = Path(__file__).parent
VECTORS = Path(__file__).parents[2] / "eventstream" / "sse_vectors.json"
SHARED = SharedDaemon()

STREAM = (
    b":heartbeat\n"
    b"data: first\n\n"
    b'id: 7\nevent: update\ndata: {"n": 1}\n\n'
    b":\n"
    b"data: two\ndata: lines\n\n"
    + "data: Grüße, 世界 🚀\n\n".encode()
    + b"retry: 2500\nid: 8\ndata: with a time\n\n"
    b"event: update\ndata:\ndata: after an empty line\n\n"
    b"data: " + b"x" * 20000 + b"\n\n"
)
EVENTS = 7


def streaming(body: bytes, piece: int) -> Script:
    """Make a source that sends a body in pieces, each a write and a chunk."""

    def script(connection: Connection) -> None:
        connection.head()
        connection.send(EVENT_STREAM)
        for at in range(0, len(body), piece):
            connection.send(chunk(body[at : at + piece]))
        connection.closed_at()

    return script


@cache
def node() -> str:
    """Find node, with the packages that the clients need."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        raise SkipTest("needs node and npm")
    if not (CLIENTS / "node_modules").is_dir():
        subprocess.run(
            [npm, "install", "--no-package-lock", "--no-audit", "--no-fund"],
            cwd=CLIENTS,
            check=True,
            capture_output=True,
            timeout=300,
        )
    return program


class ClientTests(WireCase):
    """Each client reads the same stream twice, once direct and once relayed."""

    def compare(self, command: list[str]) -> None:
        """Assert that a client prints the same for both URLs, and all events."""
        daemon = SHARED.get()
        with scripted(streaming(STREAM, 37)) as (port, _):
            direct = f"http://127.0.0.1:{port}/"
            path = "/" + self.id().rpartition(".")[2]
            daemon.publish(proxy_api(direct, path))
            expected = self.events(command, direct)
            self.assertEqual(len(expected), EVENTS)
            self.assertEqual(
                self.events(command, f"{daemon.gateway_url}{path}"), expected
            )

    def events(self, command: list[str], url: str) -> list[Any]:
        """Run a client."""
        done = subprocess.run(
            [*command, url, str(EVENTS)],
            capture_output=True,
            timeout=BOUND_S,
            check=False,
            cwd=CLIENTS,
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_httpx_sse(self) -> None:
        """Python, httpx."""
        self.compare([sys.executable, "httpx_sse_client.py"])

    def test_aiohttp_sse_client(self) -> None:
        """Python, aiohttp."""
        self.compare([sys.executable, "aiohttp_client.py"])

    def test_requests_sse(self) -> None:
        """Python, requests."""
        self.compare([sys.executable, "requests_client.py"])

    def test_eventsource(self) -> None:
        """JavaScript, the EventSource of npm."""
        self.compare([node(), "eventsource.mjs"])

    def test_fetch_event_source(self) -> None:
        """JavaScript, fetch."""
        self.compare([node(), "fetch_event_source.mjs"])

    def test_curl(self) -> None:
        """Byte for byte."""
        if shutil.which("curl") is None:
            raise SkipTest("needs curl")
        daemon = SHARED.get()

        def ending(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(STREAM) + b"0\r\n\r\n")
            connection.closed_at()

        with scripted(ending) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/curl"))
            done = subprocess.run(
                ["curl", "-sN", f"{daemon.gateway_url}/curl"],
                capture_output=True,
                timeout=BOUND_S,
                check=True,
            )
        self.assertEqual(done.stdout, STREAM)
        line = daemon.access_line(path="/curl", kind="close")
        self.assertEqual((line["events"], line["outcome"]), (EVENTS, "completed"))


class VectorTests(WireCase):
    """The vectors of the event-stream format pass through untouched."""

    def test_every_vector_passes_byte_for_byte(self) -> None:
        """Each vector passes in its own chunks, as a whole, and byte by byte."""
        daemon = SHARED.get()
        vectors = json.loads(VECTORS.read_text())["vectors"]
        bodies: dict[bytes, list[bytes]] = {}
        for number, vector in enumerate(vectors):
            chunks = [base64.b64decode(one) for one in vector["chunks"]]
            whole = b"".join(chunks)
            bytewise = [whole[at : at + 1] for at in range(len(whole))]
            for how, pieces in (("own", chunks), ("whole", [whole]), ("one", bytewise)):
                bodies[f"/{number}-{how}".encode()] = pieces

        def script(connection: Connection) -> None:
            while True:
                pieces = bodies[connection.head().split(b" ")[1]]
                connection.send(EVENT_STREAM)
                for piece in pieces:
                    if piece:
                        connection.send(chunk(piece))
                connection.send(b"0\r\n\r\n")

        with scripted(script) as (port, errors):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/vectors"))
            for path, pieces in bodies.items():
                answer = daemon.get("/vectors" + path.decode())
                self.assertEqual(answer.body, b"".join(pieces), path)
            self.assertTrue(errors.empty())
        print(f"{len(vectors)} vectors, {len(bodies)} streams")
