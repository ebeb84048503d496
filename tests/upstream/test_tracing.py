"""The traces of calls that no exchange makes."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from ipaddress import ip_network
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.trial.unittest import TestCase
from twisted.web.http_headers import Headers

from relay.model.marks import Mark, Value
from relay.outbound import Outbound, OutboundError, OutboundRequest
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.request import add_trace
from relay.upstream.tracing import TRACERS
from tests.wire.harness.scripted import Connection, scripted

PARENT = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class KeptCall:
    """A trace that keeps what it is told."""

    def __init__(self, method: str, attributes: Mapping[str, Any]) -> None:
        self.told: list[tuple[Any, ...]] = [(method, dict(attributes))]

    def sending(
        self, secure: bool, host: str, port: int, path: bytes | None
    ) -> tuple[bytes, bytes | None]:
        """Begin a request."""
        self.told.append((secure, host, path))
        return PARENT, b"a=b"

    def note(self, mark: Mark, *values: Value) -> None:
        """Take a mark."""
        self.told.append((mark, *values))


class Keeper:
    """A tracer that keeps its calls."""

    def __init__(self) -> None:
        self.calls: list[KeptCall] = []

    def begin_call(self, method: str, attributes: Mapping[str, Any]) -> KeptCall:
        """Begin a trace."""
        self.calls.append(KeptCall(method, attributes))
        return self.calls[-1]


class HeaderTests(TestCase):
    """The headers of a request."""

    def test_a_trace(self) -> None:
        """Its context takes the place of the client's."""
        headers = Headers({"traceparent": ["old"], "tracestate": ["x=1", "y=2"]})
        add_trace(headers, KeptCall("GET", {}), False, "h", 80, b"/")
        self.assertEqual(headers.getRawHeaders(b"traceparent"), [PARENT])
        self.assertEqual(headers.getRawHeaders(b"tracestate"), [b"a=b"])

    def test_none(self) -> None:
        """Without one the headers stay as they are."""
        headers = Headers({"traceparent": ["old"]})
        add_trace(headers, None, False, "h", 80, b"/")
        self.assertEqual(headers.getRawHeaders(b"traceparent"), [b"old"])


class OutboundTests(TestCase):
    """Outbound calls."""

    def setUp(self) -> None:
        """Keep traces."""
        self.keeper = Keeper()
        self.patch(TRACERS, "tracer", self.keeper)
        guard = AddressGuard([ip_network("127.0.0.0/8")])
        self.outbound = Outbound.trusting(reactor, guard, None)

    @inlineCallbacks
    def test_an_answer(self) -> Generator[Deferred[Any], Any, None]:
        """The server gets the context; the path, which may be a secret, is not told."""
        heads: list[bytes] = []

        def script(connection: Connection) -> None:
            heads.append(connection.head())
            connection.send(b"HTTP/1.1 202 OK\r\nContent-Length: 0\r\n\r\n")

        with scripted(script) as (port, _):
            request = OutboundRequest(f"http://127.0.0.1:{port}/secret?a=b", "POST")
            yield self.outbound.call(request)
        self.assertIn(PARENT, heads[0])
        (call,) = self.keeper.calls
        self.assertEqual(
            call.told,
            [
                ("POST", {}),
                (Mark.CONNECTING, None, "127.0.0.1", port, None),
                (False, "127.0.0.1", None),
                (Mark.ANSWERED, None, 202),
            ],
        )

    @inlineCallbacks
    def test_a_refused_address(self) -> Generator[Deferred[Any], Any, None]:
        """The attempt has failed, with the reason."""
        self.outbound.guard = AddressGuard()
        calling = self.outbound.call(OutboundRequest("http://127.0.0.1:1/"))
        yield self.assertFailure(calling, OutboundError)
        (call,) = self.keeper.calls
        mark, endpoint, key, message = call.told[-1]
        self.assertEqual((mark, endpoint), (Mark.ATTEMPT_FAILED, None))
        self.assertEqual(key, "OUTBOUND_CALL_FAILED")
        self.assertIn("no public address", message)

    def test_off(self) -> None:
        """Without a tracer there is no trace."""
        TRACERS.tracer = None
        self.assertIsNone(TRACERS.begin_call("GET", {}))
