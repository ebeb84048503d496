"""Tests for :mod:`relay.tls.names`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.tls.names import NameTable, certificate_names, normal_name
from tests.pki import Authority


class NameTableTests(SynchronousTestCase):
    """Exact names and wildcards."""

    def test_exact_before_wildcard(self) -> None:
        """An exact name wins, in any order of the entries."""
        entries = [("*.example.com", "wildcard"), ("a.example.com", "exact")]
        for table in (NameTable(entries), NameTable(reversed(entries))):
            self.assertEqual(table.find("a.example.com"), "exact")
            self.assertEqual(table.find("b.example.com"), "wildcard")

    def test_a_wildcard_is_one_label(self) -> None:
        """Neither the domain itself nor two labels below it are included."""
        table = NameTable([("*.example.com", 1)])
        for name in ("example.com", "a.b.example.com", "com", "", "xexample.com"):
            self.assertIsNone(table.find(name), name)

    def test_the_first_of_equal_names(self) -> None:
        """It counts."""
        table = NameTable([("a", 1), ("a", 2), ("*.a", 1), ("*.a", 2)])
        self.assertEqual((table.find("a"), table.find("b.a")), (1, 1))


class NormalNameTests(SynchronousTestCase):
    """Spellings of one name."""

    def test_spellings(self) -> None:
        """Case, a trailing dot and U-labels make no difference."""
        for name, normal in (
            ("A.Example.COM", "a.example.com"),
            ("a.example.com.", "a.example.com"),
            ("*.Example.com", "*.example.com"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("localhost", "localhost"),
        ):
            self.assertEqual(normal_name(name), normal)

    def test_no_names(self) -> None:
        """Empty names, and wildcards in other places."""
        for name in ("", ".", "*.", "*", "a.*.example", "f*.example", "\u2024"):
            self.assertRaises(ValueError, normal_name, name)


class CertificateNamesTests(SynchronousTestCase):
    """The host names of a certificate."""

    def test_names(self) -> None:
        """Addresses are no names, and the common name is none either."""
        authority = Authority()
        issued = authority.server("B.example", "*.c.example", "127.0.0.1")
        self.assertEqual(
            certificate_names(issued.certificate), ("b.example", "*.c.example")
        )
        self.assertEqual(certificate_names(authority.client("cn").certificate), ())
