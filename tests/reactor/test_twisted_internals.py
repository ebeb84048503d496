"""
The private names of Twisted and pyOpenSSL that Relay uses, held against those that are
installed.

They are used in ``relay/reactor/``, where each module says what for. A release that
renames one of them fails here, by name.
"""

from __future__ import annotations

import socket
from typing import Any, cast

from OpenSSL import SSL
from twisted.internet import epollreactor, tcp
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.ssl import optionsForClientTLS
from twisted.internet.testing import StringTransport
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.scripts import _twistd_unix
from twisted.trial.unittest import SynchronousTestCase
from twisted.web import http_headers

from relay.reactor.direct_tls import DirectTLS, tls_protocol
from relay.reactor.raw_headers import spell


class Writers:
    """A reactor that writes nothing."""

    def addWriter(self, writer: object) -> None:
        """The turn does not come."""


class NameTests(SynchronousTestCase):
    """Each private name exists and has the expected type."""

    def has(self, owner: object, *names: str) -> None:
        """Check that an object has some attributes."""
        missing = [name for name in names if not hasattr(owner, name)]
        self.assertEqual(missing, [], repr(owner))

    def test_headers(self) -> None:
        """``raw_headers.py``: the fields by their spelt names."""
        headers = http_headers.Headers({b"x-a": [b"1", b"2"]})
        self.assertEqual(headers._rawHeaders, {b"X-A": [b"1", b"2"]})
        for name in (b"x-a", b"WWW-AUTHENTICATE", b"etag", b"content-md5", b"dnt"):
            headers = http_headers.Headers({name: [b"1"]})
            self.assertEqual([*headers._rawHeaders], [spell(name)])
        self.assertEqual(spell(b"etag"), b"ETag")
        self.assertRaises(http_headers.InvalidHeaderName, spell, b"x a")

    def test_a_tcp_connection(self) -> None:
        """``sending.py``: what was written, and waits for the reactor."""
        ours, theirs = socket.socketpair()
        self.addCleanup(theirs.close)
        self.addCleanup(ours.close)
        connection = tcp.Connection(ours, Protocol(), cast(Any, Writers()))
        connection.connected = 1
        self.assertEqual((connection._tempDataBuffer, connection.dataBuffer), ([], b""))
        connection.write(b"x")
        self.assertEqual(connection._tempDataBuffer, [b"x"])
        self.assertEqual((connection._tempDataLen, connection.offset), (1, 0))

    def test_the_epoll_reactor(self) -> None:
        """``polling.py``: the poller, and the handling of ready descriptors."""
        reactor = epollreactor.EPollReactor()
        self.addCleanup(reactor._poller.close)
        self.has(reactor._poller, "poll")
        self.assertIsInstance(reactor._selectables, dict)
        self.has(reactor, "_doReadOrWrite")

    def test_tls(self) -> None:
        """``direct_tls.py``: what waits to be encrypted, and what was."""
        inner = Factory.forProtocol(Protocol)
        factory = TLSMemoryBIOFactory(optionsForClientTLS("relay"), True, inner)
        protocol: Any = factory.buildProtocol(cast(Any, None))
        protocol.makeConnection(StringTransport())
        self.has(protocol, "_flushSendBIO", "_tlsShutdownFinished")
        self.has(protocol, "_lostTLSConnection", "_handshakeDone")
        self.assertEqual(protocol._appSendBuffer, [])

    def test_openssl(self) -> None:
        """``direct_tls.py``: the way past pyOpenSSL is there."""
        connection = SSL.Connection(SSL.Context(SSL.TLS_METHOD), None)
        self.has(SSL, "_lib", "_ffi")
        self.has(connection, "_ssl", "_from_ssl")
        self.assertIs(tls_protocol(), DirectTLS)

    def test_twistd(self) -> None:
        """``detached.py``: the report of a daemon that does not start."""
        runner = _twistd_unix.UnixApplicationRunner
        self.has(runner, "_formatChildException", "_waitForStart")
