"""Tests of :mod:`relay.upstream.connection.kept_calls`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Generator
from ipaddress import ip_network
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from relay.outbound import Outbound, OutboundError, OutboundRequest
from relay.upstream.dial.guard import AddressGuard
from tests.wire.harness.scripted import Connection, scripted

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Steps = Generator[Deferred[Any], Any, None]


class KeptCallsTests(TestCase):
    """Calls one after the other, over real sockets."""

    def setUp(self) -> None:
        """Keep connections."""
        guard = AddressGuard([ip_network("127.0.0.0/8")])
        plain = Outbound.trusting(reactor, guard, None)
        self.outbound = plain.keeping(1000, 60_000)
        self.addCleanup(self.outbound.close)
        self.connections = 0
        self.heads: list[bytes] = []

    def request(self, port: int, **members: Any) -> OutboundRequest:
        """Post something."""
        url = f"http://127.0.0.1:{port}/"
        return OutboundRequest(url, "POST", [], b"body", **members)

    def serve(self, connection: Connection, times: int = 1000) -> None:
        """Answer some calls, and leave."""
        self.connections += 1
        for _ in range(times):
            self.heads.append(connection.head())
            while len(connection.buffer) < 4:
                connection.buffer += connection.socket.recv(100)
            connection.buffer = b""
            connection.send(OK)

    def until(self, ready: Callable[[], bool]) -> Steps:
        """Wait for a state, with a bound."""
        for _ in range(1000):
            if ready():
                return
            yield deferLater(reactor, 0.01)
        self.fail("it never came")

    @inlineCallbacks
    def test_a_connection_serves_one_call_after_the_other(self) -> Steps:
        """Several calls use one connection, without ``Connection: close``."""
        with scripted(self.serve) as (port, errors):
            for _ in range(3):
                answer = yield self.outbound.call(self.request(port))
                self.assertEqual((answer.status, answer.body), (200, b"ok"))
        self.assertTrue(errors.empty())
        self.assertEqual(self.connections, 1)
        for head in self.heads:
            self.assertNotIn(b"connection", head.lower())
            self.assertIn(b"\r\nHost: 127.0.0.1:%d" % port, head)

    @inlineCallbacks
    def test_a_connection_that_has_ended_costs_no_attempt(self) -> Steps:
        """A kept connection that has ended is replaced before a call uses it."""
        ended = threading.Event()

        def script(connection: Connection) -> None:
            ended.clear()
            self.serve(connection, 1)
            # On loopback the other end has it as soon as this returns.
            connection.socket.shutdown(socket.SHUT_WR)
            ended.set()

        with scripted(script) as (port, errors):
            for _ in range(3):
                answer = yield self.outbound.call(self.request(port))
                self.assertEqual(answer.body, b"ok")
                yield from self.until(ended.is_set)
        self.assertTrue(errors.empty())
        self.assertEqual(self.connections, 3)

    @inlineCallbacks
    def test_a_connection_that_ends_with_a_request_on_its_way(self) -> Steps:
        """Only a request that may be repeated is sent again."""

        def script(connection: Connection) -> None:
            self.connections += 1
            connection.head()
            connection.send(OK)
            connection.head()

        for method in ("GET", "POST"):
            self.connections = 0
            with scripted(script) as (port, _):
                request = OutboundRequest(f"http://127.0.0.1:{port}/", method)
                yield self.outbound.call(request)
                calling = self.outbound.call(request)
                if method == "GET":
                    yield calling
                else:
                    yield self.assertFailure(calling, OutboundError)
            self.assertEqual(self.connections, 2 if method == "GET" else 1)

    @inlineCallbacks
    def test_a_first_call_is_made_once(self) -> Steps:
        """A new connection that ends is an error, and is not repeated."""

        def script(connection: Connection) -> None:
            self.connections += 1
            connection.head()

        with scripted(script) as (port, _):
            calling = self.outbound.call(self.request(port))
            yield self.assertFailure(calling, OutboundError)
        self.assertEqual(self.connections, 1)

    @inlineCallbacks
    def test_the_bound_counts_for_each_call(self) -> Steps:
        """
        The size limit applies to each call; a connection whose response was too large
        is closed.
        """
        with scripted(self.serve) as (port, _):
            for _ in range(3):
                yield self.outbound.call(self.request(port, max_bytes=30))
            calling = self.outbound.call(self.request(port, max_bytes=1))
            error = yield self.assertFailure(calling, OutboundError)
            self.assertEqual(str(error), "the answer is too large")
            yield self.outbound.call(self.request(port))
        self.assertEqual(self.connections, 2)

    @inlineCallbacks
    def test_closed(self) -> Steps:
        """After ``close`` no connection is kept."""
        gone = threading.Event()

        def script(connection: Connection) -> None:
            self.serve(connection, 1)
            connection.closed_at()
            gone.set()

        with scripted(script) as (port, _):
            yield self.outbound.call(self.request(port))
            self.outbound.close()
            yield from self.until(gone.is_set)
            yield self.outbound.call(self.request(port))
            yield from self.until(lambda: self.connections == 2)
