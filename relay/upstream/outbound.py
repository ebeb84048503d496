"""
Short calls to URLs that a definition names: keys, introspection, callouts.

Everything about such a call is bounded: the addresses that it may reach, its time, and
the bytes of the answer, head included. Redirects are not followed, cookies are not
kept, and a compressed answer, which could be small on the wire and huge in memory, is
not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import treq
from treq.client import HTTPClient
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
)
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, HTTPConnectionPool
from twisted.web.http_headers import Headers
from twisted.web.iweb import (
    IAgent,
    IAgentEndpointFactory,
    IBodyProducer,
    IResponse,
)
from zope.interface import implementer

from relay.deadline import Deadline
from relay.failures import run
from relay.model.ssl_options import SslOptions, TrustStore
from relay.tls.client import client_creators
from relay.tls.endpoint import TLSEndpoint
from relay.upstream.errors import classify
from relay.upstream.eyeballs import AddressRefused, NameEndpoint
from relay.upstream.guard import Guard

CONNECT_TIMEOUT_MS = 2_000
TIMEOUT_MS = 5_000
MAX_BYTES = 1_048_576


class OutboundError(Exception):
    """A call that got no usable answer; the text holds no secret and no URL."""


class OutboundRefused(OutboundError):
    """A URL that may not be called at all."""


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One call."""

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


@dataclass(frozen=True, slots=True)
class OutboundAnswer:
    """A whole answer, whatever its status."""

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)


class Outbound:
    """
    Makes such calls.

    :param reactor: what connects, resolves and tells the time.
    :param guard: which addresses may be dialled.
    :param ssl: whom to believe on TLS connections.
    :raises MaterialError: when a file of ``ssl`` cannot be used.
    """

    def __init__(self, reactor: Any, guard: Guard, ssl: SslOptions) -> None:
        self._reactor = reactor
        self.guard = guard
        self._ssl = ssl
        self._creators = client_creators(ssl)

    @classmethod
    def trusting(cls, reactor: Any, guard: Guard, ca: str | None) -> Outbound:
        """
        Believe the system's authorities, or those of one file instead.

        :param reactor: as above.
        :param guard: as above.
        :param ca: path of a PEM file.
        :raises MaterialError: when it cannot be used.
        """
        if ca is None:
            return cls(reactor, guard, SslOptions())
        store = TrustStore(type="PEM", path=ca)
        return cls(reactor, guard, SslOptions(trust_store=store))

    def with_ssl(self, ssl: SslOptions) -> Outbound:
        """
        Make calls under the same guard with TLS options of a definition.

        :param ssl: whom to believe, and as whom to come. Without a trust store of its
            own the authorities stay the same.
        :raises MaterialError: when a file of it cannot be used.
        """
        if ssl.trust_store.type == "NONE":
            ssl = ssl.model_copy(update={"trust_store": self._ssl.trust_store})
        return Outbound(self._reactor, self.guard, ssl)

    def call(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """
        Make one call.

        :param request: what to send.
        :return: fires with the answer, or fails with :class:`OutboundError`.
            Cancelling it drops the connection.
        """
        return _Call(self._reactor, self._endpoint, request).start()

    def _endpoint(self, uri: URI, timeout_ms: int) -> IStreamClientEndpoint:
        host = uri.host.decode("ascii")
        endpoint: IStreamClientEndpoint = NameEndpoint(
            self._reactor,
            host,
            uri.port,
            timeout_ms / 1000.0,
            lambda address: self.guard.permits(host, address),
            owner=self,
        )
        if uri.scheme == b"https":
            endpoint = TLSEndpoint(self._creators(host), endpoint, self._reactor)
        return endpoint


class _Meter(ProtocolWrapper):
    """Counts what a connection brings, and ends it when that is too much."""

    def dataReceived(self, data: bytes) -> None:
        """Pass on what is within the bound."""
        factory = self.factory
        assert isinstance(factory, _MeterFactory)
        factory.left -= len(data)
        if factory.left < 0:
            factory.call.fail(OutboundError("the answer is too large"))
        else:
            super().dataReceived(data)


class _MeterFactory(WrappingFactory):
    """Meters the only connection of one call."""

    protocol = _Meter

    def __init__(self, wrapped: IProtocolFactory, call: _Call) -> None:
        super().__init__(wrapped)
        self.call = call
        self.left = call.request.max_bytes

    def buildProtocol(self, addr: Any) -> ProtocolWrapper:
        """Keep the connection, to be able to drop it."""
        self.call.meter = super().buildProtocol(addr)
        return self.call.meter


@implementer(IStreamClientEndpoint)
class _Metered:
    """An endpoint whose connection is metered."""

    def __init__(self, endpoint: IStreamClientEndpoint, call: _Call) -> None:
        self._endpoint = endpoint
        self._call = call

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """Connect; the protocol that is asked for sees what the meter lets through."""
        connecting: Deferred[Any] = self._endpoint.connect(
            _MeterFactory(protocolFactory, self._call)
        )
        return connecting.addCallback(lambda meter: meter.wrappedProtocol)


@implementer(IAgent)
class _PlainAgent:
    """
    Asks for an answer that is not compressed, which treq alone would not, and keeps the
    URL from treq, which knows no addresses of IPv6.
    """

    def __init__(self, agent: IAgent, url: str) -> None:
        self._agent = agent
        self._url = url.encode("ascii")

    def request(
        self,
        method: bytes,
        uri: bytes,
        headers: Headers | None = None,
        bodyProducer: IBodyProducer | None = None,
    ) -> Deferred[IResponse]:
        """Send the request."""
        headers = Headers() if headers is None else headers.copy()
        headers.removeHeader(b"accept-encoding")
        responded = self._agent.request(method, self._url, headers, bodyProducer)
        return responded.addCallback(self._check)

    def _check(self, response: IResponse) -> IResponse:
        codings = response.headers.getRawHeaders(b"content-encoding", [])
        if any(one.strip().lower() not in (b"", b"identity") for one in codings):
            raise OutboundError("the answer is compressed, which was not asked for")
        return response


@implementer(IAgentEndpointFactory)
class _Call:
    """One call until its answer is whole."""

    def __init__(self, reactor: Any, dial: Any, request: OutboundRequest) -> None:
        self.request = request
        self.meter: ProtocolWrapper | None = None
        self._reactor = reactor
        self._dial = dial
        self._over = False
        self._clock = Deadline(reactor, request.timeout_ms)
        self._running: Deferred[OutboundAnswer] | None = None
        self._done: Deferred[OutboundAnswer] = Deferred(self._cancelled)

    def start(self) -> Deferred[OutboundAnswer]:
        """Send the request."""
        self._clock.start(self._expire)
        self._running = run(self._run())
        self._running.addCallbacks(self._succeed, self._explain)
        return self._done

    def fail(self, why: OutboundError) -> None:
        """End the call for a reason of our own."""
        if self._end():
            self._done.errback(Failure(why))

    def endpointForURI(self, uri: URI) -> IStreamClientEndpoint:
        """Dial where the request goes."""
        endpoint = self._dial(uri, self.request.connect_timeout_ms)
        return _Metered(endpoint, self)

    async def _run(self) -> OutboundAnswer:
        request = self.request
        _check_url(request.url)
        agent = Agent.usingEndpointFactory(
            self._reactor, self, HTTPConnectionPool(self._reactor, persistent=False)
        )
        headers = Headers()
        for name, value in request.headers:
            headers.addRawHeader(name, value)
        response = await HTTPClient(_PlainAgent(agent, request.url)).request(
            request.method,
            "http://outbound/",
            headers=headers,
            data=request.body or None,
            allow_redirects=False,
            unbuffered=True,
            reactor=self._reactor,
        )
        parts: list[bytes] = []
        await treq.collect(response, parts.append)
        return OutboundAnswer(response.code, response.headers, b"".join(parts))

    def _succeed(self, answer: OutboundAnswer) -> None:
        if self._end():
            self._done.callback(answer)

    def _explain(self, failure: Failure) -> None:
        if self._end():
            self._done.errback(Failure(_named(failure)))

    def _expire(self) -> None:
        self.fail(OutboundError("there was no whole answer in time"))

    def _cancelled(self, _: Deferred[OutboundAnswer]) -> None:
        self._end()

    def _end(self) -> bool:
        """
        Drop what there is.

        :return: False when the call was over already.
        """
        if self._over:
            return False
        self._over = True
        self._clock.stop()
        if self.meter is not None:
            # Closing would wait for a peer that may never answer close_notify.
            self.meter.abortConnection()
        elif self._running is not None:
            self._running.cancel()
        return True


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


def _named(failure: Failure) -> OutboundError:
    reason = failure.value
    if isinstance(reason, OutboundError):
        return reason
    if isinstance(reason, AddressRefused):
        return OutboundRefused(
            "the host has no public address, and outbound.allow does not list it"
        )
    if isinstance(reason, ValueError):
        return OutboundRefused("the URL or a header of the call is malformed")
    return OutboundError(classify(failure).message)
