"""Tests of :mod:`relay.plans.tls_session`."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from twisted.internet.address import IPv4Address
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.expression.roots import PRINCIPAL
from relay.expression.template import Template
from relay.http.listener.peer import Peer
from relay.plans.tls_session import TYPES, Principal, TlsSession
from tests.pki import Authority

NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "AU"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Orders, Inc."),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "far"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "near"),
        x509.NameAttribute(NameOID.COMMON_NAME, "ann"),
        x509.NameAttribute(NameOID.EMAIL_ADDRESS, "ann@orders.example"),
    ]
)


class Transport:
    """A connection without TLS of its own."""

    def getPeer(self) -> IPv4Address:
        """Return the client's address."""
        return IPv4Address("TCP", "192.0.2.7", 4711)


def value(expression: str, ssl: Any) -> object:
    """Evaluate an expression with a TLS session."""
    return Template.read(expression).evaluate({"request": {"ssl": ssl}})


class PrincipalTests(SynchronousTestCase):
    """The subject of a certificate."""

    def test_every_member_has_a_type(self) -> None:
        """The members that expressions may name are those that there are."""
        self.assertEqual(PRINCIPAL - TYPES.keys(), {"dn", "attributes", "defined"})
        self.assertEqual(TYPES.keys() - PRINCIPAL, set())

    def test_a_name(self) -> None:
        """The part that is written first counts; all values of a type can be read."""
        one = Principal(NAME)
        for name, expected in {
            "cn": "ann",
            "c": "AU",
            "o": "Orders, Inc.",
            "ou": "near",
            "e": "ann@orders.example",
            "emailAddress": "ann@orders.example",
            "st": None,
            "defined": True,
        }.items():
            self.assertEqual(one.get(name), expected, name)
        self.assertEqual(
            one.get("dn"),
            "1.2.840.113549.1.9.1=ann@orders.example,"
            "CN=ann,OU=near,OU=far,O=Orders\\, Inc.,C=AU",
        )
        attributes: Any = one.get("attributes")
        for name in ("ou", "OU", "Ou", "2.5.4.11"):
            self.assertEqual(attributes.get(name), ["near", "far"], name)
        self.assertEqual(attributes.get("e"), ["ann@orders.example"])
        self.assertIsNone(attributes.get("st"))
        self.assertIn("cn", attributes.names())

    def test_no_certificate(self) -> None:
        """All texts are empty, so that a comparison does not hold."""
        nobody = Principal(None)
        for name in PRINCIPAL - {"defined", "attributes"}:
            self.assertEqual(nobody.get(name), "", name)
        self.assertIs(nobody.get("defined"), False)
        attributes: Any = nobody.get("attributes")
        self.assertEqual((attributes.get("ou"), attributes.names()), (None, []))


class TlsSessionTests(SynchronousTestCase):
    """``#request.ssl``."""

    def test_with_tls(self) -> None:
        """The client's address is that of the connection."""
        certificate = Authority().client("ann").certificate
        ssl = TlsSession(Peer(Transport(), secure=True), lambda: certificate)
        self.assertEqual(value("{#request.ssl.client.cn}", ssl), "ann")
        self.assertEqual(value("{#request.ssl.clientHost}", ssl), "192.0.2.7")
        self.assertEqual(value("{#request.ssl.clientPort}", ssl), 4711)

    def test_without_tls(self) -> None:
        """A trusted proxy may have forwarded a certificate."""
        ssl = TlsSession(Peer(Transport(), secure=False), lambda: None)
        for expression, expected in {
            "{#request.ssl.client.dn}": "",
            "{#request.ssl.client.attributes['ou']}": None,
            "{#request.ssl.server.cn}": "",
            "{#request.ssl.clientHost}": None,
            "{#request.ssl.clientPort}": None,
            "{#request.ssl.client.defined}": False,
        }.items():
            self.assertEqual(value(expression, ssl), expected, expression)
        certificate = Authority().client("ann").certificate
        forwarded = TlsSession(Peer(Transport(), secure=False), lambda: certificate)
        self.assertEqual(value("{#request.ssl.client.cn}", forwarded), "ann")

    def test_a_header_that_cannot_be_read(self) -> None:
        """An invalid header has no value, so that no condition holds."""

        def certificate() -> None:
            raise ValueError("there are several certificates")

        ssl = TlsSession(Peer(Transport(), secure=False), certificate)
        self.assertRaises(EvaluationFailed, value, "{#request.ssl.client.cn}", ssl)
