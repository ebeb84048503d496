"""Keys that a plan gives are read, or refused with the reason."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OctKey, RSAKey
from twisted.trial.unittest import SynchronousTestCase

from relay.model.plans.signatures import SIGNATURES, read_key, unfit
from tests.pki import Authority
from tests.plans.issuer import KINDS, SECRET, make_key, public_pem


class ReadKeyTests(SynchronousTestCase):
    def refused(self, signature: str, text: str) -> str:
        """Read what must be refused; the reason does not show it."""
        with self.assertRaises(ValueError) as caught:
            read_key(signature, text)
        why = str(caught.exception)
        if len(text) > 8:
            self.assertNotIn(text[:20], why)
        return why

    def test_every_signature(self) -> None:
        """The issuer of the tests knows them all, and each takes its own kind."""
        self.assertEqual(set(KINDS), set(SIGNATURES))
        for signature in SIGNATURES:
            key = read_key(signature, public_pem(make_key(signature)))
            self.assertFalse(key.is_private and not isinstance(key, OctKey))
            for other in SIGNATURES:
                fits = other.split("_")[0] == signature.split("_")[0] and not (
                    signature.startswith("ECDSA") and other != signature
                )
                self.assertEqual(unfit(other, key) is None, fits, (signature, other))

    def test_forms(self) -> None:
        """PEM, the line of OpenSSH and a certificate all hold a public key."""
        key = make_key("RSA_RS256")
        assert isinstance(key, RSAKey)
        line = key.public_key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
        for text in (f"\n{public_pem(key)}\n", line.decode(), f"{line.decode()} a@b"):
            self.assertEqual(read_key("RSA_RS256", text).thumbprint(), key.thumbprint())
        certificate = Authority().server().certificate_pem
        self.assertIsInstance(read_key("ECDSA_ES256", certificate), ECKey)

    def test_what_is_no_key(self) -> None:
        """Invalid and private keys are refused."""
        private = make_key("RSA_RS256").as_pem(private=True).decode()  # type: ignore[union-attr]
        for text in ("", "x", "ssh-rsa AAAA", "ssh-dss AAAA", private):
            self.assertIn("public key", self.refused("RSA_RS256", text))
        broken = public_pem(make_key("RSA_RS256")).replace("A", "!", 3)
        self.assertIn("public key", self.refused("RSA_RS256", broken))

    def test_weak_keys(self) -> None:
        """Keys shorter than RFC 7518 demands are refused."""
        weak = RSAKey.generate_key(1024).as_pem(private=False).decode()
        self.assertIn("2048", self.refused("RSA_RS256", weak))
        self.assertIn("32 bytes", self.refused("HMAC_HS256", "too short"))
        self.assertIn("64 bytes", self.refused("HMAC_HS512", "!" * 63))

    def test_secrets(self) -> None:
        """
        A secret in base64 is decoded, as in the reference; other texts are used as they
        are.
        """
        raw = bytes(range(64))
        padded = base64.b64encode(raw).decode()
        for text in (padded, padded.rstrip("=")):
            self.assertEqual(read_key("HMAC_HS512", text).raw_value, raw)
        for text in (SECRET, padded + "=", padded[:-3], "-_" * 40):
            expected = text.encode()
            self.assertEqual(read_key("HMAC_HS512", text).raw_value, expected, text)

    def test_public_keys_are_no_secrets(self) -> None:
        """A public key as an HMAC secret is refused."""
        public = public_pem(make_key("RSA_RS256"))
        self.assertIn("not a public key", self.refused("HMAC_HS256", public))
        encoded = base64.b64encode(public.encode()).decode()
        self.assertIn("not a public key", self.refused("HMAC_HS256", encoded))
