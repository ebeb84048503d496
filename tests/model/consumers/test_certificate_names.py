"""Tests of :mod:`relay.model.consumers.certificate_names`."""

from __future__ import annotations

import datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.certificate_names import (
    AlternativeNamePattern,
    NamePattern,
    alternative_names,
    certificate_policies,
)

NAME = x509.Name.from_rfc4514_string("CN=Shop  One,O=Example Ltd,C=FR")


def certificate(*extensions: x509.ExtensionType) -> x509.Certificate:
    """Sign a certificate of its own with extensions."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256())


class NamePatternTests(SynchronousTestCase):
    def test_matches(self) -> None:
        """All parts in any order, with patterns, case and blanks disregarded."""
        for text, matches in (
            ("CN=Shop One,O=Example Ltd,C=FR", True),
            ("C=fr, cn = shop one , O=EXAMPLE LTD", True),
            ("CN=Shop*,O=Ex*Ltd,C=??", True),
            ("2.5.4.3=Shop One,O=Example Ltd,C=FR", True),
            ("CN=Shop One,O=Example Ltd", False),
            ("CN=Shop One", False),
            ("CN=Shop One,O=Example Ltd,C=FR,OU=x", False),
            ("CN=Shop One,O=Example Ltd,C=D?", False),
            ("CN=Shop One,CN=Example Ltd,C=FR", False),
            ("CN=Shop One+O=Example Ltd,C=FR", False),
            ("CN=.*,O=Example Ltd,C=FR", False),
        ):
            self.assertEqual(NamePattern(text).matches(NAME), matches, text)

    def test_escaped(self) -> None:
        """A comma in a value is escaped; parts with several attributes are one part."""
        name = x509.Name.from_rfc4514_string(r"CN=a+UID=7,O=Example\, Ltd")
        self.assertTrue(NamePattern(r"O=Example\, Ltd,UID=7+CN=a").matches(name))
        self.assertFalse(NamePattern(r"O=Example\, Ltd,CN=a").matches(name))

    def test_refused(self) -> None:
        """Invalid names and unknown attribute types are refused."""
        for text in ("", "x", "=x", "CN=", "CN=a,,C=FR", "ZZ=x", "CN=" + "x" * 2000):
            self.assertRaises(ValueError, NamePattern, text)


class ExtensionTests(SynchronousTestCase):
    def test_alternative_names(self) -> None:
        """Names of all types, and none without the extension."""
        names = x509.SubjectAlternativeName(
            [
                x509.DNSName("billing.example.com"),
                x509.RFC822Name("ann@example.com"),
                x509.UniformResourceIdentifier("spiffe://example/billing"),
                x509.IPAddress(ip_address("192.0.2.7")),
                x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
            ]
        )
        self.assertEqual(
            list(alternative_names(certificate(names))),
            [
                "billing.example.com",
                "ann@example.com",
                "spiffe://example/billing",
                "192.0.2.7",
            ],
        )
        self.assertEqual(list(alternative_names(certificate())), [])

    def test_alternative_name_patterns(self) -> None:
        """Patterns ignore case; ``*`` does not match a separator."""
        for text, name, matches in (
            ("*.example.com", "Billing.Example.com", True),
            ("*.example.com", "example.com", False),
            ("billing-*", "billing-7", True),
            ("spiffe://example/*", "spiffe://example/billing", True),
            ("spiffe://*", "spiffe://example/billing", False),
            ("192.0.2.?", "192.0.2.7", True),
        ):
            self.assertEqual(AlternativeNamePattern(text).matches(name), matches, text)

    def test_policies(self) -> None:
        """The object identifiers, and none without the extension."""
        policies = x509.CertificatePolicies(
            [
                x509.PolicyInformation(x509.ObjectIdentifier(one), None)
                for one in ("0.4.0.19495.1.3", "1.2.3")
            ]
        )
        self.assertEqual(
            certificate_policies(certificate(policies)), {"0.4.0.19495.1.3", "1.2.3"}
        )
        self.assertEqual(certificate_policies(certificate()), frozenset())
