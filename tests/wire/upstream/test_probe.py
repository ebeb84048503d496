"""Probes by the management API of a real daemon."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, PASSWORD, SharedDaemon
from tests.wire.harness.demo import demo_source
from tests.wire.harness.ports import refusing_port
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    scripted,
    server_context,
)

PATH = "/management/v2/environments/DEFAULT/endpoints/_probe"
SHARED = SharedDaemon()
SECRET = "a-password-of-the-source"


def authorization() -> str:
    """Return the credentials of the administrator."""
    return "Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode()


class ProbeTests(WireCase):
    """One daemon, and targets of each kind."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()

    def probe(self, target: str, **members: Any) -> dict[str, Any]:
        """Probe a target, and return the result."""
        body = {"configuration": {"target": target}, "seconds": 5, **members}
        document: dict[str, Any] = self.daemon.must("POST", "/endpoints/_probe", body)
        self.document = document
        result: dict[str, Any] = document["result"]
        return result

    @contextmanager
    def events(self, target: str, **members: Any) -> Iterator[Iterator[Any]]:
        """Probe a target, and return the events as they come."""
        body = {"configuration": {"target": target}, "seconds": 60, **members}
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.management_port, timeout=BOUND_S
        )
        headers = {
            "Authorization": authorization(),
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
        }
        connection.request("POST", PATH, json.dumps(body), headers)
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        self.assertEqual(response.headers["Content-Type"], "text/event-stream")

        def read() -> Iterator[Any]:
            name = ""
            while line := response.readline():
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    yield name, json.loads(value)

        try:
            yield read()
        finally:
            response.close()
            connection.close()

    def test_demo_source(self) -> None:
        """Events and heartbeats of a source that wants credentials."""
        with demo_source(heartbeat_ms=200) as url:
            target = f"{url}/sse?channel=ssechannel&v=1.1"
            refused = self.probe(target)
            self.assertEqual((refused["ended"], refused["status"]), ("no_stream", 401))
            credentials = {"username": "demo", "password": "relay"}
            shared = {"http": {"idleTimeout": 100}}
            seen: list[str] = []
            with self.events(
                target, credentials=credentials, sharedConfiguration=shared
            ) as events:
                proposal = None
                for name, members in events:
                    seen.append(name)
                    if name == "proposal":
                        proposal = members
                        break
            self.assertEqual(seen[:3], ["connecting", "connected", "head"])
            assert proposal is not None
            self.assertEqual(proposal["idleTimeout"], 11_000)
            self.assertTrue(proposal["changes"])

    def test_refused(self) -> None:
        """A target without a listener."""
        with refusing_port() as port:
            result = self.probe(f"http://127.0.0.1:{port}/")
        self.assertEqual(result["ended"], "failed")
        self.assertEqual(result["errorKey"], "GATEWAY_CLIENT_CONNECTION_REFUSED")

    def test_no_such_name(self) -> None:
        """A name that does not resolve."""
        result = self.probe("http://name.invalid/")
        self.assertEqual(result["errorKey"], "GATEWAY_CLIENT_DNS_RESOLUTION_ERROR")

    def test_tls(self) -> None:
        """A certificate that is not trusted is the cause; a trusted one is not."""
        authority = Authority()
        context = server_context(authority.issue("localhost"))
        page = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        with scripted(answering(page), context) as (port, _):
            target = f"https://localhost:{port}/"
            result = self.probe(target)
            self.assertEqual(result["ended"], "failed")
            self.assertEqual(result["errorKey"], "GATEWAY_CLIENT_TLS_HANDSHAKE_ERROR")
            self.assertIn("ssl.trustStore sets the authorities", result["message"])
            path = Path(self.new_directory()) / "ca.pem"
            path.write_text(authority.pem)
            store = {"type": "PEM", "path": str(path)}
            result = self.probe(
                target, sharedConfiguration={"ssl": {"trustStore": store}}
            )
            self.assertEqual(result["ended"], "no_stream", result)
            self.assertIn("is not an event stream", result["message"])
            self.assertEqual(result["excerpt"], "ok")
            connected = next(
                one
                for one in self.document["observations"]
                if one["type"] == "connected"
            )
            self.assertTrue(connected["tlsVersion"].startswith("TLSv1."))

    def test_silent_source(self) -> None:
        """A source that sends nothing."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            connection.closed_at()

        with scripted(script) as (port, _):
            result = self.probe(f"http://127.0.0.1:{port}/", seconds=1)
        self.assertEqual(result["ended"], "time_over")
        self.assertFalse(result["proposal"]["measured"])
        self.assertFalse(result["proposal"]["changes"])
        self.assertIn("probe it for longer", result["proposal"]["reason"])

    def test_client_leaves(self) -> None:
        """The connection to the target ends with the client's."""
        ends: Queue[float] = Queue()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            ends.put(connection.closed_at())

        with scripted(script) as (port, _):
            with self.events(f"http://127.0.0.1:{port}/") as events:
                for name, _members in events:
                    if name == "head":
                        break
            ends.get(timeout=BOUND_S)

    def test_secrets(self) -> None:
        """Credentials of a probe reach the target, and nothing else."""
        heads: Queue[bytes] = Queue()

        def script(connection: Connection) -> None:
            heads.put(connection.head())
            connection.send(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

        with scripted(script) as (port, _):
            result = self.probe(
                f"http://127.0.0.1:{port}/sse?key={SECRET}",
                headers=[{"name": "X-Key", "value": SECRET}],
                credentials={"token": SECRET},
            )
        self.assertEqual(result["status"], 403)
        head = heads.get(timeout=BOUND_S)
        self.assertEqual(head.count(SECRET.encode()), 3)
        self.assertNotIn(SECRET, json.dumps(self.document))
        self.assertIn("admin probes http://127.0.0.1", self.daemon.log())
        for path in self.daemon.data_dir.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)
