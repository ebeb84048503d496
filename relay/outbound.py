"""
Short calls to URLs that a definition names: keys, introspection, callouts.

Everything about such a call is bounded: the addresses that it may reach, its time, and
the bytes of the answer, head included. Redirects are not followed, cookies are not
kept, and a compressed answer, which could be small on the wire and huge in memory, is
not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.model.api.endpoints.ssl_options import SslOptions, TrustStore
from relay.model.marks import Mark, Value
from relay.reactor.deadline import Deadline
from relay.reactor.failures import run
from relay.tls.client import client_creators
from relay.tls.endpoint import TLSEndpoint
from relay.tls.material import from_path, load_certificates
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.factory import ConnectionFactory
from relay.upstream.connection.kept_calls import KeptCalls, TooLarge
from relay.upstream.connection.response_rules import DEFAULT_LIMITS
from relay.upstream.dial.dialer import OnIdle, Origin, when_ready
from relay.upstream.dial.eyeballs import AddressRefused, NameEndpoint
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.errors import HEAD_TOO_LARGE, classify
from relay.upstream.request import add_trace
from relay.upstream.tracing import TRACERS

CONNECT_TIMEOUT_MS = 2_000
TIMEOUT_MS = 5_000
MAX_BYTES = 1_048_576
FAILED = "OUTBOUND_CALL_FAILED"
"""The error key, in spans, of a call without a usable answer."""


class OutboundError(Exception):
    """A call that got no usable answer; the text holds no secret and no URL."""


class OutboundRefused(OutboundError):
    """A URL that may not be called at all."""


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One outbound call."""

    url: str = field(repr=False)
    """``http`` or ``https``, without userinfo."""
    method: str = "GET"
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    connect_timeout_ms: int = CONNECT_TIMEOUT_MS
    """For each address of the host."""
    timeout_ms: int = TIMEOUT_MS
    """For everything, from the name's resolution to the last byte of the answer."""
    max_bytes: int = MAX_BYTES
    """Of the answer, its head included."""

    @property
    def host(self) -> str:
        """The host, for logs: the rest of the URL may hold secrets."""
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """A whole answer, of any status."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)


class _Trust:
    """Whom calls believe, and as whom they come."""

    def __init__(self, ssl: SslOptions) -> None:
        self.ssl = ssl
        self.creators = client_creators(ssl, "outbound calls")


class Outbound:
    """
    Makes such calls.

    :param reactor: connects, resolves names, and is the clock.
    :param guard: which addresses may be dialled.
    :param ssl: whom to believe on TLS connections.
    :raises MaterialError: when a file of ``ssl`` cannot be used.
    """

    def __init__(self, reactor: Any, guard: AddressGuard, ssl: SslOptions) -> None:
        self._reactor = reactor
        self._kept: KeptCalls | None = None
        self.guard = guard
        self._trust = _Trust(ssl)
        self._following: WeakSet[_Trust] = WeakSet([self._trust])
        """Those without authorities of their own."""

    @classmethod
    def trusting(cls, reactor: Any, guard: AddressGuard, ca: str | None) -> Outbound:
        """
        Believe the system's authorities, or those of one file instead.

        :param reactor: as above.
        :param guard: as above.
        :param ca: path of a PEM file.
        :raises MaterialError: when it cannot be used.
        """
        return cls(reactor, guard, SslOptions(trust_store=_authorities(ca)))

    def retrusting(self, ca: str | None) -> Callable[[], None]:
        """
        Prepare other authorities for all calls without authorities of their own.

        :param ca: as above.
        :return: puts the authorities in force.
        :raises MaterialError: when a file cannot be used.
        """
        update = {"trust_store": _authorities(ca)}
        prepared = [
            (one, _Trust(one.ssl.model_copy(update=update)))
            for one in list(self._following)
        ]

        def commit() -> None:
            for one, new in prepared:
                one.ssl, one.creators = new.ssl, new.creators

        return commit

    def with_ssl(self, ssl: SslOptions) -> Outbound:
        """
        Make calls under the same guard with TLS options of a definition.

        :param ssl: whom to believe, and as whom to come. Without a trust store of its
            own the authorities stay the same.
        :raises MaterialError: when a file of it cannot be used.
        """
        if ssl.trust_store.type != "NONE":
            return Outbound(self._reactor, self.guard, ssl)
        store = self._trust.ssl.trust_store
        other = Outbound(
            self._reactor,
            self.guard,
            ssl.model_copy(update={"trust_store": store}),
        )
        if self._trust in self._following:
            self._following.add(other._trust)
            other._following = self._following
        return other

    def keeping(self, connect_timeout_ms: int, idle_ms: int) -> Outbound:
        """
        Make an object whose calls use persistent connections of its own, until
        :meth:`close`.

        :param connect_timeout_ms: for each address of a host, in milliseconds.
        :param idle_ms: how long an unused connection is kept, in milliseconds, above 0.
        """
        other = copy(self)
        other._kept = self._calls(connect_timeout_ms, idle_ms)
        return other

    def close(self) -> None:
        """Close the persistent connections."""
        if self._kept is not None:
            self._kept.close()

    def call(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """
        Make one call.

        :param request: what to send.
        :return: fires with the answer, or fails with :class:`OutboundError`.
            Cancelling it drops the connection.
        """
        calls = self._kept or self._calls(request.connect_timeout_ms, 0)
        return _OutboundCall(self._reactor, calls, request).start()

    def _calls(self, connect_timeout_ms: int, idle_ms: int) -> KeptCalls:
        return KeptCalls(
            self._reactor, partial(self._dial, connect_timeout_ms), idle_ms
        )

    def _dial(
        self, timeout_ms: int, origin: Origin, on_idle: OnIdle
    ) -> Deferred[UpstreamConnection]:
        host = origin.host
        endpoint: IStreamClientEndpoint = NameEndpoint(
            self._reactor,
            host,
            origin.port,
            timeout_ms / 1000.0,
            lambda address: self.guard.permits(host, address),
            owner=self,
        )
        if origin.secure:
            endpoint = TLSEndpoint(self._trust.creators(host), endpoint, self._reactor)
        factory = ConnectionFactory(self._reactor, on_idle, DEFAULT_LIMITS)
        connecting: Deferred[Any] = endpoint.connect(factory)
        return connecting.addCallback(when_ready)


class _OutboundCall:
    """One outbound call, until its response is complete."""

    def __init__(
        self, reactor: Any, calls: KeptCalls, request: OutboundRequest
    ) -> None:
        self.request = request
        self._calls = calls
        self._over = False
        self._clock = Deadline(reactor, request.timeout_ms)
        self._running: Deferred[OutboundAnswer] | None = None
        self._done: Deferred[OutboundAnswer] = Deferred(self._cancelled)
        self._trace = TRACERS.begin_call(request.method, {})

    def start(self) -> Deferred[OutboundAnswer]:
        """Send the request."""
        self._clock.start(self._expire)
        self._running = run(self._run())
        self._running.addCallbacks(self._succeed, self._explain)
        return self._done

    def fail(self, why: OutboundError) -> None:
        """End the call for a reason of our own."""
        if self._end():
            self._note(Mark.ATTEMPT_FAILED, FAILED, str(why))
            self._done.errback(Failure(why))

    async def _run(self) -> OutboundAnswer:
        request = self.request
        _check_url(request.url)
        parts = urlsplit(request.url)
        secure = parts.scheme == "https"
        origin = Origin(
            secure, parts.hostname or "", parts.port or (443 if secure else 80)
        )
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = Headers()
        for name, value in request.headers:
            headers.addRawHeader(name, value)
        self._note(Mark.CONNECTING, origin.host, origin.port, None)
        # The path may be a secret, as that of a webhook.
        add_trace(headers, self._trace, secure, origin.host, origin.port, None)
        answer = await self._calls.call(
            origin,
            request.method,
            target.encode("ascii"),
            headers,
            request.body,
            request.max_bytes,
        )
        codings = answer.headers.getRawHeaders(b"content-encoding", [])
        if any(one.strip().lower() not in (b"", b"identity") for one in codings):
            raise OutboundError("the answer is compressed, which was not asked for")
        return OutboundAnswer(*answer)

    def _succeed(self, answer: OutboundAnswer) -> None:
        if self._end():
            self._note(Mark.ANSWERED, answer.status)
            self._done.callback(answer)

    def _explain(self, failure: Failure) -> None:
        self.fail(_named(failure, self.request.url))

    def _expire(self) -> None:
        self.fail(OutboundError("there was no whole answer in time"))

    def _cancelled(self, _: Deferred[OutboundAnswer]) -> None:
        if self._end():
            self._note(Mark.ATTEMPT_FAILED, FAILED, "cancelled")

    def _note(self, mark: Mark, *values: Value) -> None:
        """Add a mark to the trace, if there is one; it names no endpoint."""
        if self._trace is not None:
            self._trace.note(mark, None, *values)

    def _end(self) -> bool:
        """
        Drop what there is.

        :return: False when the call was over already.
        """
        if self._over:
            return False
        self._over = True
        self._clock.stop()
        if self._running is not None:
            self._running.cancel()
        return True


def _authorities(ca: str | None) -> TrustStore:
    if ca is None:
        return TrustStore()
    load_certificates(from_path("outbound.ca", ca))
    return TrustStore(type="PEM", path=ca)


def _check_url(url: str) -> None:
    """
    :raises OutboundRefused: unless it is an http(s) URL without userinfo.
    """
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        usable = usable and parts.port != 0 and parts.username is None
    except ValueError:
        usable = False
    if not usable:
        raise OutboundRefused("it is not an http or https URL without userinfo")


def _named(failure: Failure, url: str) -> OutboundError:
    reason = failure.value
    if isinstance(reason, OutboundError):
        return reason
    if isinstance(reason, AddressRefused):
        host = urlsplit(url).hostname
        return OutboundRefused(
            f"the host {host} has no public address, and outbound.allow does not "
            "list it"
        )
    if isinstance(reason, TooLarge):
        return OutboundError(reason.message)
    if isinstance(reason, ValueError):
        return OutboundRefused("the URL or a header of the call is malformed")
    error = classify(failure, "outbound.ca")
    if error.key == HEAD_TOO_LARGE:
        # The bound of such calls is no setting.
        error = classify(Failure(TooLarge()))
    return OutboundError(error.message)
