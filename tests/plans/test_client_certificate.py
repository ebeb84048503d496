"""The client's certificate, with and without proxies."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from OpenSSL import crypto
from twisted.trial.unittest import SynchronousTestCase

from relay.plans.caller import Caller
from relay.plans.client_certificate import certificate_in_header, client_certificate
from tests.pki import Authority
from tests.plans.callers import caller

AUTHORITY = Authority()
MINE, PROXY = AUTHORITY.client("mine"), AUTHORITY.client("proxy")
HEADER = b"ssl-client-cert"


class Transport:
    """A connection over TLS; the proxy's certificate was shown on it."""

    def getPeerCertificate(self) -> Any:
        """Return the certificate."""
        return crypto.X509.from_cryptography(PROXY.certificate)


class ClientCertificateTests(SynchronousTestCase):
    def call(self, trusted: bool, named: bool, text: str | None = None) -> Caller:
        """Call over TLS, with or without the header."""
        asking = caller() if text is None else caller(ssl_client_cert=text)
        asking.transport = Transport()
        asking.trusted = trusted
        asking.certificate_header = HEADER if named else None
        return asking

    def test_whose_it_is(self) -> None:
        """A header counts where it is named and the peer is trusted; a proxy's own
        certificate is never its client's."""
        escaped = quote(MINE.certificate_pem)
        for trusted, named, text, expected in (
            (True, True, escaped, MINE),
            (True, True, None, None),
            (True, True, "", None),
            (True, True, "::", None),
            (True, True, "(null)", None),
            (True, False, escaped, PROXY),
            (False, True, escaped, PROXY),
            (False, False, None, PROXY),
        ):
            found = client_certificate(self.call(trusted, named, text))
            wanted = None if expected is None else expected.certificate
            self.assertEqual(found, wanted, (trusted, named, text))

    def test_what_is_not_one_certificate_fails(self) -> None:
        """An invalid header is an error, and not the same as none."""
        escaped = quote(MINE.certificate_pem)
        for text in (
            "nonsense",
            f"{escaped}, {escaped}",
            f"{escaped},{quote(PROXY.certificate_pem)}",
        ):
            asking = self.call(True, True, text)
            self.assertRaises(ValueError, client_certificate, asking)

    def test_headers(self) -> None:
        """The certificate header is read from trusted proxies only."""
        text = quote(MINE.certificate_pem)
        for trusted, expected in ((True, MINE.certificate), (False, None)):
            asking = self.call(trusted, False, text)
            self.assertEqual(certificate_in_header(asking, HEADER), expected)
