"""Client certificates in all the forms in which proxies pass them on."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import quote

from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.certificates import MAX_LENGTH, read_certificate, thumbprint
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

    def test_thumbprint(self) -> None:
        """The thumbprint is the SHA-256 of the DER in base64url (RFC 7515)."""
        expected = base64.urlsafe_b64encode(hashlib.sha256(DER).digest())
        self.assertEqual(thumbprint(ISSUED.certificate), expected.decode().rstrip("="))
