"""Each way in which a source can fail, as a client and the access log see it."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon, proxy_api
from tests.wire.harness.ports import refusing_port
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
    server_context,
)

SHARED = SharedDaemon(
    lambda _: "[gateway]\nrequest_timeout_ms = 3000\nstall_timeout_ms = 2000\n"
)
EVENT = b"data: %b\n\n" % (b"x" * 5000)


class FailureTests(WireCase):
    """One daemon, with an API for each failure."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()

    def api(self, target: str, **shared: Any) -> str:
        """Publish an API under the test's own path."""
        path = "/" + self.id().rpartition(".")[2]
        self.daemon.publish(proxy_api(target, path, **shared))
        return path

    def assert_refused(self, path: str, status: int, key: str, outcome: str) -> None:
        """A call is answered with the status and a body, and logged with the key."""
        answer = self.daemon.get(path, {"Accept": "application/json"})
        self.assertEqual(answer.status, status)
        body = answer.json()
        self.assertEqual((body["http_status_code"], body["key"]), (status, key))
        self.assertTrue(body["message"])
        line = self.daemon.access_line(path=path, kind="close")
        self.assertEqual((line["errorKey"], line["outcome"]), (key, outcome))

    def test_refused(self) -> None:
        """A target without a listener."""
        with refusing_port() as port:
            path = self.api(f"http://127.0.0.1:{port}/")
            self.assert_refused(
                path, 502, "GATEWAY_CLIENT_CONNECTION_REFUSED", "upstream_gone"
            )

    def test_no_such_name(self) -> None:
        """The target's name does not resolve."""
        path = self.api("http://name.invalid/")
        self.assert_refused(
            path, 502, "GATEWAY_CLIENT_DNS_RESOLUTION_ERROR", "upstream_gone"
        )

    def test_closed_unanswered(self) -> None:
        """The source takes the request and closes."""

        def script(connection: Connection) -> None:
            connection.head()

        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/")
            self.assert_refused(
                path, 502, "GATEWAY_CLIENT_CONNECTION_CLOSED", "upstream_gone"
            )

    def test_reset_unanswered(self) -> None:
        """The source takes the request and resets."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.reset()

        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/")
            self.assert_refused(
                path, 502, "GATEWAY_CLIENT_CONNECTION_RESET", "upstream_gone"
            )

    def test_untrusted_certificate(self) -> None:
        """A certificate of an untrusted authority."""
        context = server_context(Authority().server("localhost"))
        with scripted(answering(b""), context) as (port, _):
            path = self.api(f"https://localhost:{port}/")
            self.assert_refused(
                path, 502, "GATEWAY_CLIENT_TLS_HANDSHAKE_ERROR", "upstream_gone"
            )

    def test_no_head(self) -> None:
        """The source is silent for longer than readTimeout."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.closed_at()

        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/", http={"readTimeout": 300})
            self.assert_refused(
                path, 504, "GATEWAY_CLIENT_READ_TIMEOUT", "read_timeout"
            )
            line = self.daemon.access_line(path=path, kind="close")
            self.assertEqual(line["clock"], "readTimeout")
            self.assertGreaterEqual(line["durationMs"], 299)

    def test_request_timeout(self) -> None:
        """The gateway's own clock for the head, where readTimeout is longer."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.closed_at()

        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/", http={"readTimeout": 600000})
            self.assert_refused(path, 504, "REQUEST_TIMEOUT", "request_timeout")
            line = self.daemon.access_line(path=path, kind="close")
            self.assertEqual(line["clock"], "requestTimeout")

    def test_no_connection(self) -> None:
        """A listener whose backlog is full takes no connection in time."""
        with full_backlog() as port:
            path = self.api(f"http://127.0.0.1:{port}/", http={"connectTimeout": 300})
            self.assert_refused(
                path, 504, "GATEWAY_CLIENT_CONNECT_TIMEOUT", "connect_timeout"
            )

    def test_no_handshake(self) -> None:
        """connectTimeout covers the TLS handshake."""

        def script(connection: Connection) -> None:
            connection.closed_at()

        with scripted(script) as (port, _):
            path = self.api(f"https://127.0.0.1:{port}/", http={"connectTimeout": 300})
            self.assert_refused(
                path, 504, "GATEWAY_CLIENT_CONNECT_TIMEOUT", "connect_timeout"
            )

    def test_no_head_but_nonsense(self) -> None:
        """A response that is not HTTP."""
        with scripted(answering(b"SSH-2.0-nonsense\r\n\r\n")) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/")
            self.assert_refused(
                path, 502, "GATEWAY_CLIENT_CONNECTION_ERROR", "upstream_gone"
            )

    def test_pool_is_full(self) -> None:
        """With one slot and no queue the second call is refused."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.closed_at()

        http = {"maxConcurrentConnections": 1, "maxWaitQueueSize": 0}
        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/", http=http)
            first = RawClient(self.daemon.port)
            self.addCleanup(first.close)
            first.get(path + "/first")
            second = self.daemon.get(path, {"Accept": "application/json"})
            self.assertEqual(second.status, 503)
            self.assertEqual(
                second.json()["key"], "GATEWAY_CLIENT_CONNECTION_POOL_EXHAUSTED"
            )
            self.assertEqual(second.headers["Retry-After"], "1")

    def test_idle_timeout_cuts(self) -> None:
        """A silent source is cut after the head, and the client sees a cut."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            connection.closed_at()

        self.assert_cut(
            script, "idle_timeout", "idleTimeout", http={"idleTimeout": 250}
        )

    def test_source_dies(self) -> None:
        """
        A source that closes within a response cuts it after the data that was received.
        """

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))

        self.assert_cut(script, "upstream_gone", None)

    def test_source_resets(self) -> None:
        """
        A source that resets within a response cuts it after the data that was received.
        """

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            head = connection.socket
            head.settimeout(0.2)
            try:
                head.recv(1)
            except OSError:
                connection.reset()

        self.assert_cut(script, "upstream_gone", None)

    def test_a_cut_chunked_response_is_an_incomplete_read(self) -> None:
        """The last chunk is missing, and nothing of what was sent."""
        self.assert_incomplete(EVENT_STREAM + chunk(EVENT) * 20)

    def test_a_cut_response_of_announced_length_is_an_incomplete_read(self) -> None:
        """Some of the length is missing, and nothing of what was sent."""
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n"
        self.assert_incomplete(head + EVENT * 20)

    def assert_incomplete(self, sent: bytes) -> None:
        """Assert that a client's library reports an incomplete response."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(sent)
            connection.socket.shutdown(socket.SHUT_WR)
            connection.closed_at()

        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/")
            client = http.client.HTTPConnection("127.0.0.1", self.daemon.port)
            self.addCleanup(client.close)
            client.request("GET", path)
            answer = client.getresponse()
            self.daemon.access_line(path=path, outcome="upstream_gone")
            cut = self.assertRaises(http.client.IncompleteRead, answer.read)
            self.assertEqual(cut.partial, EVENT * 20)

    def assert_cut(
        self, script: Any, outcome: str, clock: str | None, **shared: Any
    ) -> None:
        """The client gets the event, and no last chunk; the log names the outcome."""
        with scripted(script) as (port, _):
            path = self.api(f"http://127.0.0.1:{port}/", **shared)
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.get(path)
            client.until(b"data: 1\n\n")
            self.assertTrue(client.is_cut())
        line = self.daemon.access_line(path=path, kind="close")
        self.assertEqual(
            (line["outcome"], line["errorKey"], line["clock"], line["events"]),
            (outcome, "GATEWAY_CLIENT_STREAM_ENDED_EARLY", clock, 1),
        )


@contextmanager
def full_backlog() -> Iterator[int]:
    """Listen without accepting until the kernel takes no more connections."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        waiting = []
        try:
            for _ in range(8):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
                waiting.append(one)
            yield port
        finally:
            for one in waiting:
                one.close()
