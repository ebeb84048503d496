"""Tests for :mod:`relay.tls.own`."""

from __future__ import annotations

from twisted.trial.unittest import TestCase

from relay.tls.own import OwnCreator
from relay.tls.server import HostFiles, ServerCreator
from tests.pki import Authority
from tests.tls.loopback import converse

AUTHORITY = Authority()


class OwnTests(TestCase):
    """A listener, and this process as its client."""

    def server(self, *names: str) -> ServerCreator:
        """Make a listener with a certificate, and one of its own for a host."""
        written = [
            AUTHORITY.server(name).write(self.mktemp())
            for name in ("localhost", *names)
        ]
        default, *special = written
        return ServerCreator(
            "listener",
            HostFiles((), default.certificate, default.key),
            [
                HostFiles((name,), one.certificate, one.key)
                for name, one in zip(names, special, strict=True)
            ],
        )

    async def test_its_certificates(self) -> None:
        """Of a host, of any other host, and of an address: no authority is asked."""
        server = self.server("events.example")
        for host in ("events.example", "other.example", "127.0.0.1", "[::1]"):
            found = await converse(server, OwnCreator(server, host))
            self.assertTrue(found.good, found.client.reason)

    async def test_another_certificate(self) -> None:
        """Another process at the address, with a certificate of the same authority."""
        own = OwnCreator(self.server(), "localhost")
        found = await converse(self.server(), own)
        self.assertFalse(found.good)
        self.assertEqual(
            found.client.reason, "the certificate is not that of the listener"
        )
