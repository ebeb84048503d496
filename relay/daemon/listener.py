"""One listener of the daemon: a port, and what accepts its connections."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from errno import EADDRINUSE
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred, succeed
from twisted.internet.error import CannotListenError, ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    ILoggingContext,
    IProtocol,
    IProtocolFactory,
)
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.daemon.admission import Admission
from relay.daemon.errors import CannotStart
from relay.http.listener.proxy_protocol import ProxyProtocolFactory, listen
from relay.settings.listeners import ListenerSettings, TlsSettings
from relay.tls.material import MaterialError
from relay.tls.server import HostFiles, ServerCreator, tls_factory

MOST_ACCEPTS = 8
"""How many connections a port accepts in one turn of the reactor."""


def accept_few(port: Any) -> None:
    """
    Bound the number of connections that a port accepts in one turn of the reactor.

    Twisted accepts 100, and 20 more after each turn with that many. Each connection
    then opens a stream, which takes 0.3 to 1 ms, more with TLS, in the next turn; open
    streams would wait for tens of milliseconds while many clients connect.

    :param port: a port of TCP or of a Unix socket; others are not changed.
    """
    if not hasattr(port, "numberAccepts"):
        return
    accept = port.doRead

    def read() -> Any:
        port.numberAccepts = MOST_ACCEPTS
        return accept()

    port.doRead = read


@dataclass(frozen=True)
class Place:
    """
    Where the daemon listens, and for whom.

    :param name: the name of the listener in the log.
    :param endpoint: a Twisted endpoint string.
    :param tls: the TLS side; None without TLS.
    :param client: the listener's settings if clients of published APIs connect to it;
        None for a listener of operators.
    :param option: the option of the command that sets the endpoint, if there is one.
    """

    name: str
    endpoint: str
    tls: TlsSettings | None = None
    client: ListenerSettings | None = None
    option: str = ""

    @property
    def for_clients(self) -> bool:
        """Whether clients of published APIs connect to it."""
        return self.client is not None

    def read_tls(self) -> ServerCreator | None:
        """
        Read the files of the TLS side.

        :return: makes the TLS side of connections; None without TLS.
        :raises MaterialError: when a file cannot be used, with the name of the
            listener.
        """
        tls = self.tls
        if tls is None:
            return None
        default = HostFiles((), tls.certificate, tls.key, tls.client_auth, tls.ca)
        hosts = [
            HostFiles(one.names, one.certificate, one.key, one.client_auth, one.ca)
            for one in tls.hosts
        ]
        try:
            return ServerCreator(
                self.name, default, hosts, tls.directory, tls.offers_http2
            )
        except MaterialError as error:
            raise MaterialError(f"{self.name}: {error}") from None


OpenPort = Callable[[Place, IProtocolFactory, float], Deferred[Any]]
"""Opens the port of a place, with a factory and how long, in milliseconds, the header
of a PROXY protocol may take; fires at once."""


def own_ports(reactor: Any) -> OpenPort:
    """
    Return what opens ports of this process alone.

    :param reactor: what listens.
    """

    def open_port(
        place: Place, factory: IProtocolFactory, head_timeout_ms: float
    ) -> Deferred[Any]:
        return listen(reactor, place.endpoint, factory, head_timeout_ms)

    return open_port


@implementer(IProtocolFactory, ILoggingContext)
class Listener:
    """
    One port, and the factory that it is opened with before its site is ready.

    :param place: where it listens.
    :param admission: counts the connections of clients of published APIs.
    """

    log = Logger()
    noisy = False

    def __init__(self, place: Place, admission: Admission) -> None:
        self.place = place
        self.port: Any = None
        """The open port; None before :meth:`open`."""
        self.site: IProtocolFactory | None = None
        """What accepts the connections; None before :meth:`serve`."""
        self._admission = admission
        self.creator: ServerCreator | None = None
        """Makes the TLS side of connections; None without TLS."""
        self._factory: IProtocolFactory | None = None
        """The site, below the TLS side."""
        self._bound: Any = None
        """The address that the port is bound to, or was before it was closed."""
        self._closing: Deferred[Any] | None = None
        """Fires when the port is closed for a while; None while it is open."""

    def open(self, open_port: OpenPort, head_timeout_ms: float) -> None:
        """
        Listen, without accepting yet.

        :param open_port: what listens.
        :param head_timeout_ms: how long the header of a PROXY protocol may take.
        :raises CannotStart: when the address cannot be listened on.
        :raises MaterialError: when a file of the TLS side cannot be used.
        """
        self.creator = self.place.read_tls()
        endpoint = self.place.endpoint
        opened: list[Any] = []
        listening = open_port(self.place, self, head_timeout_ms)
        listening.addBoth(opened.append)
        try:
            # Twisted's endpoints listen at once.
            self.port = _result(opened)
        except CannotListenError as error:
            reason = getattr(error.socketError, "strerror", None) or error.socketError
            if getattr(error.socketError, "errno", None) == EADDRINUSE:
                reason = f"{reason}{self._advice()}"
            raise CannotStart(f"cannot listen on {endpoint}: {reason}") from None
        except Exception as error:
            raise CannotStart(f"cannot listen on {endpoint}: {error}") from None
        self._bound = self.port.getHost()
        accept_few(self.port)
        self.pause()

    def _advice(self) -> str:
        option = self.place.option
        advice = f"; {option} sets another address" if option else ""
        return f" by another process, perhaps by another Relay{advice}"

    def logPrefix(self) -> str:
        """Return what Twisted's own log lines call the listener."""
        gateway = "gateway " if self.place.for_clients else ""
        return f"{gateway}{self.place.name} ({self.place.endpoint})"

    def doStart(self) -> None:
        """Start the site, if there is one: the port is opened again."""
        if self._factory is not None:
            self._factory.doStart()

    def doStop(self) -> None:
        """Stop the site: the port is closed."""
        if self._factory is not None:
            self._factory.doStop()

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        """Build the protocol of the site."""
        if self.place.for_clients:
            self._admission.connected()
        return None if self._factory is None else self._factory.buildProtocol(addr)

    def serve(self, site: IProtocolFactory, clock: Any) -> None:
        """
        Put a site behind the port, in the place of the one before.

        :param site: makes the protocols of connections.
        :param clock: the clock of the TLS side.
        """
        before = self._factory
        self.site = self._factory = site
        if self.creator is not None:
            self._factory = tls_factory(self.creator, site, clock)
        self._factory.doStart()
        if before is not None:
            before.doStop()
        if not self.place.for_clients and self.is_exposed:
            self.log.warn(
                "the {name} API is reachable on {endpoint} without TLS: passwords"
                " travel in clear text",
                name=self.place.name,
                endpoint=self.place.endpoint,
            )

    def move(self, place: Place, creator: ServerCreator | None) -> None:
        """
        Take other settings for the same port; :meth:`serve` follows.

        :param place: with the same endpoint.
        :param creator: made by this place.
        """
        before = self.creator
        if before is not None and before is not creator:
            before.stop_watching()
            if creator is not None:
                creator.replace(before)
        self.place = place
        self.creator = creator

    def limit_header(self, timeout_ms: float) -> None:
        """Set how long the header of a PROXY protocol may take, for new connections."""
        factory = getattr(self.port, "factory", None)
        if isinstance(factory, ProxyProtocolFactory):
            factory.timeout_ms = timeout_ms

    def pause(self) -> None:
        """Accept no connections."""
        # Ports of other kinds than TCP and Unix sockets have no such method.
        if hasattr(self.port, "stopReading"):
            self.port.stopReading()

    def accept(self) -> None:
        """Accept connections, beginning with those in the backlog; none while the port
        is :meth:`shut`."""
        if hasattr(self.port, "startReading") and self._closing is None:
            self.port.startReading()

    def shut(self) -> None:
        """
        Accept no connections until :meth:`reopen`.

        The port is closed, so that clients are refused and go elsewhere. A socket that
        systemd has passed on stays open: its clients wait for :meth:`reopen`, or for
        the next process.
        """
        if self.is_inherited:
            self.pause()
            self.doStop()
            self._closing = succeed(None)
        else:
            self._closing = self.close()

    def reopen(self) -> None:
        """Accept connections again, at the same address. An address that another
        process has taken meanwhile is logged."""
        closing, self._closing = self._closing, None
        if closing is not None:
            closing.addCallback(self._reopen)

    def _reopen(self, _: object) -> None:
        if self.is_inherited:
            self.doStart()
            self.accept()
            return
        number = getattr(self._bound, "port", None)
        if number is not None:
            # An endpoint tcp:0 would take another port.
            self.port.port = number
        try:
            self.port.startListening()
        except CannotListenError as error:
            self.log.error(
                "listener {endpoint}: {error}",
                endpoint=self.place.endpoint,
                error=error,
            )

    @property
    def is_inherited(self) -> bool:
        """Whether systemd has passed the socket on, so that it stays open."""
        return self.place.endpoint.removeprefix("haproxy:").startswith("systemd:")

    @property
    def is_open(self) -> bool:
        """Whether the port listens, and no drain has shut it."""
        return self._closing is None and getattr(self.port, "connected", False)

    @property
    def problem(self) -> str | None:
        """Why no client can connect, although the port should accept; None while
        clients can."""
        if self._closing is not None:
            # A drain has closed it.
            return None
        if self.port is None or not getattr(self.port, "connected", True):
            return "the port is not open"
        if self.site is None:
            return "no connection is accepted yet"
        address = self._bound
        path = getattr(address, "name", None)
        if path and not path.startswith(b"\0") and not os.path.exists(path):
            return "the file of the socket was removed"
        return None

    @property
    def bound(self) -> Any:
        """The address that the port is bound to, as Twisted names it; None before it
        is open."""
        return self._bound

    @property
    def address(self) -> str:
        """The address that the port is bound to: ``host:port``, or ``unix:`` and a
        path."""
        address = self._bound
        host = getattr(address, "host", None)
        if host is None:
            path = getattr(address, "name", None)
            return str(address) if path is None else f"unix:{os.fsdecode(path)}"
        host = f"[{host}]" if ":" in host else host
        return f"{host}:{address.port}"

    @property
    def url(self) -> str:
        """The URL, as seen from this machine."""
        address = self._bound
        host = getattr(address, "host", "127.0.0.1")
        host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        host = f"[{host}]" if ":" in host else host
        scheme = "http" if self.creator is None else "https"
        return f"{scheme}://{host}:{getattr(address, 'port', 80)}"

    def close(self) -> Deferred[Any]:
        """Close the port; open connections go on."""
        if self.creator is not None:
            self.creator.stop_watching()
        return maybeDeferred(self.port.stopListening)

    def abandon(self) -> None:
        """Close the port at once, if it is open."""
        if self.port is not None:
            self.port.connectionLost(Failure(ConnectionDone()))

    @property
    def is_exposed(self) -> bool:
        """Whether other machines can connect, and without TLS."""
        address = getattr(self._bound, "host", "127.0.0.1")
        local = address.startswith("127.") or address in ("::1", "localhost")
        return self.creator is None and not local


def _result(opened: list[Any]) -> IListeningPort:
    if not opened:
        raise CannotStart("cannot listen: the endpoint does not listen at once")
    (result,) = opened
    raise_exception = getattr(result, "raiseException", None)
    if raise_exception is not None:
        raise_exception()
    port: IListeningPort = result
    return port
