"""Open connections to the origins of one endpoint group."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from typing import Any, NamedTuple, Protocol

from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred, fail
from twisted.internet.error import ConnectingCancelledError
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.python.failure import Failure

from relay.model.api.endpoints.http_proxy import SharedConfiguration
from relay.reactor.deadline import Deadline
from relay.tls.endpoint import TLSEndpoint
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.factory import ConnectionFactory
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, HeadLimits
from relay.upstream.dial.eyeballs import AddressRefused, NameEndpoint
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.dial.tunnel import http_connect, socks5
from relay.upstream.errors import connect_timeout

NEVER_S = 0.0
"""No timeout per address: the timeout of the attempt covers all addresses."""


class Origin(NamedTuple):
    """Scheme, host and port: calls to one origin can share connections (RFC 9110,
    4.3)."""

    secure: bool
    host: str
    port: int
    guarded: bool = False
    """Whether the origin comes from a redirect of a source. The guard then checks its
    addresses, and its connections are not shared with unguarded calls."""

    @property
    def authority(self) -> bytes:
        """The value of a ``Host`` header, without a default port."""
        return _authority(self)


@lru_cache(1024)
def _authority(origin: Origin) -> bytes:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    if origin.port == (443 if origin.secure else 80):
        return host.encode("ascii")
    return f"{host}:{origin.port}".encode("ascii")


OnIdle = Callable[[UpstreamConnection], None]
"""Called with a connection that can carry another request."""


class Dial(Protocol):
    """Opens one connection; see :class:`Dialer`."""

    def __call__(
        self, origin: Origin, on_idle: OnIdle
    ) -> UpstreamConnection | Deferred[UpstreamConnection]:
        """Connect to an origin."""


class Dialer:
    """
    Connects to an origin, through the group's proxy and with TLS if configured.

    :param reactor: connects, resolves names, and is the clock of timeouts.
    :param shared: the ``sharedConfiguration`` of the group.
    :param creators: makes the TLS connection creator for a host name.
    :param limits: the size limits of a response head.
    :param strangers: like ``creators``, but for guarded origins, which do not get the
        client certificate of the endpoint; ``creators`` unless given.
    """

    def __init__(
        self,
        reactor: IReactorTime,
        shared: SharedConfiguration,
        creators: Callable[[str], IOpenSSLClientConnectionCreator],
        limits: HeadLimits = DEFAULT_LIMITS,
        strangers: Callable[[str], IOpenSSLClientConnectionCreator] | None = None,
    ) -> None:
        self._limits = limits
        self._reactor = reactor
        self._timeout_ms = shared.http.connect_timeout
        self._proxy = shared.proxy
        self._creators = creators
        self._strangers = strangers or creators
        self.guard = AddressGuard()
        """Decides which addresses of guarded origins may be dialled."""
        self.owner: Hashable = None
        """The owner whose share of name lookups is used."""
        self._prepared: dict[Origin, IStreamClientEndpoint] = {}

    def prepare(self, origin: Origin) -> None:
        """
        Prepare for an origin that is dialled often: a target.

        :raises ValueError: when the configuration of the group does not allow it.
        """
        self._prepared[origin] = self._endpoint(origin)

    def __call__(
        self, origin: Origin, on_idle: OnIdle
    ) -> UpstreamConnection | Deferred[UpstreamConnection]:
        """
        Connect. TCP, the proxy's tunnel and the TLS handshake share one timeout.

        :param on_idle: called when the connection can carry another request.
        :return: a connection that is ready: at once when that took no waiting, as to an
            address of this machine. Cancelling the Deferred closes the socket at
            whatever stage it is.
        """
        try:
            endpoint = self._prepared.get(origin) or self._endpoint(origin)
        except AddressRefused as error:
            return fail(error)
        factory = ConnectionFactory(self._reactor, on_idle, self._limits)
        connecting = endpoint.connect(factory)
        ready = factory.ready
        if ready is not None:
            return ready
        return _DialAttempt(
            self._reactor, connecting.addCallback(when_ready), self._timeout_ms
        ).done

    def _endpoint(self, origin: Origin) -> IStreamClientEndpoint:
        proxy = self._proxy
        endpoint: IStreamClientEndpoint
        permits = partial(self.guard.permits, origin.host) if origin.guarded else None
        if proxy.enabled:
            # The proxy resolves the name, and decides which addresses it may reach.
            if permits and not _is_name(origin.host) and not permits(origin.host):
                raise AddressRefused()
            to_proxy = NameEndpoint(
                self._reactor, proxy.host, proxy.port, NEVER_S, owner=self.owner
            )
            build = socks5 if proxy.type == "SOCKS5" else http_connect
            endpoint = build(
                to_proxy, origin.host, origin.port, proxy.username, proxy.password
            )
        else:
            endpoint = NameEndpoint(
                self._reactor, origin.host, origin.port, NEVER_S, permits, self.owner
            )
        if origin.secure:
            creators = self._strangers if origin.guarded else self._creators
            endpoint = TLSEndpoint(creators(origin.host), endpoint, self._reactor)
        return endpoint


def _is_name(host: str) -> bool:
    """Whether a name server resolves the host, and not this machine."""
    local = host == "localhost" or host.endswith(".localhost")
    return not (local or isIPAddress(host) or isIPv6Address(host))


def when_ready(connected: Any) -> UpstreamConnection | Deferred[UpstreamConnection]:
    """
    Wait until a request may be sent, which may be at once.

    :param connected: an established :class:`UpstreamConnection`.
    """
    connection: UpstreamConnection = connected
    return connection.when_ready()


class _DialAttempt:
    """One attempt to connect, until it has succeeded or failed."""

    def __init__(
        self,
        reactor: IReactorTime,
        stage: Deferred[UpstreamConnection],
        timeout_ms: int,
    ) -> None:
        self.done: Deferred[UpstreamConnection] = Deferred(lambda _: self._give_up())
        self._over = False
        self._timed_out = False
        self._deadline = Deadline(reactor, timeout_ms)
        self._deadline.start(self._expire)
        self._stage = stage
        stage.addCallbacks(self._succeed, self._fail)

    def _succeed(self, connection: UpstreamConnection) -> None:
        self._deadline.stop()
        if self._over:
            connection.abort()
            return
        self._over = True
        self.done.callback(connection)

    def _fail(self, failure: Failure) -> None:
        self._deadline.stop()
        if self._over:
            return
        self._over = True
        self.done.errback(Failure(connect_timeout()) if self._timed_out else failure)

    def _expire(self) -> None:
        self._timed_out = True
        self._stage.cancel()
        # Some stages cannot be cancelled at once, such as the resolution of a name.
        self._fail(Failure(connect_timeout()))

    def _give_up(self) -> None:
        self._deadline.stop()
        self._over = True
        self._stage.cancel()
        self.done.errback(ConnectingCancelledError(None))
