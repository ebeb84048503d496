"""Tests of :mod:`relay.model.api.endpoints.ssl_options`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.ssl_options import KeyStore, SslOptions, TrustStore
from relay.model.schema.reading import issues

PEM = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"


def problems(kind: type[TrustStore] | type[KeyStore], **body: Any) -> dict[str, str]:
    """Messages by location for a store."""
    try:
        kind.read(body)
    except ValidationError as error:
        return {issue.location: issue.message for issue in issues(error)}
    return {}


class BothStoresTests(SynchronousTestCase):
    """The rules that trust stores and key stores share."""

    def test_none(self) -> None:
        """No store may be spelled in any way; then nothing may be in it."""
        for kind in (TrustStore, KeyStore):
            for name in ("", "NONE", "none", None):
                self.assertEqual(kind.read({"type": name}), kind())
            self.assertEqual(
                problems(kind, path="/a", password=""),
                {"path": "does not belong to a store without a type"},
            )

    def test_jks(self) -> None:
        """JKS is refused with how to convert it."""
        for kind in (TrustStore, KeyStore):
            (message,) = problems(kind, type="jks", path="/a", password="x").values()
            self.assertIn("convert the store to PKCS12", message)

    def test_unknown_type(self) -> None:
        """The error for an unknown type lists the types."""
        self.assertEqual(
            problems(TrustStore, type="BKS"),
            {"type": "must be one of NONE, PKCS12 or PEM"},
        )

    def test_pkcs12(self) -> None:
        """A PKCS12 store comes from one place and has a password, empty or not."""
        for kind in (TrustStore, KeyStore):
            self.assertEqual(problems(kind, type="pkcs12", path="/a", password=""), {})
            self.assertEqual(
                problems(kind, type="PKCS12", content="TU\nlJ", password="x"), {}
            )
            self.assertEqual(
                problems(kind, type="PKCS12"),
                {
                    "": "path or content is required",
                    "password": "is required for PKCS12 (it may be empty)",
                },
            )
            self.assertEqual(
                problems(kind, type="PKCS12", path="/a", content="MA==", password="x"),
                {"content": "give either path or content, not both"},
            )
            self.assertEqual(
                problems(kind, type="PKCS12", content="*", password="x"),
                {"content": "must be base64"},
            )

    def test_secret_reference(self) -> None:
        """A reference to a secret is not taken for the secret."""
        for name in ("password", "content", "path"):
            found = problems(TrustStore, type="PKCS12", **{name: "{#secrets.get('x')}"})
            self.assertIn("not supported", found[name])


class TrustStoreTests(SynchronousTestCase):
    """Trust stores."""

    def test_pem(self) -> None:
        """PEM comes by path or content, without a password."""
        self.assertEqual(problems(TrustStore, type="PEM", path="/ca", content=""), {})
        self.assertEqual(problems(TrustStore, type="PEM", content=PEM), {})
        self.assertEqual(
            problems(TrustStore, type="PEM", path="/ca", content=PEM),
            {"content": "give either path or content, not both"},
        )
        self.assertEqual(
            problems(TrustStore, type="PEM", content="x", password="y"),
            {
                "password": "does not belong to a PEM trust store",
                "content": "must be PEM text (-----BEGIN ...)",
            },
        )
        self.assertEqual(
            problems(TrustStore, type="PEM"), {"": "path or content is required"}
        )


class KeyStoreTests(SynchronousTestCase):
    """Key stores."""

    def test_pem(self) -> None:
        """A certificate and its key come both by path or both by content."""
        self.assertEqual(
            problems(KeyStore, type="PEM", certPath="/c", keyPath="/k"), {}
        )
        self.assertEqual(
            problems(
                KeyStore, type="PEM", certContent=PEM, keyContent=PEM, keyPassword="x"
            ),
            {},
        )
        self.assertEqual(
            problems(KeyStore, type="PEM", certPath="/c", keyContent=PEM),
            {"": "give certPath with keyPath, or certContent with keyContent"},
        )
        self.assertEqual(
            problems(KeyStore, type="PEM", certPath="/c"),
            {"": "keyPath or keyContent is required"},
        )
        self.assertEqual(
            problems(KeyStore, type="PEM", certPath="/c", keyPath="/k", alias="a"),
            {"alias": "does not belong to a PEM key store"},
        )

    def test_pkcs12(self) -> None:
        """An alias may be named; the key has the password of the store."""
        body: dict[str, Any] = {"type": "PKCS12", "path": "/a", "password": "x"}
        self.assertEqual(problems(KeyStore, **body, alias="a", keyPassword="x"), {})
        self.assertEqual(
            list(problems(KeyStore, **body, keyPassword="y")), ["keyPassword"]
        )
        self.assertEqual(
            problems(KeyStore, **body, certPath="/c"),
            {"certPath": "does not belong to a PKCS12 key store"},
        )


class SslOptionsTests(SynchronousTestCase):
    """The whole."""

    def test_repr(self) -> None:
        """No password or key is printed; the JSON gives them back."""
        ssl = SslOptions.read(
            {
                "trustStore": {"type": "PKCS12", "path": "/a", "password": "s3cr3t"},
                "keyStore": {
                    "type": "PEM",
                    "certContent": PEM,
                    "keyContent": "-----BEGIN s3cr3t",
                    "keyPassword": "s3cr3t",
                },
            }
        )
        self.assertNotIn("s3cr3t", repr(ssl))
        self.assertEqual(ssl.to_json()["keyStore"]["keyPassword"], "s3cr3t")
        self.assertEqual(SslOptions.read(ssl.to_json()), ssl)
