"""The signatures of JSON Web Tokens, and the keys that verify or make them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
    load_ssh_public_key,
)
from cryptography.x509 import load_pem_x509_certificate
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

SIGNATURES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{f"RSA_RS{bits}": frozenset({f"RS{bits}"}) for bits in (256, 384, 512)},
        **{f"HMAC_HS{bits}": frozenset({f"HS{bits}"}) for bits in (256, 384, 512)},
        **{f"RSA_PS{bits}": frozenset({f"PS{bits}"}) for bits in (256, 384, 512)},
        **{f"ECDSA_ES{bits}": frozenset({f"ES{bits}"}) for bits in (256, 384, 512)},
        # RFC 8037's name for all curves, and those of RFC 9864.
        "EDDSA": frozenset({"EdDSA", "Ed25519", "Ed448"}),
    }
)
"""What a token's ``alg`` may be, by the name of the signature in a plan."""

MIN_RSA_BITS = 2048
"""RFC 7518, 3.3."""
MAX_RSA_BITS = 8192
"""The bound of the work of one verification: issuers may publish keys of any size."""

_CURVES = {256: "P-256", 384: "P-384", 512: "P-521"}
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def read_key(signature: str, text: str) -> Key:
    """
    Read the verification key of a plan.

    :param signature: one of :data:`SIGNATURES`.
    :param text: a secret, or a public key or certificate as PEM, or ``ssh-rsa ...``.
    :raises ValueError: when it does not fit the signature; the text is not shown.
    """
    bits = int(signature[-3:]) if signature[-3:].isdigit() else 0
    if signature.startswith("HMAC"):
        return _secret(text, bits)
    key = _public_key(text.strip())
    if problem := unfit(signature, key):
        raise ValueError(problem)
    return key


def read_signing_key(signature: str, content: bytes, is_base64: bool) -> Key:
    """
    Read the key with which tokens are signed.

    :param signature: ``RSA_RS256``, or one of the HMAC signatures.
    :param content: a private key as PEM, or a secret.
    :param is_base64: whether a secret is in base64.
    :raises ValueError: when it does not fit the signature; the key is not shown.
    """
    if signature.startswith("RSA"):
        try:
            key = RSAKey.import_key(content)
        except (JoseError, ValueError, TypeError):
            raise ValueError("must be an RSA private key as PEM") from None
        if not key.is_private:
            raise ValueError("must be a private key")
        if not MIN_RSA_BITS <= key.public_key.key_size <= MAX_RSA_BITS:
            raise ValueError(f"must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
        return key
    if is_base64:
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise ValueError("is no base64") from None
    bits = int(signature[-3:])
    if len(content) * 8 < bits:
        raise ValueError(f"must be {bits // 8} bytes or more (RFC 7518, 3.2)")
    return OctKey.import_key(content)


def unfit(signature: str, key: Key) -> str | None:
    """
    Check whether a key can verify a signature.

    :param signature: one of :data:`SIGNATURES`.
    :return: why it cannot; None when it can.
    """
    kind = signature.partition("_")[0]
    if kind == "RSA":
        if not isinstance(key, RSAKey):
            return "must be an RSA key"
        if not MIN_RSA_BITS <= key.public_key.key_size <= MAX_RSA_BITS:
            return f"must be an RSA key of {MIN_RSA_BITS} to {MAX_RSA_BITS} bits"
    elif kind == "ECDSA":
        curve = _CURVES[int(signature[-3:])]
        if not (isinstance(key, ECKey) and key.curve_name == curve):
            return f"must be an EC key on the curve {curve}"
    elif kind == "EDDSA":
        if not (isinstance(key, OKPKey) and key.curve_name in ("Ed25519", "Ed448")):
            return "must be an Ed25519 or Ed448 key"
    elif not isinstance(key, OctKey):
        return "must be a secret"
    return None


def _secret(text: str, bits: int) -> OctKey:
    """Read a secret; valid base64 is decoded, as in Gravitee."""
    secret = text.encode("utf-8")
    bare = text.rstrip("=")
    if _BASE64.fullmatch(text) and len(bare) % 4 != 1:
        # Padding may be missing, but not wrong.
        padded = bare + "=" * (-len(bare) % 4)
        if text in (bare, padded):
            secret = base64.b64decode(padded)
    if len(secret) * 8 < bits:
        raise ValueError(
            f"must be a secret of {bits // 8} bytes or more (RFC 7518, 3.2); what can"
            " be read as base64 is"
        )
    if b"-----BEGIN" in secret or secret.startswith(b"ssh-"):
        # A public key is not secret: everybody could sign with it.
        raise ValueError("must be a secret, not a public key or a certificate")
    return OctKey.import_key(secret)


def _public_key(text: str) -> Key:
    encoded = text.encode("utf-8")
    loaded: Any
    try:
        if text.startswith("ssh-"):
            loaded = load_ssh_public_key(encoded)
        elif "-----BEGIN CERTIFICATE-----" in text:
            loaded = load_pem_x509_certificate(encoded).public_key()
        else:
            loaded = load_pem_public_key(encoded)
        pem = loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError(
            "must be a public key or a certificate as PEM, or begin with ssh-rsa"
        ) from None
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            return kind.import_key(pem)
        except (JoseError, ValueError, TypeError):
            continue
    raise ValueError("must be an RSA, EC, Ed25519 or Ed448 key")
