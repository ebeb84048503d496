"""
Short calls over persistent connections, such as the events of a webhook in turn.

A connection for each event would cost a handshake of TCP and of TLS for each, and leave
a port in TIME_WAIT.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.model.api.endpoints.http_proxy import HttpOptions
from relay.upstream.connection.agent import CallAgent, call
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.pool import Pool, PoolSlot
from relay.upstream.connection.response_rules import InvalidResponse
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connection.upload import WholeBody
from relay.upstream.connection.writer import RequestHead
from relay.upstream.dial.dialer import Dial, Origin
from relay.upstream.errors import never_sent
from relay.upstream.request import RETRIED_METHODS


class WholeAnswer(NamedTuple):
    """
    A response with its body.

    :param headers: its headers, ``Content-Encoding`` among them.
    :param body: its body, not decoded.
    """

    status: int
    headers: Headers
    body: bytes


class TooLarge(InvalidResponse):
    """The response is larger than ``max_bytes``."""

    def __init__(self) -> None:
        super().__init__("the answer is too large")


class KeptCalls:
    """
    Makes calls, and keeps their connections for the next ones.

    :param reactor: the clock of ``idle_ms``.
    :param dial: opens a connection.
    :param idle_ms: how long an unused connection is kept, in milliseconds; 0 keeps
        none, and each request has ``Connection: close``.
    """

    def __init__(self, reactor: Any, dial: Dial, idle_ms: int) -> None:
        self._reactor = reactor
        self._keeps = idle_ms > 0
        self._pool = Pool(
            reactor, HttpOptions.read({"keepAliveTimeout": idle_ms}), dial
        )

    async def call(
        self,
        origin: Origin,
        method: str,
        target: bytes,
        headers: Headers,
        body: bytes,
        max_bytes: int,
    ) -> WholeAnswer:
        """
        Make one call; cancelling what awaits it drops the connection.

        A kept connection that the server has closed is not used. If one is closed while
        the request is sent, the call is made once more if its method is idempotent: any
        other request may have been processed.

        :param origin: the server.
        :param target: the request-target, checked by Twisted.
        :param headers: all but the framing; ``Host`` is added where it is missing.
        :param body: the body; empty for none.
        :param max_bytes: the largest response, its head included.
        :raises TooLarge: when the response is larger.
        """
        if not headers.hasHeader(b"host"):
            headers.setRawHeaders(b"host", [origin.authority])
        slot = PoolSlot(lambda: None)
        connection = await self._connect(slot, origin, fresh=False)
        head = RequestHead(method.encode("ascii"), target, headers, self._keeps)
        try:
            response = await self._send(slot, connection, head, body)
        except Exception:
            again = connection.used > 1 and head.method in RETRIED_METHODS
            if not (again and never_sent(Failure())):
                raise
            connection = await self._connect(slot, origin, fresh=True)
            response = await self._send(slot, connection, head, body)
        head_bytes = sum(
            len(name) + len(value)
            for name, values in response.headers.getAllRawHeaders()
            for value in values
        )
        taken = _Collector(response, max_bytes - head_bytes)
        response.deliver(taken, 0, taken.fail)
        whole = await taken.done
        return WholeAnswer(response.code, response.headers, whole)

    async def _connect(
        self, slot: PoolSlot, origin: Origin, fresh: bool
    ) -> UpstreamConnection:
        connected = self._pool.connect(slot, origin, fresh)
        return await connected if isinstance(connected, Deferred) else connected

    async def _send(
        self,
        slot: PoolSlot,
        connection: UpstreamConnection,
        head: RequestHead,
        body: bytes,
    ) -> UpstreamResponse:
        agent = CallAgent(connection, head)
        try:
            response = await call(
                agent, WholeBody(body) if body else None, self._reactor
            )
        except BaseException:
            connection.abort()
            raise
        return UpstreamResponse(response, slot, self._reactor, False)

    def close(self) -> None:
        """Close unused connections, and keep none from now on."""
        self._pool.close()


class _Collector:
    """Collects a body up to a size limit."""

    def __init__(self, response: UpstreamResponse, max_bytes: int) -> None:
        self._left = max_bytes
        self._parts: list[bytes] = []
        self._response: UpstreamResponse | None = response
        self.done: Deferred[bytes] = Deferred(lambda _: self._drop())

    def body_received(self, data: bytes) -> None:
        """Collect a part of the body."""
        self._left -= len(data)
        if self._left < 0:
            self._end(Failure(TooLarge()))
        else:
            self._parts.append(data)

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The body is complete."""
        self._response = None
        self.done.callback(b"".join(self._parts))

    def body_cut(self, reason: Failure) -> None:
        """The connection was lost before the body was complete."""
        self._end(reason)

    def fail(self) -> None:
        """Never called: the collector has no clock."""

    def _end(self, reason: Failure) -> None:
        self._drop()
        if not self.done.called:
            self.done.errback(reason)

    def _drop(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.abort()
