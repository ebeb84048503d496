"""An issuer of tokens, which can also forge tokens in all known ways."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Mapping
from typing import Any

from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

NOW_S = 1_800_000_000
"""The time of day in tests, in seconds since the Unix epoch."""
SECRET = "a secret that is sixty-four bytes long, for all of the HMAC kinds"

KINDS: Mapping[str, tuple[str, Any]] = {
    **{f"RSA_RS{bits}": (f"RS{bits}", 2048) for bits in (256, 384, 512)},
    **{f"RSA_PS{bits}": (f"PS{bits}", 2048) for bits in (256, 384, 512)},
    "ECDSA_ES256": ("ES256", "P-256"),
    "ECDSA_ES384": ("ES384", "P-384"),
    "ECDSA_ES512": ("ES512", "P-521"),
    "EDDSA": ("Ed25519", "Ed25519"),
    **{f"HMAC_HS{bits}": (f"HS{bits}", None) for bits in (256, 384, 512)},
}
"""For each signature an ``alg``, and what its key is made of."""


def encode(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def make_key(signature: str, number: int = 0) -> Key:
    """
    Make a key; RSA keys cost time, so that each is made once for all tests.

    :param signature: the name of the plan's signature.
    :param number: tells keys of one kind apart.
    """
    return _made(signature, number)


@functools.cache
def _made(signature: str, number: int) -> Key:
    size = KINDS[signature][1]
    if signature.startswith("HMAC"):
        return OctKey.import_key((SECRET + "!" * number).encode())
    if signature.startswith("RSA"):
        return _rsa(size, number)
    if signature == "EDDSA":
        return OKPKey.generate_key(size)
    return ECKey.generate_key(size)


@functools.cache
def _rsa(bits: int, number: int) -> RSAKey:
    return RSAKey.generate_key(bits)


def public_pem(key: Key) -> str:
    """Return the public half, or the secret."""
    if isinstance(key, OctKey):
        return key.raw_value.decode()
    return key.as_pem(private=False).decode()


def public_jwk(key: Key, **members: Any) -> dict[str, Any]:
    """Return the public half as a member of a key set."""
    return {**key.as_dict(private=False), **members}


def sign(
    key: Key,
    header: Mapping[str, Any],
    claims: Any,
    *,
    algorithm: str | None = None,
    raw_header: str | None = None,
    raw_claims: str | None = None,
) -> str:
    """
    Sign a token.

    :param key: with its private half.
    :param header: any members.
    :param claims: any JSON.
    :param algorithm: what is really used, when it is not what the header says.
    :param raw_header: the header as text, when it is no proper JSON.
    :param raw_claims: the same of the claims.
    """
    first = encode((raw_header or json.dumps(dict(header))).encode())
    second = encode((raw_claims or json.dumps(claims)).encode())
    signed = f"{first}.{second}".encode()
    name = algorithm or header["alg"]
    signature = JWSRegistry.algorithms[name].sign(signed, key)
    return f"{first}.{second}.{encode(signature)}"


def good_claims(**members: Any) -> dict[str, Any]:
    """Return the claims of a token that is valid for an hour; None omits a claim."""
    claims = {
        "iss": "https://idp.example/",
        "sub": "alice",
        "aud": "relay",
        "azp": "client-1",
        "iat": NOW_S,
        "exp": NOW_S + 3600,
        "scope": "read write",
        **members,
    }
    return {name: value for name, value in claims.items() if value is not None}


def token(
    signature: str = "RSA_RS256",
    header: Mapping[str, Any] | None = None,
    number: int = 0,
    **members: Any,
) -> str:
    """
    Sign a good token.

    :param signature: the name of the plan's signature.
    :param header: more members of its header.
    :param number: of the key.
    :param members: other claims than :func:`good_claims` has.
    """
    whole = {"alg": KINDS[signature][0], "typ": "JWT", **(header or {})}
    return sign(make_key(signature, number), whole, good_claims(**members))
