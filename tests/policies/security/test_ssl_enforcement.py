"""Tests of :mod:`relay.policies.security.ssl_enforcement`."""

from __future__ import annotations

from typing import Any

from cryptography import x509
from twisted.trial.unittest import SynchronousTestCase

from tests.model.consumers.test_certificate_names import certificate
from tests.policies.steps import build, call, interruption, problem, refused

SHOWN = certificate(
    x509.SubjectAlternativeName([x509.DNSName("shop.example.com")]),
    x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)]
    ),
)
"""Issued by itself, to CN=Shop  One,O=Example Ltd,C=FR."""


class Connected:
    """
    A connection.

    :param shown: its certificate.
    :param forwarded: the certificates in headers; a ValueError is raised.
    """

    def __init__(
        self,
        secure: bool = True,
        trusted: bool = False,
        shown: x509.Certificate | None = None,
        forwarded: dict[bytes | None, Any] | None = None,
    ) -> None:
        self.secure = secure
        self.trusted = trusted
        self._found: dict[bytes | None, Any] = {None: shown, **(forwarded or {})}

    def certificate(self, header: bytes | None) -> Any:
        """Return the one of a place."""
        found = self._found.get(header)
        if isinstance(found, ValueError):
            raise found
        return found


def key(connection: Connected, headers: Any = None, **options: Any) -> str | None:
    """Return the error key with which a call is refused; None if it passes."""
    made = call(headers=headers)
    made.connection = connection
    ended = interruption(build("ssl-enforcement", **options), made)
    if ended is None:
        return None
    status = 401 if ended.key.endswith("AUTHENTICATION_REQUIRED") else 403
    assert ended.status == status
    return ended.key.removeprefix("SSL_ENFORCEMENT_")


class SslEnforcementTests(SynchronousTestCase):
    def test_tls(self) -> None:
        """TLS is required unless the option is off."""
        self.assertIsNone(key(Connected()))
        self.assertEqual(key(Connected(secure=False)), "SSL_REQUIRED")
        self.assertIsNone(key(Connected(secure=False), requiresSsl=False))
        made = call()
        ended = interruption(build("ssl-enforcement"), made)
        assert ended is not None
        self.assertEqual(
            ended.message, "Access to the resource requires SSL certificate."
        )

    def test_forwarded(self) -> None:
        """A trusted proxy says that the client uses TLS; any other peer does not."""
        for headers, secure in (
            ({"X-Forwarded-Proto": ["https"]}, True),
            ({"X-Forwarded-Proto": ["HTTPS"]}, True),
            ({"X-Forwarded-Proto": ["https, https"]}, True),
            ({"Forwarded": ['for=192.0.2.1;Proto="https"']}, True),
            ({"Forwarded": ["for=192.0.2.1;proto=https, for=10.0.0.1"]}, True),
            ({"X-Forwarded-Proto": ["http"]}, False),
            ({"X-Forwarded-Proto": ["https, http"]}, False),
            ({"X-Forwarded-Proto": ["http"], "Forwarded": ["proto=https"]}, False),
            ({"Forwarded": ["host=proto=https"]}, False),
            ({"Forwarded": ["proto=http, proto=https"]}, False),
            ({}, False),
        ):
            for trusted in (True, False):
                peer = Connected(secure=False, trusted=trusted)
                found = key(peer, headers, useXForwardedProto=True)
                expected = None if secure and trusted else "SSL_REQUIRED"
                self.assertEqual(found, expected, (headers, trusted))
            peer = Connected(secure=False, trusted=True)
            self.assertEqual(key(peer, headers), "SSL_REQUIRED")

    def test_certificate(self) -> None:
        """A client without one is refused, if TLS is used at all."""
        wanted: dict[str, Any] = {"requiresClientAuthentication": True}
        self.assertEqual(key(Connected(), **wanted), "AUTHENTICATION_REQUIRED")
        self.assertIsNone(key(Connected(shown=SHOWN), **wanted))
        plain = Connected(secure=False)
        self.assertIsNone(key(plain, requiresSsl=False, **wanted))

    def test_certificate_in_a_header(self) -> None:
        """The certificate of the connection, a proxy's, does not count then."""
        wanted: dict[str, Any] = {
            "requiresClientAuthentication": True,
            "certificateLocation": "HEADER",
        }
        peer = Connected(shown=SHOWN)
        self.assertEqual(key(peer, **wanted), "AUTHENTICATION_REQUIRED")
        peer = Connected(forwarded={b"ssl-client-cert": SHOWN})
        self.assertIsNone(key(peer, **wanted))
        wanted["certificateHeaderName"] = "X-Cert"
        self.assertEqual(key(peer, **wanted), "AUTHENTICATION_REQUIRED")
        self.assertIsNone(key(Connected(forwarded={b"X-Cert": SHOWN}), **wanted))
        broken = Connected(forwarded={b"X-Cert": ValueError("broken")})
        self.assertEqual(key(broken, **wanted), "AUTHENTICATION_REQUIRED")

    def test_lists(self) -> None:
        """A certificate has to be on each list that is not empty."""
        for option, good, bad, expected in (
            (
                "whitelistClientCertificates",
                ["CN=x", "CN=Shop One,O=Example*,C=??"],
                ["CN=Shop One"],
                "CLIENT_FORBIDDEN",
            ),
            (
                "whitelistIssuers",
                ["C=FR,O=Example Ltd,CN=Shop One"],
                ["C=FR,O=Example Ltd,CN=Shop Two"],
                "ISSUER_MISMATCH",
            ),
            (
                "requiredCertificatePolicies",
                ["1.2.3"],
                ["1.2.3", "1.2.4"],
                "OID_MISMATCH",
            ),
            (
                "whitelistSubjectAlternativeNames",
                ["x", "*.example.com"],
                ["example.com"],
                "SAN_MISMATCH",
            ),
        ):
            wanted: dict[str, Any] = {"requiresClientAuthentication": True}
            peer = Connected(shown=SHOWN)
            self.assertIsNone(key(peer, **wanted, **{option: good}), option)
            self.assertEqual(key(peer, **wanted, **{option: bad}), expected)

    def test_parameters(self) -> None:
        """Response templates have the found and the required values."""
        made = call()
        made.connection = Connected(shown=SHOWN)
        for option, name, value in (
            ("whitelistClientCertificates", "name", "C=FR,O=Example Ltd,CN=Shop  One"),
            ("whitelistIssuers", "issuer", "C=FR,O=Example Ltd,CN=Shop  One"),
        ):
            options: dict[str, Any] = {option: ["CN=x"]}
            step = build(
                "ssl-enforcement", requiresClientAuthentication=True, **options
            )
            ended = interruption(step, made)
            assert ended is not None
            found = str(ended.parameters[name])
            self.assertEqual(sorted(found.split(",")), sorted(value.split(",")))

    def test_refused(self) -> None:
        """Lists that would have no effect, and what could match nothing."""
        for option, value in (
            ("whitelistClientCertificates", "CN=x"),
            ("whitelistIssuers", "CN=x"),
            ("requiredCertificatePolicies", "1.2.3"),
            ("whitelistSubjectAlternativeNames", "x"),
        ):
            self.assertEqual(refused("ssl-enforcement", **{option: [value]}), [option])
            options: dict[str, Any] = {option: []}
            self.assertIsNone(problem("ssl-enforcement", "request", **options))
        for option, value in (
            ("whitelistClientCertificates", "x"),
            ("whitelistIssuers", "ZZ=x"),
            ("requiredCertificatePolicies", "x"),
            ("whitelistSubjectAlternativeNames", ""),
        ):
            options = {option: [value], "requiresClientAuthentication": True}
            self.assertEqual(refused("ssl-enforcement", **options), [f"{option}[0]"])
        self.assertEqual(
            refused("ssl-enforcement", certificateLocation="BODY"),
            ["certificateLocation"],
        )
