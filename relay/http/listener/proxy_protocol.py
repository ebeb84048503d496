"""
The PROXY protocol, versions 1 and 2, in which a proxy passes the client's address on.

A listener whose endpoint begins with ``haproxy:`` expects one header at the start of
each connection, before TLS. :class:`ProxyHeaderReader` parses it without IO.
:class:`ProxyProtocolFactory` then starts the listener's protocol, with the addresses of
the header as those of the connection.

Source: "The PROXY protocol, Versions 1 & 2" (HAProxy, ``doc/proxy-protocol.txt``).
"""

from __future__ import annotations

import re
import struct
from ipaddress import IPv4Address, IPv6Address
from typing import Any, NamedTuple

from twisted.internet import address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IListeningPort,
    IProtocolFactory,
    IReactorTime,
    ITransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.logger import Logger
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.reactor.deadline import Deadline

LONGEST_LINE_BYTES = 107
"""The longest header of version 1, with CR LF (section 2.1)."""
LONGEST_BINARY_BYTES = 4096
"""The longest header of version 2, with TLV fields; the protocol allows 65,551."""
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
"""The signature of version 2 (section 2.2)."""
_FIXED_BYTES = 16
_LINE_START = b"PROXY "
_PORT = re.compile(rb"0|[1-9][0-9]{0,4}")
_Family = type[IPv4Address] | type[IPv6Address]
_LOCAL, _PROXY = 0x20, 0x21
_UNSPECIFIED, _UNIX_STREAM = 0x00, 0x31
_UNIX_BYTES = 216
_BINARY: dict[int, tuple[struct.Struct, _Family]] = {
    0x11: (struct.Struct("!4s4sHH"), IPv4Address),
    0x21: (struct.Struct("!16s16sHH"), IPv6Address),
}
_TEXT: dict[bytes, _Family] = {b"TCP4": IPv4Address, b"TCP6": IPv6Address}

Place = tuple[IPv4Address | IPv6Address, int]
"""An address and a port."""


class ProxyHeaderError(ValueError):
    """The bytes are not a header of the PROXY protocol; the message has the reason."""


class ProxyHeader(NamedTuple):
    """
    A parsed header.

    :param source: the client; None if the header names none, so that the address of the
        connection applies.
    :param destination: the address that the client connected to; None as above.
    :param rest: the bytes after the header.
    """

    source: Place | None
    destination: Place | None
    rest: bytes


class ProxyHeaderReader:
    """Parses one header from the bytes of a connection, divided anywhere."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> ProxyHeader | None:
        """
        Parse the next bytes.

        :return: None while the header is incomplete.
        :raises ProxyHeaderError: when the bytes are not a header.
        """
        self._data += data
        if self._data.startswith(_LINE_START[: len(self._data)]):
            return self._line()
        if self._data.startswith(SIGNATURE[: len(self._data)]):
            return self._binary()
        raise ProxyHeaderError("the connection does not begin with a PROXY header")

    def _line(self) -> ProxyHeader | None:
        line, end, rest = self._data.partition(b"\r\n")
        if len(line) + 2 > LONGEST_LINE_BYTES:
            raise ProxyHeaderError("the line is longer than 107 bytes")
        if b"\n" in line or b"\r" in line[:-1]:
            raise ProxyHeaderError("the line does not end with CR LF")
        if not end:
            return None
        fields = line.split(b" ")[1:]
        if fields[0] == b"UNKNOWN":
            return ProxyHeader(None, None, rest)
        kind = _TEXT.get(fields[0])
        if kind is None or len(fields) != 5:
            raise ProxyHeaderError("the line is not TCP4 or TCP6 with four values")
        places: list[Place] = []
        for host, port in ((fields[1], fields[3]), (fields[2], fields[4])):
            if not _PORT.fullmatch(port) or int(port) > 65_535:
                raise ProxyHeaderError("a port is not a number up to 65535")
            if b"%" in host:
                raise ProxyHeaderError("an address has a zone")
            try:
                places.append((kind(host.decode("ascii")), int(port)))
            except ValueError:
                raise ProxyHeaderError("an address is none of its family") from None
        return ProxyHeader(places[0], places[1], rest)

    def _binary(self) -> ProxyHeader | None:
        data = self._data
        if len(data) < _FIXED_BYTES:
            return None
        command, family = data[12], data[13]
        if command not in (_LOCAL, _PROXY):
            raise ProxyHeaderError("the version or the command is unknown")
        size = _FIXED_BYTES + int.from_bytes(data[14:16])
        if size > LONGEST_BINARY_BYTES:
            raise ProxyHeaderError(f"it is longer than {LONGEST_BINARY_BYTES} bytes")
        if len(data) < size:
            return None
        rest = data[size:]
        if command == _LOCAL or family == _UNSPECIFIED:
            return ProxyHeader(None, None, rest)
        if family == _UNIX_STREAM:
            if size < _FIXED_BYTES + _UNIX_BYTES:
                raise ProxyHeaderError("it is too short for its addresses")
            return ProxyHeader(None, None, rest)
        if family not in _BINARY:
            raise ProxyHeaderError("the address family is not supported")
        layout, kind = _BINARY[family]
        if size < _FIXED_BYTES + layout.size:
            raise ProxyHeaderError("it is too short for its addresses")
        source, destination, source_port, destination_port = layout.unpack_from(
            data, _FIXED_BYTES
        )
        return ProxyHeader(
            (kind(source), source_port), (kind(destination), destination_port), rest
        )


@implementer(IHalfCloseableProtocol)
class ProxyProtocol(ProtocolWrapper):
    """
    A connection that begins with a PROXY header.

    The wrapped protocol is connected when the header is complete. A connection with a
    wrong or late header is closed without a response.
    """

    factory: ProxyProtocolFactory
    transport: Any
    _log = Logger()

    def makeConnection(self, transport: ITransport) -> None:
        """Wait for the header."""
        self._reader: ProxyHeaderReader | None = ProxyHeaderReader()
        self._source: IAddress | None = None
        self._destination: IAddress | None = None
        self._deadline = Deadline(self.factory.reactor, self.factory.timeout_ms)
        self._deadline.start(self._expired)
        # The wrapped protocol is connected in dataReceived.
        Protocol.makeConnection(self, transport)
        self.factory.registerProtocol(self)

    def dataReceived(self, data: bytes) -> None:
        """Parse the header, and pass later bytes to the wrapped protocol."""
        reader = self._reader
        if reader is None:
            super().dataReceived(data)
            return
        try:
            header = reader.feed(data)
        except ProxyHeaderError as error:
            self._refuse(str(error))
            return
        if header is None:
            return
        self._deadline.stop()
        self._reader = None
        self._source = _address(header.source)
        self._destination = _address(header.destination)
        self.factory.unregisterProtocol(self)
        super().makeConnection(self.transport)
        if header.rest and self.connected:
            super().dataReceived(header.rest)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Pass the loss on to the wrapped protocol, if it was connected."""
        self._deadline.stop()
        if self._reader is None:
            super().connectionLost(reason)
        else:
            self.connected = 0
            self.factory.unregisterProtocol(self)

    def readConnectionLost(self) -> None:
        """Pass a half-close on; a protocol that cannot have one is ended."""
        inner = IHalfCloseableProtocol(self.wrappedProtocol, None)
        if self._reader is None and inner is not None:
            inner.readConnectionLost()
        else:
            self.transport.connectionLost(connectionDone)

    def writeConnectionLost(self) -> None:
        """Pass the end of this side on."""
        inner = IHalfCloseableProtocol(self.wrappedProtocol, None)
        if inner is not None:
            inner.writeConnectionLost()

    def getPeer(self) -> IAddress:
        """The client's address in the header; without one, the proxy's."""
        peer: IAddress = self._source or self.transport.getPeer()
        return peer

    def getHost(self) -> IAddress:
        """The address in the header that the client connected to."""
        host: IAddress = self._destination or self.transport.getHost()
        return host

    def _expired(self) -> None:
        self._refuse("it did not come in time")

    def _refuse(self, why: str) -> None:
        self._log.debug(
            "connection from {peer} closed: its PROXY header was refused: {why}",
            peer=self.transport.getPeer(),
            why=why,
        )
        self._deadline.stop()
        self.transport.abortConnection()


class ProxyProtocolFactory(WrappingFactory):
    """
    Accepts connections that begin with a PROXY header.

    :param factory: builds the protocols of the connections.
    :param timeout_ms: for the complete header.
    """

    protocol = ProxyProtocol
    noisy = False

    def __init__(
        self, factory: IProtocolFactory, reactor: IReactorTime, timeout_ms: float
    ) -> None:
        super().__init__(factory)
        self.reactor = reactor
        self.timeout_ms = timeout_ms


def listen(
    reactor: Any, endpoint: str, factory: IProtocolFactory, timeout_ms: float
) -> Deferred[IListeningPort]:
    """
    Listen on an endpoint, with PROXY headers if its string begins with ``haproxy:``.

    :param endpoint: a Twisted endpoint string, with or without ``haproxy:``.
    :param factory: builds the protocols of the connections.
    :param timeout_ms: for a complete PROXY header.
    """
    plain = endpoint.removeprefix("haproxy:")
    if plain != endpoint:
        factory = ProxyProtocolFactory(factory, reactor, timeout_ms)
    port: Deferred[IListeningPort] = serverFromString(reactor, plain).listen(factory)
    return port


def _address(place: Place | None) -> IAddress | None:
    if place is None:
        return None
    host, port = place
    if host.version == 4:
        return address.IPv4Address("TCP", str(host), port)
    return address.IPv6Address("TCP", str(host), port)
