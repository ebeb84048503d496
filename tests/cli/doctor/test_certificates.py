"""Certificates of the settings' files."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.certificates import check_certificates
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
