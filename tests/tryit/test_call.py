"""Tests for :mod:`relay.tryit.call`, in memory; the others are in tests/wire."""

from __future__ import annotations

import base64
import json
from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import ConnectionLost, ConnectionRefusedError
from twisted.internet.interfaces import IProtocol, IProtocolFactory
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.parser import EventParser
from relay.management.tryit.calls import OwnCall
from relay.tryit.call import HEARTBEAT_MS, STALL_MS, ReportedCall

HEAD = b"HTTP/1.1 200 OK\r\nX-Gravitee-Request-Id: 7\r\nContent-Length: 10\r\n\r\n"


class Endpoint:
    """Connects at once, to a transport in memory; or not."""

    def __init__(self) -> None:
        self.transport = StringTransport()
        self.protocol: Any = None
        self.failure: Failure | None = None

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect."""
        if self.failure is not None:
            return fail(self.failure)
        self.protocol = protocolFactory.buildProtocol(None)  # type: ignore[arg-type]
        self.protocol.makeConnection(self.transport)
        return succeed(self.protocol)


class CallTests(SynchronousTestCase):
    """A call without sockets."""

    def setUp(self) -> None:
        """Prepare a connection."""
        self.clock = Clock()
        self.endpoint = Endpoint()
        self.written = b""
        self.aborted = 0
        self.noted: list[str] = []

    def start(self, **members: Any) -> ReportedCall:
        """Begin a call."""
        asked = {
            "listener_id": "default",
            "authority": "localhost:8082",
            "method": "GET",
            "target": "/sse?a=1",
            "headers": (("X-A", "é"),),
            "body": None,
            "max_seconds": 600,
            "max_bytes": 1000,
            "described": {"url": "u"},
            **members,
        }
        made = ReportedCall(
            self.clock,
            lambda: "now",
            self.endpoint,  # type: ignore[arg-type]
            OwnCall(**asked),
            self,
        )
        self.done = made.start(self.write, self.abort)
        return made

    def begun(self) -> None:
        """Note the begin."""
        self.noted.append("begun")

    def answered(self, request_id: str) -> None:
        """Note the head."""
        self.noted.append(f"answered {request_id}")

    def over(self) -> None:
        """Note the end."""
        self.noted.append("over")

    def write(self, data: bytes) -> None:
        """Receive the report."""
        self.written += data

    def abort(self) -> None:
        """Count the drops of the user's connection."""
        self.aborted += 1

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Read the report."""
        events = EventParser().feed(self.written)
        return [(event.type, json.loads(event.data)) for event in events]

    def test_report(self) -> None:
        """The request as it is sent, and a whole response."""
        self.start()
        self.assertEqual(
            self.endpoint.transport.value(),
            b"GET /sse?a=1 HTTP/1.1\r\nConnection: close\r\nHost: localhost:8082\r\n"
            b"X-A: \xe9\r\n\r\n",
        )
        self.clock.advance(0.25)
        self.endpoint.protocol.dataReceived(HEAD + b"01234")
        self.endpoint.protocol.dataReceived(b"56789")
        self.successResultOf(self.done)
        names, contents = zip(*self.told(), strict=True)
        self.assertEqual(names, ("request", "head", "bytes", "bytes", "end"))
        self.assertEqual(contents[0], {"url": "u", "timestamp": "now"})
        self.assertEqual((contents[1]["status"], contents[1]["requestId"]), (200, "7"))
        self.assertEqual((contents[1]["connectedMs"], contents[1]["atMs"]), (0, 250))
        self.assertEqual(base64.b64decode(contents[2]["base64"]), b"01234")
        self.assertEqual((contents[4]["how"], contents[4]["bytes"]), ("complete", 10))
        self.assertEqual(self.noted, ["begun", "answered 7", "over"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_ends(self) -> None:
        """A reset behind the head, and one before it."""
        for head, how in ((HEAD, "reset"), (b"", "unreachable")):
            self.setUp()
            self.start()
            self.endpoint.protocol.dataReceived(head)
            self.endpoint.protocol.connectionLost(Failure(ConnectionLost()))
            self.assertEqual(self.told()[-1][1]["how"], how)
            self.successResultOf(self.done)

    def test_no_connection(self) -> None:
        """The reason is told."""
        self.endpoint.failure = Failure(ConnectionRefusedError())
        self.start()
        name, end = self.told()[-1]
        self.assertEqual((name, end["how"]), ("end", "unreachable"))
        self.assertIn("refused", end["message"])

    def test_heartbeats(self) -> None:
        """A quiet call is told of its life."""
        self.start()
        self.written = b""
        self.clock.pump([HEARTBEAT_MS / 1000] * 3)
        self.assertEqual(self.written, b":\n" * 3)

    def test_back_pressure(self) -> None:
        """Nothing is read while nothing is taken, and only for a time."""
        call = self.start()
        self.endpoint.protocol.dataReceived(HEAD)
        call.pauseProducing()
        self.assertEqual(self.endpoint.transport.producerState, "paused")
        call.resumeProducing()
        self.assertEqual(self.endpoint.transport.producerState, "producing")
        call.pauseProducing()
        self.clock.advance(STALL_MS / 1000)
        self.assertEqual(self.aborted, 1)

    def test_leaving(self) -> None:
        """The connection is dropped, at whatever stage; once is enough."""
        for head in (b"", HEAD):
            self.setUp()
            call = self.start()
            self.endpoint.protocol.dataReceived(head)
            call.stopProducing()
            call.stopProducing()
            self.assertTrue(self.endpoint.transport.disconnecting)
            self.assertEqual((self.noted[0], self.noted[-1]), ("begun", "over"))
            self.assertEqual(self.clock.getDelayedCalls(), [])
            self.assertNoResult(self.done)
