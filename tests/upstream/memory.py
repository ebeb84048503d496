"""Connections to a source in memory, with a clock of the test's own."""

from __future__ import annotations

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer

from relay.upstream.connection.agent import CallAgent
from relay.upstream.connection.leash import Leash, LeashFactory
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, HeadLimits


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


def leashed(
    clock: Clock,
    quiescent: Any = lambda http: None,
    limits: HeadLimits = DEFAULT_LIMITS,
) -> Leash:
    """
    Open a connection.

    :param quiescent: called when it may carry another request.
    :param limits: of the heads of responses.
    """
    leash = LeashFactory(clock, quiescent, limits).buildProtocol(None)
    assert leash is not None
    leash.makeConnection(Connection())
    return leash


def gone(leash: Leash) -> bool:
    """Whether this side has ended a connection."""
    ended: bool = leash.transport.aborted or leash.transport.disconnecting
    return ended


def called(
    leash: Leash,
    method: bytes = b"GET",
    keep_alive: bool = True,
    body: IBodyProducer | None = None,
    **fields: bytes,
) -> tuple[CallAgent, Deferred[Any]]:
    """Send a request, and give what will be its response."""
    headers = Headers({b"host": [b"h"]})
    for name, value in fields.items():
        headers.setRawHeaders(name.replace("_", "-").encode(), [value])
    agent = CallAgent(leash, method, b"/", headers, keep_alive)
    return agent, agent.request(b"GET", b"http://h/", None, body)


def closed(leash: Leash, *, reset: bool = False) -> None:
    """The source ends a connection."""
    leash.connectionLost(Failure(ConnectionLost() if reset else ConnectionDone()))
