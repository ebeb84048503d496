"""Tests for :mod:`relay.tls.files.pairs`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.tls.files.pairs import ClientAuthorities, Pair
from relay.tls.material import MaterialError
from tests.pki import Authority
from tests.tls.files.looks import PATIENCE_S, Clocked, replace

ROOT = Authority()


class PairTests(SynchronousTestCase):
    """A certificate with its key."""

    def test_renewal(self) -> None:
        """A key that comes after its certificate is waited for."""
        first, second = ROOT.server("a.example"), ROOT.server("a.example")
        written = first.write(self.mktemp())
        pair = Pair("listener a", written.certificate, written.key)
        self.assertEqual(pair.load().certificate, first.certificate)
        clock = Clocked()
        replace(written.certificate, second.certificate_pem)
        clock.look(pair)
        self.assertEqual(pair.value.certificate, first.certificate)
        replace(written.key, second.key_pem)
        clock.look(pair)
        self.assertEqual(pair.value.certificate, second.certificate)
        self.assertIsNone(pair.problem)

    def test_a_broken_pair(self) -> None:
        """The old one stays in use; the problem names the file."""
        written = ROOT.server("a.example").write(self.mktemp())
        pair = Pair("listener a", written.certificate, written.key)
        identity = pair.load()
        clock = Clocked()
        replace(written.key, ROOT.server("a.example").key_pem)
        clock.look(pair)
        clock.pass_time(PATIENCE_S)
        clock.look(pair)
        self.assertIs(pair.value, identity)
        self.assertEqual(
            pair.problem,
            f"key ({written.key}): the private key does not belong to the certificate",
        )

    def test_a_pair_that_needs_a_name(self) -> None:
        """A certificate without host names cannot be found by one."""
        written = ROOT.server("127.0.0.1").write(self.mktemp())
        files = (written.certificate, written.key)
        Pair("listener a", *files).load()
        named = Pair("listener a", *files, named=True)
        error = self.assertRaises(MaterialError, named.load)
        self.assertIn("has no host name", str(error))


class ClientAuthoritiesTests(SynchronousTestCase):
    """The authorities of client certificates."""

    def test_replacement(self) -> None:
        """Replaced authorities are used, those that cannot be read are not."""
        other = Authority("Other")
        path = ROOT.server("a").write(self.mktemp()).ca
        authorities = ClientAuthorities("listener a", path)
        self.assertEqual(authorities.load(), (ROOT.certificate,))
        clock = Clocked()
        replace(path, other.pem)
        clock.look(authorities)
        self.assertEqual(authorities.value, (other.certificate,))
        replace(path, "nothing")
        clock.look(authorities, forced=True)
        self.assertEqual(authorities.value, (other.certificate,))
        self.assertEqual(authorities.problem, f"ca ({path}): holds no certificate")
