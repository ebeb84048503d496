"""The protocol that a connection of a listener with HTTP/2 speaks."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.http.http1.connection import Http1Connection, Http1Site
from relay.http.http2.connection import Http2Connection
from relay.http.http2.site import Http2Site, gateway_site
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import GatewayTlsSettings, ListenerSettings
from tests.gateway.harness import Gateway, SteeredReactor
from tests.http.http2.client import Link


class SiteTests(SynchronousTestCase):
    """:func:`gateway_site`, and the handshake of its connections."""

    def setUp(self) -> None:
        """Prepare a gateway."""
        self.reactor = SteeredReactor()
        self.gateway = Gateway(
            self.reactor, GatewaySettings(), LimitSettings(), with_query=False
        )

    def site(self, tls: GatewayTlsSettings | None) -> Http1Site:
        """Make what accepts the connections of a listener."""
        return gateway_site(
            self.gateway.resource,
            ListenerSettings("default", "tcp:0", tls),
            self.gateway.settings,
            self.gateway.limits,
            cast(Any, self.reactor),
        )

    def accepted(self, protocol: bytes | None) -> Any:
        """Accept a connection, and finish its handshake with this answer to ALPN."""
        site = self.site(GatewayTlsSettings("c", "k", http2=True))
        link: Any = Link()
        link.negotiatedProtocol = protocol
        negotiation: Any = site.buildProtocol(None)
        negotiation.makeConnection(link)
        negotiation.handshakeCompleted()
        self.addCleanup(
            lambda: link.wrappedProtocol.connectionLost(Failure(ConnectionDone()))
        )
        return link.wrappedProtocol

    def test_a_port_that_is_closed(self) -> None:
        """
        The application forgets a site without HTTP/2 connections; one with connections
        is told of a stop as long as there are some.
        """
        known = self.gateway.resource.when_closing
        plain, secure = (
            self.site(None),
            self.site(GatewayTlsSettings("c", "k", http2=True)),
        )
        assert isinstance(secure, Http2Site)
        for site in (plain, secure):
            site.doStart()
        self.assertEqual(known, [plain.retire, secure.retire])
        connection: Any = object.__new__(Http2Connection)
        connection.streams, retired = {1: None}, []
        connection.retire = lambda: retired.append("idle")
        secure.connections.add(connection)
        for site in (plain, secure):
            site.doStop()
            self.assertTrue(site.closing)
        self.assertEqual((known, retired), ([secure.retire], []))
        secure.lost(connection)
        self.assertEqual(known, [])

    def test_other_settings(self) -> None:
        """They apply to what begins from then on."""
        site = self.site(None)
        settings, limits = (
            GatewaySettings(head_timeout_ms=7),
            LimitSettings(max_headers=11),
        )
        site.take(settings, limits)
        connection = site.buildProtocol(None)
        self.assertIs(connection.site.settings, settings)
        self.assertIs(connection.site.limits, limits)

    def test_listeners(self) -> None:
        """
        A listener speaks HTTP/2 only if it is enabled, with the configured number of
        streams.
        """
        self.assertIs(type(self.site(None)), Http1Site)
        self.assertIs(type(self.site(GatewayTlsSettings("c", "k"))), Http1Site)
        tls = GatewayTlsSettings("c", "k", http2=True, http2_max_streams=7)
        site = self.site(tls)
        assert isinstance(site, Http2Site)
        self.assertEqual(site.max_streams, 7)

    def test_the_choice(self) -> None:
        """``h2`` is HTTP/2; whatever else was agreed, nothing included, is HTTP/1."""
        self.assertIsInstance(self.accepted(b"h2"), Http2Connection)
        self.assertIsInstance(self.accepted(b"http/1.1"), Http1Connection)
        self.assertIsInstance(self.accepted(None), Http1Connection)

    def test_a_handshake_that_does_not_end(self) -> None:
        """A handshake has the timeout of a request head."""
        site = self.site(GatewayTlsSettings("c", "k", http2=True))
        negotiation: Any = site.buildProtocol(None)
        link = Link()
        negotiation.makeConnection(cast(Any, link))
        self.reactor.advance_ms(9_999)
        self.assertFalse(link.aborted)
        self.reactor.advance_ms(1)
        self.assertTrue(link.aborted)

    def test_a_handshake_that_fails(self) -> None:
        """A failed handshake leaves no timer."""
        site = self.site(GatewayTlsSettings("c", "k", http2=True))
        negotiation: Any = site.buildProtocol(None)
        negotiation.makeConnection(cast(Any, Link()))
        negotiation.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.reactor.timers, 0)
