"""Client certificates, as connections show them and as proxies pass them on."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, strategies as st
from OpenSSL import crypto
from twisted.trial.unittest import SynchronousTestCase

from relay.tls.peer import MAX_LENGTH, peer_certificate, read_certificate, thumbprint
from tests.pki import Authority

AUTHORITY = Authority()
ISSUED = AUTHORITY.client()
PEM = ISSUED.certificate_pem
DER = ISSUED.certificate.public_bytes(Encoding.DER)


class ReadTests(SynchronousTestCase):
    def test_forms(self) -> None:
        """PEM however it is escaped, and DER in base64."""
        encoded = base64.b64encode(DER).decode()
        for text in (
            PEM,
            quote(PEM, safe=""),
            quote(PEM),
            PEM.replace("\n", " "),
            PEM.replace("\n", "\t"),
            PEM.replace("\n", ""),
            PEM + AUTHORITY.pem,
            quote(PEM + AUTHORITY.pem),
            encoded,
            f":{encoded}:",
        ):
            self.assertEqual(read_certificate(text), ISSUED.certificate, text[:40])

    def test_what_is_none(self) -> None:
        """Anything else is refused, and not shown."""
        begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
        for text in (
            "",
            "secret",
            "NONE",
            begin,
            f"{end}{begin}",
            f"{begin}secret{end}",
            f"{begin}AAAA{end}",
            PEM[:200],
            ISSUED.key_pem,
            base64.b64encode(DER + b"x").decode()[:-8],
            "A" * (MAX_LENGTH + 1),
        ):
            with self.assertRaises(ValueError) as caught:
                read_certificate(text)
            self.assertNotIn("secret", str(caught.exception))

    @given(st.text() | st.binary().map(lambda raw: base64.b64encode(raw).decode()))
    def test_any_text(self, text: str) -> None:
        """The one error, whatever a header holds."""
        with self.assertRaises(ValueError):
            read_certificate(text)


class PeerTests(SynchronousTestCase):
    def test_thumbprint(self) -> None:
        """SHA-256 of the DER in base64url, as RFC 7515 says."""
        expected = base64.urlsafe_b64encode(hashlib.sha256(DER).digest())
        self.assertEqual(thumbprint(ISSUED.certificate), expected.decode().rstrip("="))

    def test_connections(self) -> None:
        """Without TLS there is no certificate, and with it there need be none."""

        class Transport:
            shown: Any = None

            def getPeerCertificate(self) -> Any:
                return self.shown

        transport = Transport()
        self.assertIsNone(peer_certificate(object()))
        self.assertIsNone(peer_certificate(transport))
        transport.shown = crypto.X509.from_cryptography(ISSUED.certificate)
        self.assertEqual(peer_certificate(transport), ISSUED.certificate)
