"""Tests of :mod:`relay.policies.security.generate_jwt`."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.security.generate_jwt import ATTRIBUTE, GenerateJwt
from tests.policies.steps import build, call, context

SECRET = "a secret that has thirty-two bytes or more"


@cache
def rsa_key() -> RSAKey:
    """Make a key, once."""
    return RSAKey.generate_key(2048)


def write_store(path: str, alias: str, password: str) -> str:
    """
    Write a PKCS12 store with the key and a certificate of it.

    :return: the certificate, as headers of tokens have it.
    """
    key = serialization.load_pem_private_key(rsa_key().as_pem(private=True), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "signer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encryption = serialization.BestAvailableEncryption(password.encode())
    with open(path, "wb") as file:
        file.write(
            pkcs12.serialize_key_and_certificates(
                alias.encode(), key, certificate, None, encryption
            )
        )
    der = certificate.public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode()


class GenerateJwtTests(SynchronousTestCase):
    """The tokens that are signed."""

    def token(self, **options: Any) -> str:
        """Run a step, and return the token."""
        made = call(query=b"me=ann")
        build(
            "policy-generate-jwt", context(wall_ms=1_700_000_000_999), **options
        ).on_request(made)
        token = made.attributes[ATTRIBUTE]
        assert isinstance(token, str)
        return token

    def test_hmac(self) -> None:
        """A token with all claims; values keep their types, and null is omitted."""
        token = self.token(
            signature="HMAC_HS256",
            content=SECRET,
            kid="k1",
            id="{#request.id}",
            subject="{#request.params['me'][0]}",
            audiences=["a", "{#request.method}"],
            expiresIn=2,
            expiresInUnit="MINUTES",
            customClaims=[
                {"name": "n", "value": "{1 + 1}"},
                {"name": "m", "value": "{#context.attributes['absent'] == null}"},
                {"name": "none", "value": "{#context.attributes['absent']}"},
                {"name": "empty", "value": ""},
            ],
        )
        read = jwt.decode(token, OctKey.import_key(SECRET), ["HS256"])
        self.assertEqual(read.header, {"alg": "HS256", "typ": "JWT", "kid": "k1"})
        self.assertEqual(
            read.claims,
            {
                "jti": "id-1",
                "iat": 1_700_000_000,
                "exp": 1_700_000_120,
                "iss": "urn://gravitee-api-gw",
                "sub": "ann",
                "aud": ["a", "GET"],
                "n": "{1 + 1}",
                "m": True,
                "empty": "",
            },
        )

    def test_one_audience(self) -> None:
        """One audience is a text; the certificate chain may be disabled."""
        token = self.token(
            signature="HMAC_HS256",
            content=SECRET,
            audiences=["{#request.method}"],
            x509CertificateChain="NONE",
        )
        read = jwt.decode(token, OctKey.import_key(SECRET), ["HS256"])
        self.assertEqual(read.claims["aud"], "GET")

    def test_base64(self) -> None:
        """A secret may come encoded."""
        encoded = base64.b64encode(SECRET.encode()).decode()
        token = self.token(
            signature="HMAC_HS256", content=encoded, secretBase64Encoded=True
        )
        read = jwt.decode(token, OctKey.import_key(SECRET), ["HS256"])
        self.assertEqual(len(read.claims["jti"]), 36)

    def test_rsa(self) -> None:
        """The key is in the configuration or in a file."""
        pem = rsa_key().as_pem(private=True)
        path = self.mktemp()
        with open(path, "wb") as file:
            file.write(pem)
        for options in (
            {"content": pem.decode()},
            {"content": path, "keyResolver": "PEM"},
        ):
            read = jwt.decode(self.token(**options), rsa_key(), ["RS256"])
            self.assertEqual(read.header["alg"], "RS256")

    def test_key_store(self) -> None:
        """The key of a PKCS12 store, with its certificate in the header if that is
        asked for."""
        path = self.mktemp()
        certificate = write_store(path, "Mine", SECRET)
        store = {
            "keyResolver": "PKCS12",
            "content": path,
            "alias": "mine",
            "storepass": SECRET,
        }
        read = jwt.decode(self.token(**store), rsa_key(), ["RS256"])
        self.assertNotIn("x5c", read.header)
        token = self.token(**store, keypass=SECRET, x509CertificateChain="X5C")
        header = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
        self.assertEqual(header["x5c"], [certificate])
        for wrong in ({"alias": "other"}, {"storepass": "wrong"}, {"content": "/no"}):
            error = self.assertRaises(
                (ValueError, OSError), self.token, **{**store, **wrong}
            )
            self.assertNotIn(SECRET, str(error))

    def test_refused(self) -> None:
        """Unsuitable keys are refused, and not shown."""
        public = rsa_key().as_pem(private=False).decode()
        for options in (
            {"content": "no key"},
            {"content": public},
            {"content": "short", "signature": "HMAC_HS256"},
            {"content": SECRET, "signature": "HMAC_HS512"},
            {"content": "???", "signature": "HMAC_HS256", "secretBase64Encoded": True},
            {"content": "/x", "keyResolver": "JKS"},
            {
                "content": SECRET,
                "signature": "HMAC_HS256",
                "x509CertificateChain": "X5C",
            },
            {"content": "/x", "keyResolver": "PEM", "signature": "HMAC_HS256"},
            {"content": "/x", "keyResolver": "PEM", "x509CertificateChain": "X5C"},
            {"content": "/x", "keyResolver": "PEM", "alias": "a"},
            {"content": "/x", "keyResolver": "PKCS12", "storepass": SECRET},
            {"content": "/x", "keyResolver": "PKCS12", "alias": "a"},
            {
                "content": "/x",
                "keyResolver": "PKCS12",
                "alias": "a",
                "storepass": SECRET,
                "keypass": "other",
            },
        ):
            error = self.assertRaises(ValidationError, GenerateJwt.read, options)
            self.assertNotIn(SECRET, str(error))
