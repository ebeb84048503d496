"""Certificates of the settings' files."""

from __future__ import annotations

import datetime
import os
import socket
import ssl
import threading
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.certificates import check_certificates, check_server
from relay.cli.doctor.finding import Finding
from relay.settings.schema import load
from tests.pki import Authority, Issued, self_signed

NOW = datetime.datetime.now(datetime.UTC)


class CertificateTests(SynchronousTestCase):
    """Validity and chain."""

    def findings(
        self, issued: Issued, days: int = 0, chain: str = ""
    ) -> dict[str, Finding]:
        """Check a certificate some days later."""
        directory = self.mktemp()
        os.makedirs(directory)
        written = issued.write(directory)
        if chain:
            with open(written.certificate, "a", encoding="ascii") as file:
                file.write(chain)
        config = Path(directory) / "relay.toml"
        config.write_text(
            f"[management.tls]\ncertificate = '{written.certificate}'\n"
            f"key = '{written.key}'\n"
        )
        settings = load(str(config), directory, {}, {})
        now = NOW + datetime.timedelta(days=days)
        return {one.check: one for one in check_certificates(settings, now)}

    def test_days_left(self) -> None:
        """A warning, and then an error."""
        issued = self_signed("a.example")
        left = (issued.certificate.not_valid_after_utc - NOW).days
        for days, level in ((0, "ok"), (left - 5, "warning"), (left + 2, "error")):
            found = self.findings(issued, days)["certificate"]
            expected = "warning" if level == "ok" and left < 21 else level
            self.assertEqual((days, found.level), (days, expected))

    def test_a_chain(self) -> None:
        """An authority that no system knows must be in the file, or with clients."""
        authority = Authority("relay tests")
        issued = authority.server("a.example")
        self.assertEqual(self.findings(issued)["chain"].level, "warning")
        self.assertEqual(
            self.findings(issued, chain=authority.pem)["chain"].level, "ok"
        )

    def test_a_wrong_order(self) -> None:
        """It is an error."""
        issued = Authority("one").server("a.example")
        other = Authority("two").pem
        self.assertEqual(self.findings(issued, chain=other)["chain"].level, "error")


class ServerTests(SynchronousTestCase):
    """The certificate that a server presents."""

    def setUp(self) -> None:
        """Start a server."""
        directory = self.mktemp()
        os.makedirs(directory)
        authority = Authority("relay tests")
        written = authority.server("localhost").write(directory)
        self.ca = f"{directory}/ca.pem"
        Path(self.ca).write_text(authority.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(written.certificate, written.key)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

        def serve() -> None:
            try:
                with context.wrap_socket(self.listening.accept()[0], server_side=True):
                    pass
            except OSError:
                pass  # The client does not trust the certificate.

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(self.listening.close)
        self.addCleanup(thread.join, 10)

    def test_a_trusted_certificate(self) -> None:
        """The version and the days left are reported."""
        found = check_server("localhost", self.port, self.ca)
        self.assertIn(found.level, ("ok", "warning"))
        self.assertRegex(found.found, "^localhost: TLSv1.3, a trusted certificate with")

    def test_an_unknown_authority(self) -> None:
        """It is an error, with what to do."""
        found = check_server("localhost", self.port, "")
        self.assertEqual(found.level, "error")
        self.assertIn("--ca", found.advice)
