"""Calls one endpoint through treq: slots, connections, retries and redirects."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.http.fields import copied, foldable, folded, put_field, remove_folded
from relay.model.api.endpoints.http_proxy import SharedConfiguration
from relay.model.marks import Mark, Value
from relay.reactor.deadline import Deadline
from relay.reactor.failures import run
from relay.upstream.connection.agent import CallAgent, call
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.pool import Pool, PoolSlot
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connection.upload import Upload
from relay.upstream.connection.writer import RequestHead
from relay.upstream.counts import CANCELLED, UpstreamCounts
from relay.upstream.dial.dialer import Origin
from relay.upstream.errors import (
    RedirectError,
    UpstreamError,
    classify,
    never_sent,
    queue_timeout,
    read_timeout,
)
from relay.upstream.health import Health
from relay.upstream.redirects import MAX_REDIRECTS, REDIRECTS, crossing, resolve
from relay.upstream.request import RETRIED_METHODS, UpstreamRequest, add_trace
from relay.upstream.target import Target


class Connector:
    """
    One endpoint of a deployment, ready to be called.

    :param reactor: ``IReactorTime``; treq names a wider type.
    :param name: the endpoint's name.
    :param target: where it points.
    :param shared: the configuration that it inherits or overrides.
    :param pool: the connections of its group.
    """

    def __init__(
        self,
        reactor: Any,
        name: str,
        target: Target,
        shared: SharedConfiguration,
        pool: Pool,
    ) -> None:
        self.reactor = reactor
        self.name = name
        self.target = target
        self.http = shared.http
        self.pool = pool
        self._load = _Load()
        self.counts = UpstreamCounts()
        """What happens to its calls; of the API, once that is set."""
        self.health: Health | None = None
        """What its checks found, if it is checked."""
        self._own_headers = [
            (header.name.encode("ascii"), header.value.encode("utf-8"))
            for header in shared.headers
        ]
        self._own_foldable = any(
            folded(name) != name.lower() for name, _ in self._own_headers
        )

    def aimed(self, target: Target) -> Connector:
        """
        Make a connector of the same endpoint with another target.

        Its exchanges count for the endpoint, so that the load balancer sees them.

        :param target: the other target; connections are kept by origin.
        """
        other = copy(self)
        other.target = target
        return other

    @property
    def idle_timeout_ms(self) -> int:
        """Silence allowed to a response body, in milliseconds; 0 is no limit."""
        return self.http.idle_timeout

    @property
    def available(self) -> bool:
        """Whether it may be called, as far as is known."""
        return self.health is None or self.health.available

    @property
    def exchanges(self) -> int:
        """How many exchanges the endpoint has, over all its targets."""
        return self._load.exchanges

    def is_same(self, other: Connector) -> bool:
        """
        Whether another connector is for the same endpoint.

        :param other: a connector, which may have another target.
        """
        return self._load is other._load

    def enter(self) -> None:
        """Note that an exchange is with it, before the exchange calls it."""
        self._load.exchanges += 1

    def leave(self) -> None:
        """Note that this exchange is over."""
        self._load.exchanges -= 1

    def call(self, request: UpstreamRequest) -> UpstreamCall:
        """
        Prepare a call.
        """
        return UpstreamCall(self, request)

    def headers(
        self, request: UpstreamRequest, origin: Origin, crossed: bool = False
    ) -> Headers:
        """
        Make the headers of one request to one origin.

        The endpoint's ``headers`` are sent to the endpoint only: not to the target of a
        redirect, and not with a ``TRACE``, whose response would show them to the client
        (RFC 9110, 9.3.8).

        :param request: the client's request.
        :param origin: the origin that the request is sent to.
        :param crossed: whether a redirect has led to another origin. From then on only
            :data:`~relay.upstream.redirects.CROSSING` is sent, even if a further
            redirect leads back.
        """
        headers = (crossing if crossed else copied)(request.headers)
        own = not crossed and origin == self.target.origin
        trace = request.method == b"TRACE"
        keeps_host = self.http.propagate_client_host or request.sends_host
        theirs = own and keeps_host and request.host
        put_field(headers, b"Host", request.host if theirs else origin.authority)
        if self.http.use_compression and not trace:
            # A part of an encoded body could not be decoded.
            if headers.hasHeader(b"range"):
                headers.removeHeader(b"accept-encoding")
            else:
                put_field(headers, b"Accept-Encoding", b"gzip")
        elif not self.http.propagate_client_accept_encoding:
            headers.removeHeader(b"accept-encoding")
        if own and not trace:
            for name, value in self._own_headers:
                headers.setRawHeaders(name, [value])
            if self._own_foldable or foldable(headers):
                for name, _ in self._own_headers:
                    remove_folded(headers, name)
        return headers


class _Load:
    """The number of exchanges that an endpoint has now."""

    __slots__ = ("exchanges",)

    def __init__(self) -> None:
        self.exchanges = 0


class UpstreamCall:
    """
    One call of an endpoint, until the head of its response.

    :param connector: the endpoint.
    """

    def __init__(self, connector: Connector, request: UpstreamRequest) -> None:
        self._connector = connector
        self._request = request
        self._why: UpstreamError | None = None
        self._cancelled = False
        self._crossed = False
        self._expired: Callable[[], UpstreamError] = queue_timeout
        self._read_clock: Deadline | None = None
        self._running: Deferred[UpstreamResponse] | None = None
        self._answered = False
        self.started = False
        """Whether a part of the request may have reached the source."""
        self.turned: Callable[[bool], None] | None = None
        """Called with True when the source is waited for, False for the client."""

    def start(self) -> Deferred[UpstreamResponse]:
        """
        Send the request.

        :return: fires with the response at its head, or fails with
            :class:`UpstreamError`.
        """
        self._running = run(self._run())
        return self._running.addErrback(self._explain)

    def clocks(self) -> dict[str, float | None]:
        """Return the seconds until its timeout expires, by the name of the timeout."""
        clock = self._read_clock
        return {"readTimeout": None if clock is None else clock.left_s}

    def cancel(self) -> None:
        """Drop the connection at once, at any stage of the call."""
        self._cancelled = True
        if self._running is not None:
            self._running.cancel()

    def _turn(self, of_source: bool) -> None:
        """
        Start or stop ``readTimeout``, which runs only while the source is waited for.

        :param of_source: whether the source has the whole request, or has stopped
            reading it.
        """
        if self._answered:
            return
        self._count_no_more()
        if of_source:
            self._count()
        if self.turned is not None:
            self.turned(of_source)

    def _count(self) -> None:
        """Start ``readTimeout``."""
        connector = self._connector
        self._read_clock = Deadline(connector.reactor, connector.http.read_timeout)
        self._read_clock.start(self._expire)

    def _count_no_more(self) -> None:
        # Let go of as well: a call that is in no cycle is gone at once, with all that
        # was said in it, and does not wait for the search for garbage.
        clock, self._read_clock = self._read_clock, None
        if clock is not None:
            clock.stop()

    def _expire(self) -> None:
        self._why = self._expired()
        self.cancel()

    def _explain(self, failure: Failure) -> Failure:
        self._count_no_more()
        error = self._why if self._why is not None else classify(failure)
        if self._why is not None or not self._cancelled:
            self._attempt_failed(error)
        else:
            self._connector.counts.attempts.count(self._connector.name, CANCELLED)
        return Failure(error)

    def _attempt_failed(self, error: UpstreamError) -> None:
        self._connector.counts.failed(self._connector.name, error)
        self._note(Mark.ATTEMPT_FAILED, error.key, error.message)

    def _note(self, mark: Mark, *values: Value) -> None:
        self._request.note(mark, self._connector.name, *values)

    async def _run(self) -> UpstreamResponse:
        slot = self._connector.pool.slot()
        if isinstance(slot, Deferred):
            self._note(Mark.QUEUED)
            self._count()
            slot = await slot
            self._count_no_more()
        self._expired = read_timeout
        try:
            return await self._follow(slot)
        except BaseException:
            slot.release()
            if slot.connection is not None:
                slot.connection.abort()
            raise

    async def _follow(self, slot: PoolSlot) -> UpstreamResponse:
        request, target = self._request, self._connector.target
        origin = target.origin
        # The response to a TRACE shows the target's query, which may hold a key.
        with_own = request.method != b"TRACE"
        place = target.request_target(request.target, with_own)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._attempt(slot, origin, place)
            location = self._redirect(response)
            if location is None:
                return response
            there = resolve(origin, place, location)
            if not self._connector.http.follow_redirects and there[0] != origin:
                return response
            if slot.connection is not None:
                slot.connection.abort()
            origin, place = there
            if origin != target.origin:
                origin, self._crossed = origin._replace(guarded=True), True
        raise RedirectError("The upstream redirects too often")

    def _redirect(self, response: UpstreamResponse) -> bytes | None:
        if (
            not (self._connector.http.follow_redirects or self._request.follows_origin)
            or response.code not in REDIRECTS
            or self._request.method not in (b"GET", b"HEAD")
            or self._request.body is not None
        ):
            return None
        # An empty Location would redirect to the same URL for ever.
        location: bytes = response.headers.getRawHeaders(b"location", [b""])[0]
        return location or None

    async def _attempt(
        self, slot: PoolSlot, origin: Origin, place: bytes
    ) -> UpstreamResponse:
        """Send to one origin; a kept connection that turns out dead is replaced."""
        connection = await self._connect(slot, origin, fresh=False)
        again = (
            connection.used > 1
            and self._request.body is None
            and self._request.method in RETRIED_METHODS
        )
        try:
            return await self._send(slot, connection, origin, place)
        except Exception:
            # No variable: the traceback has this frame, which would have the failure.
            if self._cancelled or not (again and never_sent(Failure())):
                raise
            self._attempt_failed(classify(Failure()))
        connection = await self._connect(slot, origin, fresh=True)
        return await self._send(slot, connection, origin, place)

    async def _connect(
        self, slot: PoolSlot, origin: Origin, fresh: bool
    ) -> UpstreamConnection:
        connection = self._connector.pool.connect(slot, origin, fresh)
        if isinstance(connection, Deferred) or connection.used == 1:
            tls = "tls" if origin.secure else None
            self._note(Mark.CONNECTING, origin.host, origin.port, tls)
        if isinstance(connection, Deferred):
            connection = await connection
        use, kind = ("new", "opened") if connection.used == 1 else ("kept", "reused")
        self._connector.counts.connections.count(self._connector.name, kind)
        self._note(Mark.CONNECTED, connection.address, connection.tls_version, use)
        return connection

    async def _send(
        self,
        slot: PoolSlot,
        connection: UpstreamConnection,
        origin: Origin,
        place: bytes,
    ) -> UpstreamResponse:
        request, connector = self._request, self._connector
        headers = connector.headers(request, origin, self._crossed)
        add_trace(
            headers, request.trace, origin.secure, origin.host, origin.port, place
        )
        keeps = connector.http.keep_alive
        head = RequestHead(request.method, place, headers, keeps)
        agent = CallAgent(connection, head, request.early_hints)
        body = None
        if request.body is not None:
            body = Upload(request.body, self._turn)
        else:
            self._turn(True)
        self.started = True
        response = await call(agent, body, connector.reactor)
        self._answered = True
        self._count_no_more()
        connector.counts.answered(connector.name, response.code)
        self._note(Mark.ANSWERED, response.code)
        return UpstreamResponse(
            response, slot, connector.reactor, connector.http.use_compression
        )
