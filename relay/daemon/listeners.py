"""
The daemon's listeners: opened first, accepting last.

An address in use, or a certificate that cannot be read, ends the start before anything
is changed. Once the ports are open clients can connect; they wait in the backlog until
:meth:`Listeners.accept`, which logs the address of every listener in one line.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
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
from relay.http.listener.proxy_protocol import listen
from relay.observability.probes import Health
from relay.reactor.descriptors import DESCRIPTORS
from relay.settings.listeners import TlsSettings
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


@implementer(IProtocolFactory, ILoggingContext)
class Listener:
    """
    One port, and the factory that it is opened with before its site is ready.

    :param name: its name in the log.
    :param endpoint: a Twisted endpoint string.
    :param tls: its TLS side; None without TLS.
    :param admission: counts the connections; None for a listener that is not paused
        near the limit of open files.
    """

    log = Logger()
    noisy = False

    def __init__(
        self,
        name: str,
        endpoint: str,
        tls: TlsSettings | None,
        admission: Admission | None,
    ) -> None:
        self.name = name
        self.endpoint = endpoint
        self.port: Any = None
        """The open port; None before :meth:`open`."""
        self._tls = tls
        self._admission = admission
        self._creator: ServerCreator | None = None
        """Makes the TLS side of connections."""
        self._site: IProtocolFactory | None = None

    def open(self, reactor: Any, head_timeout_ms: float) -> None:
        """
        Listen, without accepting yet.

        :param reactor: what listens.
        :param head_timeout_ms: how long the header of a PROXY protocol may take.
        :raises CannotStart: when the address cannot be listened on.
        :raises MaterialError: when a file of the TLS side cannot be used.
        """
        tls = self._tls
        if tls is not None:
            self._creator = _creator(self.name, tls)
        opened: list[Any] = []
        listening = listen(reactor, self.endpoint, self, head_timeout_ms)
        listening.addBoth(opened.append)
        try:
            # Twisted's endpoints listen at once.
            self.port = _result(opened)
        except CannotListenError as error:
            reason = getattr(error.socketError, "strerror", None) or error.socketError
            raise CannotStart(f"cannot listen on {self.endpoint}: {reason}") from None
        except Exception as error:
            raise CannotStart(f"cannot listen on {self.endpoint}: {error}") from None
        accept_few(self.port)
        self.pause()

    def logPrefix(self) -> str:
        """Return what Twisted's own log lines call the listener."""
        gateway = "gateway " if self._admission is not None else ""
        return f"{gateway}{self.name} ({self.endpoint})"

    def doStart(self) -> None:
        """Do nothing: the port is open."""

    def doStop(self) -> None:
        """Stop the site: the port is closed."""
        if self._site is not None:
            self._site.doStop()

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        """Build the protocol of the site."""
        if self._admission is not None:
            self._admission.connected()
        return None if self._site is None else self._site.buildProtocol(addr)

    def serve(self, site: IProtocolFactory, clock: Any) -> None:
        """
        Put a site behind the port.

        :param site: makes the protocols of connections.
        :param clock: the clock of the TLS side.
        """
        if self._creator is not None:
            site = tls_factory(self._creator, site, clock)
        self._site = site
        site.doStart()

    def pause(self) -> None:
        """Accept no connections."""
        # Ports of other kinds than TCP and Unix sockets have no such method.
        if hasattr(self.port, "stopReading"):
            self.port.stopReading()

    def accept(self) -> None:
        """Accept connections, beginning with those in the backlog."""
        if hasattr(self.port, "startReading"):
            self.port.startReading()

    @property
    def problem(self) -> str | None:
        """Why no client can connect, although the port should accept; None while
        clients can."""
        if self.port is None or not getattr(self.port, "connected", True):
            return "the port is not open"
        if self._site is None:
            return "no connection is accepted yet"
        address = self.port.getHost()
        path = getattr(address, "name", None)
        if path and not path.startswith(b"\0") and not os.path.exists(path):
            return "the file of the socket was removed"
        return None

    @property
    def place(self) -> str:
        """The address that the port is bound to: ``host:port``, or ``unix:`` and a
        path."""
        address = self.port.getHost()
        host = getattr(address, "host", None)
        if host is None:
            path = getattr(address, "name", None)
            return str(address) if path is None else f"unix:{os.fsdecode(path)}"
        host = f"[{host}]" if ":" in host else host
        return f"{host}:{address.port}"

    @property
    def url(self) -> str:
        """The URL, as seen from this machine."""
        address = self.port.getHost()
        host = getattr(address, "host", "127.0.0.1")
        host = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        host = f"[{host}]" if ":" in host else host
        scheme = "http" if self._creator is None else "https"
        return f"{scheme}://{host}:{getattr(address, 'port', 80)}"

    @property
    def is_exposed(self) -> bool:
        """Whether other machines can connect, and without TLS."""
        address = getattr(self.port.getHost(), "host", "127.0.0.1")
        local = address.startswith("127.") or address in ("::1", "localhost")
        return self._creator is None and not local


class Listeners(Service):
    """
    All listeners of a daemon.

    :param reactor: listens on the ports, and is the clock.
    :param head_timeout_ms: how long the header of a PROXY protocol may take.
    """

    log = Logger()

    def __init__(self, reactor: Any, head_timeout_ms: float) -> None:
        self._reactor = reactor
        self._head_timeout_ms = head_timeout_ms
        self._all: list[Listener] = []
        self._for_clients: list[Listener] = []
        self.admission = Admission(
            reactor,
            DESCRIPTORS,
            lambda: _each(self._for_clients, Listener.pause),
            lambda: _each(self._for_clients, Listener.accept),
        )
        """Pauses the listeners for clients near the limit of open files."""

    def add(
        self,
        name: str,
        endpoint: str,
        tls: TlsSettings | None,
        for_clients: bool = False,
    ) -> Listener:
        """
        Add a listener, which is opened at the start.

        :param name: the name of the listener in the log.
        :param endpoint: a Twisted endpoint string.
        :param tls: its TLS side; None without TLS.
        :param for_clients: whether clients of published APIs connect here.
        """
        admission = self.admission if for_clients else None
        listener = Listener(name, endpoint, tls, admission)
        self._all.append(listener)
        if for_clients:
            self._for_clients.append(listener)
        return listener

    def startService(self) -> None:
        """
        Open all ports, without accepting yet.

        :raises CannotStart: when one cannot be opened.
        :raises MaterialError: when a TLS file cannot be used.
        """
        super().startService()
        for listener in self._all:
            listener.open(self._reactor, self._head_timeout_ms)

    def accept(self) -> None:
        """Accept connections on all ports, beginning with those in the backlog, and
        log their addresses."""
        _each(self._all, Listener.accept)
        places = ", ".join(f"{one.place} ({one.name})" for one in self._all)
        self.log.info("ready: listening on {places}", places=places)

    def health(self) -> Health:
        """The probe ``listeners``."""
        problems = {one.name: one.problem for one in self._all}
        message = "; ".join(f"{name}: {why}" for name, why in problems.items() if why)
        return Health(not message, message or None, {"listeners": sorted(problems)})

    def stopService(self) -> Deferred[Any]:
        """
        Accept no more.

        :return: fires when all ports are closed; never fails.
        """
        super().stopService()
        self.admission.close()
        closing = [maybeDeferred(port.stopListening) for port in self._ports()]
        return DeferredList(closing, consumeErrors=True)

    def abandon(self) -> None:
        """Close all ports at once after a start has failed, before the reactor runs. No
        file of a Unix socket is left behind."""
        for port in self._ports():
            port.connectionLost(Failure(ConnectionDone()))

    def _ports(self) -> list[Any]:
        return [one.port for one in self._all if one.port is not None]


def _each(listeners: list[Listener], act: Callable[[Listener], None]) -> None:
    for listener in listeners:
        act(listener)


def _creator(name: str, tls: TlsSettings) -> ServerCreator:
    """
    Read the files of a listener.

    :raises MaterialError: with the name of the listener.
    """
    default = HostFiles((), tls.certificate, tls.key, tls.client_auth, tls.ca)
    hosts = [
        HostFiles(one.names, one.certificate, one.key, one.client_auth, one.ca)
        for one in tls.hosts
    ]
    try:
        return ServerCreator(name, default, hosts, tls.directory, tls.offers_http2)
    except MaterialError as error:
        raise MaterialError(f"{name}: {error}") from None


def _result(opened: list[Any]) -> IListeningPort:
    if not opened:
        raise CannotStart("cannot listen: the endpoint does not listen at once")
    (result,) = opened
    raise_exception = getattr(result, "raiseException", None)
    if raise_exception is not None:
        raise_exception()
    port: IListeningPort = result
    return port
