"""Connections to an upstream in memory, with a clock of the test's own."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer

from relay.upstream.connection.agent import CallAgent, call
from relay.upstream.connection.connection import EarlyHints, UpstreamConnection
from relay.upstream.connection.factory import ConnectionFactory
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, HeadLimits
from relay.upstream.connection.writer import RequestHead


class Connection(StringTransport):
    """A connection whose end comes when the test says so."""

    aborted = False

    def abortConnection(self) -> None:
        """Note that it was aborted; as with a socket, its end comes a turn later."""
        self.aborted = True

    def setTcpNoDelay(self, enabled: bool) -> None:
        """There is no TCP."""

    def setTcpKeepAlive(self, enabled: bool) -> None:
        """There is no TCP."""

    @property
    def reads(self) -> bool:
        """Whether anything is read from it."""
        return self.producerState == "producing"


def connected(
    clock: Clock,
    on_idle: Any = lambda connection: None,
    limits: HeadLimits = DEFAULT_LIMITS,
    transport: Any = None,
) -> UpstreamConnection:
    """
    Open a connection.

    :param on_idle: called when it may carry another request.
    :param limits: of the heads of responses.
    :param transport: plain by default.
    """
    connection = ConnectionFactory(clock, on_idle, limits).buildProtocol(None)
    connection.makeConnection(Connection() if transport is None else transport)
    return connection


def gone(connection: UpstreamConnection) -> bool:
    """Whether this side has ended a connection."""
    transport = connection.transport
    ended: bool = transport.aborted or transport.disconnecting
    return ended


def request_head(
    method: bytes = b"GET", keep_alive: bool = True, **fields: bytes
) -> RequestHead:
    """Write the head of a request."""
    headers = Headers({b"host": [b"h"]})
    for name, value in fields.items():
        headers.setRawHeaders(name.replace("_", "-").encode(), [value])
    return RequestHead(method, b"/", headers, keep_alive)


def called(
    connection: UpstreamConnection,
    method: bytes = b"GET",
    keep_alive: bool = True,
    body: IBodyProducer | None = None,
    early_hints: EarlyHints | None = None,
    **fields: bytes,
) -> Deferred[Any]:
    """Send a request, and return what will be treq's response."""
    head = request_head(method, keep_alive, **fields)
    return call(CallAgent(connection, head, early_hints), body, connection.clock)


def closed(connection: UpstreamConnection, *, reset: bool = False) -> None:
    """The upstream ends a connection."""
    connection.connectionLost(Failure(ConnectionLost() if reset else ConnectionDone()))
