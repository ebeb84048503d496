"""
Short calls, over connections that are kept: one event of a webhook after the other.

A connection for each event costs a handshake each time, of TCP and of TLS, and leaves
a port behind that waits for its time to pass.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.model.http_proxy import HttpOptions
from relay.upstream.agent import CallAgent
from relay.upstream.asking import ask
from relay.upstream.connector import RETRIED_METHODS
from relay.upstream.dial import Dial, Origin
from relay.upstream.errors import never_sent
from relay.upstream.fields import copied
from relay.upstream.leash import Leash
from relay.upstream.pool import Lease, Pool
from relay.upstream.response_rules import InvalidResponse
from relay.upstream.stream import UpstreamResponse
from relay.upstream.upload import WholeBody


class WholeAnswer(NamedTuple):
    """
    A response with its body.

    :param status: its status.
    :param headers: its headers, ``Content-Encoding`` among them.
    :param body: its body, as it came.
    """

    status: int
    headers: Headers
    body: bytes


class TooLarge(InvalidResponse):
    """The answer has more bytes than were asked for."""

    def __init__(self) -> None:
        super().__init__("the answer is too large")


class KeptCalls:
    """
    Makes calls, and keeps their connections for the next ones.

    :param reactor: what tells the time.
    :param dial: opens a connection.
    :param idle_ms: how long an unused connection is kept, in milliseconds; 0 keeps
        none, and each call says that its connection ends with it.
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

        A kept connection that the other side has ended is not used. One that ends with
        the request on its way is replaced, once, if the method is idempotent: another
        may have been acted on.

        :param origin: where to.
        :param method: the method.
        :param target: the request-target, checked by Twisted.
        :param headers: all but the framing; ``Host`` is added where it is missing.
        :param body: the body; empty for none.
        :param max_bytes: of the answer, its head included.
        :raises TooLarge: when it is larger.
        """
        if not headers.hasHeader(b"host"):
            headers.setRawHeaders(b"host", [origin.authority])
        lease = Lease(lambda: None)
        leash = await self._pool.connect(lease, origin, fresh=False)
        request = (method.encode("ascii"), target, headers, body)
        try:
            response = await self._send(lease, leash, *request)
        except Exception:
            again = leash.used > 1 and method.encode() in RETRIED_METHODS
            if not (again and never_sent(Failure())):
                raise
            leash = await self._pool.connect(lease, origin, fresh=True)
            response = await self._send(lease, leash, *request)
        head_bytes = sum(
            len(name) + len(value)
            for name, values in response.headers.getAllRawHeaders()
            for value in values
        )
        taken = _Collector(response, max_bytes - head_bytes)
        response.deliver(taken, 0, taken.fail)
        whole = await taken.done
        return WholeAnswer(response.code, response.headers, whole)

    async def _send(
        self,
        lease: Lease,
        leash: Leash,
        method: bytes,
        target: bytes,
        headers: Headers,
        body: bytes,
    ) -> UpstreamResponse:
        agent = CallAgent(leash, method, target, copied(headers), self._keeps)
        try:
            response = await ask(
                agent, WholeBody(body) if body else None, self._reactor
            )
        except BaseException:
            leash.abort()
            raise
        return UpstreamResponse(response, agent, leash, lease, False)

    def close(self) -> None:
        """Close what is unused, and keep nothing from now on."""
        self._pool.close()


class _Collector:
    """Takes a body up to a bound."""

    def __init__(self, response: UpstreamResponse, max_bytes: int) -> None:
        self._left = max_bytes
        self._parts: list[bytes] = []
        self._response: UpstreamResponse | None = response
        self.done: Deferred[bytes] = Deferred(lambda _: self._drop())

    def body_received(self, data: bytes) -> None:
        """Take some of it."""
        self._left -= len(data)
        if self._left < 0:
            self._end(Failure(TooLarge()))
        else:
            self._parts.append(data)

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """It is all there."""
        self._response = None
        self.done.callback(b"".join(self._parts))

    def body_cut(self, reason: Failure) -> None:
        """The other side went away."""
        self._end(reason)

    def fail(self) -> None:
        """There is no clock here that fires."""

    def _end(self, reason: Failure) -> None:
        self._drop()
        if not self.done.called:
            self.done.errback(reason)

    def _drop(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.abort()
