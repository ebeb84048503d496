"""Client certificates, as connections show them."""

from __future__ import annotations

from typing import Any

from OpenSSL import crypto
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.peer import peer_certificate
from tests.pki import Authority


class PeerTests(SynchronousTestCase):
    def test_connections(self) -> None:
        """The certificate of a peer, with TLS, without one, and without TLS."""
        certificate = Authority().client().certificate

        class Transport:
            shown: Any = None

            def getPeerCertificate(self) -> Any:
                return self.shown

        transport = Transport()
        self.assertIsNone(peer_certificate(object()))
        self.assertIsNone(peer_certificate(transport))
        transport.shown = crypto.X509.from_cryptography(certificate)
        self.assertEqual(peer_certificate(transport), certificate)
