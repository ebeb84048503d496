"""The header of the PROXY protocol: valid and invalid ones, and its timeout."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from hypothesis import given, strategies as st
from twisted.internet.address import IPv4Address as TcpAddress
from twisted.internet.error import ConnectionDone
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.http.listener.proxy_protocol import (
    LONGEST_BINARY_BYTES,
    SIGNATURE,
    ProxyHeader,
    ProxyHeaderError,
    ProxyHeaderReader,
    ProxyProtocolFactory,
)

TCP4 = b"PROXY TCP4 203.0.113.9 198.51.100.1 5000 443\r\n"
TCP6 = b"PROXY TCP6 2001:db8::9 2001:db8::1 65535 0\r\n"


def binary(
    command: int = 0x21, family: int = 0x11, data: bytes = b"", length: int = -1
) -> bytes:
    """Write a header of version 2."""
    size = length if length >= 0 else len(data)
    return SIGNATURE + bytes([command, family]) + size.to_bytes(2) + data


FOUR = bytes([203, 0, 113, 9, 198, 51, 100, 1]) + b"\x13\x88\x01\xbb"
SIX = IPv6Address("2001:db8::9").packed + IPv6Address("2001:db8::1").packed + FOUR[8:]
TLV = b"\x04\x00\x03abc"
V4 = (IPv4Address("203.0.113.9"), 5000), (IPv4Address("198.51.100.1"), 443)
V6 = (IPv6Address("2001:db8::9"), 5000), (IPv6Address("2001:db8::1"), 443)
GOOD: dict[bytes, tuple[object, object]] = {
    TCP4: V4,
    TCP6: ((V6[0][0], 65535), (V6[1][0], 0)),
    b"PROXY UNKNOWN\r\n": (None, None),
    b"PROXY UNKNOWN ffff::1 nonsense 99999 0\r\n": (None, None),
    binary(data=FOUR): V4,
    binary(data=FOUR + TLV): V4,
    binary(family=0x21, data=SIX): V6,
    binary(family=0x31, data=b"/run/x".ljust(216, b"\0")): (None, None),
    binary(family=0x00): (None, None),
    binary(command=0x20, data=b"whatever"): (None, None),
}
BAD = [
    b"GET / HTTP/1.1\r\n",
    b"PROXY\r\n",
    b"PROXY  TCP4 203.0.113.9 198.51.100.1 5000 443\r\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 5000 443\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 5000 443\nGET / HTTP/1.1\r\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 5000 443 9\r\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 5000\r\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 65536 443\r\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 5000 -1\r\n",
    b"PROXY TCP4 203.0.113.9 198.51.100.1 05000 443\r\n",
    b"PROXY TCP4 203.0.113.256 198.51.100.1 5000 443\r\n",
    b"PROXY TCP4 2001:db8::9 2001:db8::1 5000 443\r\n",
    b"PROXY TCP4 localhost 198.51.100.1 5000 443\r\n",
    b"PROXY TCP6 203.0.113.9 198.51.100.1 5000 443\r\n",
    b"PROXY TCP6 fe80::1%eth0 2001:db8::1 5000 443\r\n",
    b"PROXY TCP4 \xff198.51.100.1 198.51.100.1 5000 443\r\n",
    b"PROXY UDP4 203.0.113.9 198.51.100.1 5000 443\r\n",
    b"PROXY UNKNOWN " + b"x" * 200,
    b"PROXY UNKNOWN\rx\r\n",
    binary(command=0x11, data=FOUR),
    binary(command=0x22, data=FOUR),
    binary(family=0x12, data=FOUR),
    binary(family=0x41, data=FOUR),
    binary(data=FOUR[:-1]),
    binary(family=0x21, data=FOUR),
    binary(family=0x31, data=FOUR),
    binary(length=LONGEST_BINARY_BYTES),
]


class ReaderTests(SynchronousTestCase):
    """The header by itself."""

    def test_addresses_are_those_of_the_header(self) -> None:
        """A good header is read; its rest is what follows."""
        for header, (source, destination) in GOOD.items():
            read = ProxyHeaderReader().feed(header + b"rest")
            self.assertEqual(read, ProxyHeader(source, destination, b"rest"), header)  # type: ignore[arg-type]

    def test_what_is_no_header_is_refused(self) -> None:
        """Wrong addresses, ports, line ends and versions are refused with a reason."""
        for header in BAD:
            with self.assertRaises(ProxyHeaderError, msg=header) as caught:
                ProxyHeaderReader().feed(header)
            self.assertNotIn("203.0", str(caught.exception))

    @given(st.sampled_from([*GOOD, *BAD]), st.integers(1, 40))
    def test_any_cut(self, header: bytes, size: int) -> None:
        """The result is the same for every cut of the bytes."""
        reader = ProxyHeaderReader()
        pieces = [header[at : at + size] for at in range(0, len(header), size)]
        try:
            read = [reader.feed(piece) for piece in pieces]
        except ProxyHeaderError:
            self.assertIn(header, BAD)
        else:
            self.assertEqual(read[:-1], [None] * (len(pieces) - 1))
            self.assertEqual(read[-1], ProxyHeader(*GOOD[header], b""))  # type: ignore[arg-type]


class Recorder(Protocol):
    """The protocol behind the header."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    def connectionMade(self) -> None:
        """Note the addresses."""
        assert self.transport is not None
        self.seen.append(self.transport.getPeer())

    def dataReceived(self, data: bytes) -> None:
        """Note the bytes."""
        self.seen.append(data)

    def connectionLost(self, reason: object = None) -> None:
        """Note the end."""
        self.seen.append("lost")


class ConnectionTests(SynchronousTestCase):
    """A connection that begins with a header."""

    def setUp(self) -> None:
        """Accept one."""
        self.clock, self.behind = Clock(), Recorder()
        factory = ProxyProtocolFactory(
            Factory.forProtocol(lambda: self.behind),
            self.clock,
            1000,
        )
        factory.doStart()
        self.transport = StringTransport(peerAddress=TcpAddress("TCP", "10.0.0.1", 1))
        self.connection = factory.buildProtocol(None)
        self.connection.makeConnection(self.transport)

    def test_the_protocol_begins_behind_the_header(self) -> None:
        """The protocol is connected after the header, with the client's address."""
        self.connection.dataReceived(TCP4[:9])
        self.assertEqual(self.behind.seen, [])
        self.connection.dataReceived(TCP4[9:] + b"GET")
        self.connection.dataReceived(b" /")
        client = TcpAddress("TCP", "203.0.113.9", 5000)
        self.assertEqual(self.behind.seen, [client, b"GET", b" /"])
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.connection.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.behind.seen[-1], "lost")

    def test_without_addresses_the_proxys_own_counts(self) -> None:
        """A health check of the proxy comes from the proxy."""
        self.connection.dataReceived(b"PROXY UNKNOWN\r\n")
        self.assertEqual(self.behind.seen, [TcpAddress("TCP", "10.0.0.1", 1)])

    def test_a_wrong_header_closes_without_an_answer(self) -> None:
        """
        An invalid header closes the connection, and the protocol is not connected.
        """
        self.connection.dataReceived(b"PROXY TCP4 a b c d\r\nGET / HTTP/1.1\r\n\r\n")
        self.assertTrue(self.transport.disconnected)
        self.connection.connectionLost(Failure(ConnectionDone()))
        self.assertEqual((self.behind.seen, self.transport.value()), ([], b""))
        self.assertEqual(self.flushLoggedErrors(), [])

    def test_a_header_has_a_bounded_time(self) -> None:
        """A header that does not end in time closes the connection."""
        self.connection.dataReceived(TCP4[:9])
        self.clock.advance(0.9)
        self.connection.dataReceived(TCP4[9:10])
        self.assertFalse(self.transport.disconnected)
        self.clock.advance(0.2)
        self.assertTrue(self.transport.disconnected)
        self.connection.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.behind.seen, [])
