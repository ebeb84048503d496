"""
The daemon's listeners: opened first, accepting last.

An address in use, or a certificate that cannot be read, ends the start before anything
is changed. Once the ports are open clients can connect; they wait in the backlog until
:meth:`Listeners.accept`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
)
from twisted.logger import Logger
from zope.interface import implementer

from relay.daemon.admission import Admission
from relay.daemon.errors import CannotStart
from relay.http.proxy_protocol import listen
from relay.reactor.descriptors import DESCRIPTORS
from relay.settings.schema import TlsSettings
from relay.tls.material import MaterialError
from relay.tls.server import ServerCreator, server_creator, tls_factory

MOST_ACCEPTS = 8
"""How many connections a port accepts in one turn of the reactor."""


@implementer(IProtocolFactory)
class Gate:
    """The factory that a port is opened with, before its site is ready."""

    noisy = False

    def __init__(self, connected: Callable[[], None] | None) -> None:
        self.factory: IProtocolFactory | None = None
        self._connected = connected

    def doStart(self) -> None:
        """The port is open."""

    def doStop(self) -> None:
        """The port is closed."""
        if self.factory is not None:
            self.factory.doStop()

    def buildProtocol(self, addr: IAddress) -> IProtocol | None:
        """Build the protocol of the site."""
        if self._connected is not None:
            self._connected()
        return None if self.factory is None else self.factory.buildProtocol(addr)


def accept_few(port: Any) -> None:
    """
    Bound how many connections a port accepts in one turn of the reactor.

    Twisted accepts 100, and 20 more each time that there were as many. Each then opens
    a stream, which takes 0.3 to 1 ms, TLS more, in the turn after; so the streams that
    are open would wait for tens of milliseconds while many clients come.

    :param port: one of TCP or of a Unix socket; others are left alone.
    """
    if not hasattr(port, "numberAccepts"):
        return
    accept = port.doRead

    def read() -> Any:
        port.numberAccepts = MOST_ACCEPTS
        return accept()

    port.doRead = read


class Listener:
    """
    One open port.

    :param endpoint: its endpoint string.
    :param port: the port.
    :param gate: what the port was opened with.
    :param creator: makes the TLS side of its connections; None without TLS.
    """

    log = Logger()

    def __init__(
        self,
        endpoint: str,
        port: Any,
        gate: Gate,
        creator: ServerCreator | None,
    ) -> None:
        self.endpoint = endpoint
        self.port = port
        self._gate = gate
        self._creator = creator

    def serve(self, site: IProtocolFactory, clock: Any) -> None:
        """
        Put a site behind the port.

        :param site: what accepts its connections.
        :param clock: as TLS wants it.
        """
        if self._creator is not None:
            site = tls_factory(self._creator, site, clock)
        self._gate.factory = site
        site.doStart()

    def reload(self) -> None:
        """Read the files of its certificate again; connections that stand keep the
        certificate that they have. Files that cannot be used are told in the log."""
        if self._creator is None:
            return
        try:
            self._creator.reload()
        except MaterialError as error:
            self.log.error(
                "listener {endpoint}: its certificate stays as it was: {error}",
                endpoint=self.endpoint,
                error=error,
            )

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
        """Whether others than this machine can connect, and without TLS."""
        address = getattr(self.port.getHost(), "host", "127.0.0.1")
        local = address.startswith("127.") or address in ("::1", "localhost")
        return self._creator is None and not local


class Listeners:
    """
    All listeners of a daemon.

    :param reactor: what listens and tells the time.
    :param head_timeout_ms: how long the header of a PROXY protocol may take.
    """

    def __init__(self, reactor: Any, head_timeout_ms: float) -> None:
        self._reactor = reactor
        self._head_timeout_ms = head_timeout_ms
        self._open: list[Listener] = []
        self._for_clients: list[Listener] = []
        self.admission = Admission(
            reactor,
            DESCRIPTORS,
            lambda: _stop_reading(self._for_clients),
            lambda: _start_reading(self._for_clients),
        )
        """Pauses the listeners for clients near the limit of open files."""

    def open(
        self, endpoint: str, tls: TlsSettings | None, for_clients: bool = False
    ) -> Listener:
        """
        Listen, without accepting yet.

        :param endpoint: a Twisted endpoint string.
        :param tls: its TLS side, if it has one.
        :param for_clients: whether clients of published APIs connect here.
        :raises CannotStart: when it cannot.
        :raises MaterialError: when a file of ``tls`` cannot be used.
        """
        creator = None
        if tls is not None:
            files = (tls.certificate, tls.key, tls.client_auth, tls.ca)
            creator = server_creator(*files, http2=tls.offers_http2)
        gate = Gate(self.admission.connected if for_clients else None)
        opened: list[Any] = []
        listening = listen(self._reactor, endpoint, gate, self._head_timeout_ms)
        listening.addBoth(opened.append)
        try:
            # Twisted's endpoints listen at once.
            port = _result(opened)
        except CannotListenError as error:
            reason = getattr(error.socketError, "strerror", None) or error.socketError
            raise CannotStart(f"cannot listen on {endpoint}: {reason}") from None
        except Exception as error:
            raise CannotStart(f"cannot listen on {endpoint}: {error}") from None
        accept_few(port)
        listener = Listener(endpoint, port, gate, creator)
        _stop_reading([listener])
        self._open.append(listener)
        if for_clients:
            self._for_clients.append(listener)
        return listener

    def accept(self) -> None:
        """Accept connections, those that wait already among them."""
        _start_reading(self._open)

    def reload(self) -> None:
        """Read the certificates again."""
        for listener in self._open:
            listener.reload()

    def close(self) -> Deferred[Any]:
        """
        Accept no more.

        :return: fires when all ports are closed; never fails.
        """
        self.admission.close()
        closing = [maybeDeferred(one.port.stopListening) for one in self._open]
        return DeferredList(closing, consumeErrors=True)


def _stop_reading(listeners: list[Listener]) -> None:
    for listener in listeners:
        # A port of another kind accepts in a way of its own.
        if hasattr(listener.port, "stopReading"):
            listener.port.stopReading()


def _start_reading(listeners: list[Listener]) -> None:
    for listener in listeners:
        if hasattr(listener.port, "startReading"):
            listener.port.startReading()


def _result(opened: list[Any]) -> IListeningPort:
    if not opened:
        raise CannotStart("cannot listen: the endpoint does not listen at once")
    (result,) = opened
    raise_exception = getattr(result, "raiseException", None)
    if raise_exception is not None:
        raise_exception()
    port: IListeningPort = result
    return port
