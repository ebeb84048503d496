"""Tests of :mod:`relay.model.consumers.jwt_profile`."""

from __future__ import annotations

import base64
import datetime
import json
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import Key, OctKey, RSAKey
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.jwt_profile import ASSERTION_TYPE, JwtProfile
from tests.model.api.messages.test_channel_options import refused

URL = "https://idp.example/token"
NAMES = {"issuer": "relay", "subject": "client", "audience": URL}
SECRET = "a secret of more than thirty-two bytes"
HMAC = {**NAMES, "signatureAlgorithm": "HMAC_HS256", "keyContent": SECRET}
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = RSA_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
PUBLIC = RSAKey.import_key(
    RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
)
STORE_OPTIONS = {"alias": "SIGNER", "storePassword": "s3cr3t"}


def _certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(RSA_KEY.public_key()).serial_number(1)
    builder = builder.not_valid_before(now)
    builder = builder.not_valid_after(now + datetime.timedelta(days=1))
    return builder.sign(RSA_KEY, SHA256())


CERTIFICATE = _certificate()
STORE = base64.b64encode(
    pkcs12.serialize_key_and_certificates(
        b"signer", RSA_KEY, CERTIFICATE, None, BestAvailableEncryption(b"s3cr3t")
    )
).decode()
STORED = {**NAMES, "keySource": "PKCS12", "keyContent": STORE}


class FormTests(SynchronousTestCase):
    """Requests for a token."""

    def token(self, body: dict[str, Any], key: Key, algorithm: str) -> jwt.Token:
        """Return the assertion of a form, verified."""
        profile = JwtProfile.read(body)
        self.assertEqual(profile.endpoint, URL)
        form = profile.form(1000)
        self.assertEqual(form.pop("grant_type"), "client_credentials")
        self.assertEqual(form.pop("client_assertion_type"), ASSERTION_TYPE)
        (assertion,) = form.values()
        return jwt.decode(assertion, key, [algorithm])

    def test_a_secret(self) -> None:
        """The assertion names the client, the endpoint, and when it expires."""
        claims = self.token(HMAC, OctKey.import_key(SECRET), "HS256").claims
        self.assertEqual(len(claims.pop("jti")), 36)
        expected = {"iss": "relay", "sub": "client", "aud": URL}
        self.assertEqual(claims, {**expected, "iat": 1000, "exp": 1030})

    def test_a_secret_in_base64(self) -> None:
        """It is decoded."""
        encoded = base64.b64encode(SECRET.encode()).decode()
        body = {**HMAC, "keyContent": encoded, "secretBase64Encoded": True}
        self.token(body, OctKey.import_key(SECRET), "HS256")

    def test_a_private_key(self) -> None:
        """Its id, the id of the token and further claims are those that are given."""
        for source in ("INLINE", "PEM"):
            body = {
                **NAMES,
                "keySource": source,
                "keyContent": PEM,
                "keyId": "k",
                "jwtId": "j",
                "expirationTime": 2,
                "expirationTimeUnit": "MINUTES",
                "customClaims": [{"name": "tenant", "value": "7"}],
            }
            token = self.token(body, PUBLIC, "RS256")
            self.assertEqual(token.header["kid"], "k")
            claims = token.claims
            self.assertEqual((claims["jti"], claims["tenant"]), ("j", "7"))
            self.assertEqual(claims["exp"], 1120)

    def test_a_key_store(self) -> None:
        """Its certificates are in the header if they are wanted."""
        body = {**STORED, "keystoreOptions": STORE_OPTIONS}
        self.assertNotIn("x5c", self.token(body, PUBLIC, "RS256").header)
        form = JwtProfile.read({**body, "x509CertChain": "X5C"}).form(1000)
        encoded = form["client_assertion"].partition(".")[0]
        padded = encoded + "=" * (-len(encoded) % 4)
        header = json.loads(base64.urlsafe_b64decode(padded))
        certificate = CERTIFICATE.public_bytes(Encoding.DER)
        self.assertEqual(header["x5c"], [base64.b64encode(certificate).decode()])


class RefusalTests(SynchronousTestCase):
    """What cannot sign is refused, and its key is not shown."""

    def test_refused(self) -> None:
        """Each member by its name."""
        options = {"keystoreOptions": STORE_OPTIONS}
        wrong = {"keystoreOptions": {"storePassword": "other"}}
        other = {"keystoreOptions": {**STORE_OPTIONS, "alias": "other"}}
        key_password = {"keystoreOptions": {**STORE_OPTIONS, "keyPassword": "k"}}
        reserved = {"customClaims": [{"name": "exp", "value": "9"}]}
        for body, location, problem in (
            ({**HMAC, "keySource": "JKS"}, "keySource", "INLINE, PEM or PKCS12"),
            ({**HMAC, "keySource": "PEM"}, "keySource", "RSA_RS256 only"),
            ({**HMAC, "keyContent": "short"}, "keyContent", "must be 32 bytes"),
            ({**NAMES, "keyContent": "/etc/key.pem"}, "keyContent", "cannot be named"),
            ({**STORED, **options, "keyContent": "/a.p12"}, "keyContent", "cannot be"),
            ({**STORED, **wrong}, "keyContent", "this password"),
            ({**STORED, **other}, "keyContent", "another alias"),
            ({**STORED, **key_password}, "keystoreOptions.keyPassword", "of the store"),
            ({**HMAC, **options}, "keystoreOptions", "PKCS12 only"),
            ({**HMAC, "x509CertChain": "X5C"}, "x509CertChain", "PKCS12 only"),
            ({**HMAC, **reserved}, "customClaims[0].name", "the gateway sets"),
            (
                {**HMAC, "expirationTime": 2, "expirationTimeUnit": "DAYS"},
                "expirationTime",
                "at most 86400 seconds",
            ),
            ({**HMAC, "audience": "relay"}, "audience", ""),
        ):
            (issue,) = refused(JwtProfile, body)
            self.assertEqual(issue.location, location)
            self.assertIn(problem, issue.message)
            self.assertNotIn("s3cr3t", str(issue))

    def test_repr(self) -> None:
        """Keys and passwords are not shown."""
        shown = repr(JwtProfile.read(HMAC))
        shown += repr(JwtProfile.read({**STORED, "keystoreOptions": STORE_OPTIONS}))
        for secret in (SECRET, STORE, "s3cr3t"):
            self.assertNotIn(secret, shown)
