"""Tests for :mod:`relay.tls.server_context`."""

from __future__ import annotations

from OpenSSL import SSL
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.server_context import NoCommonProtocol, server_context
from tests.tls.memory import Client, shake_hands


class ServerContextTests(SynchronousTestCase):
    """A context without a certificate."""

    def test_it_accepts_nobody(self) -> None:
        """A handshake that no certificate was chosen for fails."""
        for version in (SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION):
            server = SSL.Connection(server_context(http2=False), None)
            shaken = shake_hands(Client(version), server)
            self.assertIsInstance(shaken.server_error, SSL.Error)
            self.assertIsInstance(shaken.client_error, SSL.Error)

    def test_no_common_protocol(self) -> None:
        """The error has the form of OpenSSL's own."""
        self.assertEqual(
            NoCommonProtocol().args[0],
            [("SSL routines", "", "no application protocol")],
        )
