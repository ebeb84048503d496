"""
Signed JSON Web Tokens (RFC 7515, 7519): parsed and verified.

The header of a token never decides how it is verified: algorithm and keys are those of
the plan, never those of ``jwk``, ``jku`` or ``x5u``. The work is bounded by the length
of a token and the number of keys that are tried.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from joserfc.errors import JoseError
from joserfc.jwk import Key, OKPKey
from joserfc.jws import JWSRegistry

MAX_LENGTH = 16_384
"""Of a whole token, in characters; request heads are not much longer."""
MAX_TRIED = 8
"""How many keys are tried for a token that does not name its key."""

_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class TokenError(Exception):
    """A token is refused; the message contains no part of the token."""


@dataclass(frozen=True, slots=True)
class Token:
    """A parsed token; nothing in it is verified."""

    header: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def algorithm(self) -> str:
        """``alg`` of the header; empty for none."""
        value = self.header.get("alg")
        return value if isinstance(value, str) else ""

    @property
    def key_id(self) -> str | None:
        """``kid`` of the header."""
        value = self.header.get("kid")
        return value if isinstance(value, str) else None


def parse(text: str) -> Token:
    """
    Parse a token.

    :param text: in the compact form (RFC 7515, 7.1).
    :raises TokenError: when it is malformed.
    """
    if len(text) > MAX_LENGTH:
        raise TokenError("the token is too long")
    matched = _FORM.fullmatch(text)
    if matched is None:
        raise TokenError("it is no signed token in the compact form")
    header, claims, signature = (_decode(part) for part in matched.groups())
    token = Token(
        _object(header), _object(claims), text.rpartition(".")[0].encode(), signature
    )
    if "crit" in token.header or "b64" in token.header:
        # RFC 7515, 4.1.11: what must be understood, and is not, makes it invalid.
        raise TokenError("it has critical headers")
    if "kid" in token.header and token.key_id is None:
        raise TokenError("its kid is no text")
    return token


def verify(token: Token, algorithms: Iterable[str], keys: Iterable[Key]) -> None:
    """
    Verify the signature.

    :param algorithms: the allowed values of ``alg``.
    :param keys: the candidates, most likely first; at most :data:`MAX_TRIED` are tried.
    :raises TokenError: unless one of them has signed the token.
    """
    if token.algorithm not in algorithms:
        raise TokenError("its alg is not the one that is expected")
    for key in list(keys)[:MAX_TRIED]:
        if _has_signed(key, token):
            return
    raise TokenError("its signature is not valid")


def _has_signed(key: Key, token: Token) -> bool:
    name = token.algorithm
    if name == "EdDSA" and isinstance(key, OKPKey):
        name = key.curve_name
    try:
        algorithm = JWSRegistry.algorithms[name]
        algorithm.check_key(key)
        return algorithm.verify(token.signed, token.signature, key)
    except (JoseError, LookupError, TypeError, ValueError):
        return False


def _decode(part: str) -> bytes:
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise TokenError("it is not base64url") from None
    if base64.urlsafe_b64encode(decoded).rstrip(b"=") != part.encode():
        # Unused bits are set: one token would have several spellings.
        raise TokenError("it is not base64url in its one form")
    return decoded


def _object(encoded: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(
            encoded, object_pairs_hook=_distinct, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        raise TokenError("it holds no JSON") from None
    if not isinstance(value, dict):
        raise TokenError("it holds no JSON object")
    return value


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """
    Refuse duplicate names (RFC 7515, 4; RFC 7519, 4): parsers disagree about them.
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name comes twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
