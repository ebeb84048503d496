"""Reads the claims of a token, signed or introspected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

MAX_SECONDS = 253_402_300_799
"""The end of the year 9999: no date is later."""


def claim(claims: Mapping[str, Any], path: str) -> Any:
    """
    Return a claim; None if there is none.

    :param path: its name, which may contain dots; otherwise names of nested objects,
        separated by dots.
    """
    if claims.get(path) is not None:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def text(value: Any) -> str | None:
    """
    Read a claim that holds a name, or a list of names, of which the first counts.

    :return: None for anything else, and for an empty name.
    """
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, str) and value else None


def client_id(claims: Mapping[str, Any], path: str | None) -> str | None:
    """
    Find the client that a token was issued to.

    :param path: of the claim; without a path the first of ``azp``, ``aud`` and
        ``client_id`` counts, as in Gravitee.
    """
    if path is not None:
        return text(claim(claims, path))
    for name in ("azp", "aud", "client_id"):
        if found := text(claims.get(name)):
            return found
    return None


def scopes(claims: Mapping[str, Any], separator: str | None = None) -> frozenset[str]:
    """
    List the scopes of a token.

    :param claims: with ``scope`` (RFC 8693, 4.2), ``scp`` or ``scopes``, a text or a
        list.
    :param separator: between the scopes of a text; white space without one.
    """
    for name in ("scope", "scp", "scopes"):
        value = claims.get(name)
        if isinstance(value, str) and value.strip():
            return frozenset(one for one in value.split(separator) if one)
        if isinstance(value, list):
            return frozenset(one for one in value if isinstance(one, str))
    return frozenset()


def suffices(granted: Collection[str], required: Collection[str], strict: bool) -> bool:
    """
    Whether the scopes of a token suffice.

    :param required: none always suffices.
    :param strict: whether all are required, or one of them.
    """
    if not required:
        return True
    check = all if strict else any
    return check(one in granted for one in required)


def seconds(claims: Mapping[str, Any], name: str) -> float | None:
    """
    Read a date (RFC 7519, 2: seconds since the Unix epoch, fractions allowed).

    :return: None without the claim.
    :raises ValueError: when it is no date.
    """
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"its {name} is no date")
    # Also false for NaN and infinity.
    if not 0 <= value <= MAX_SECONDS:
        raise ValueError(f"its {name} is no date")
    return float(value)


def lifetime(
    claims: Mapping[str, Any], now_ms: int, skew_ms: int, required: bool
) -> int | None:
    """
    Check ``nbf`` and ``exp`` (RFC 7519, 4.1.4 and 4.1.5).

    :param now_ms: the time of day, in milliseconds since the Unix epoch.
    :param skew_ms: the tolerated difference of the issuer's clock.
    :param required: whether ``exp`` is required.
    :return: when the token expires, in milliseconds since the Unix epoch, ``skew_ms``
        included; None for never.
    :raises ValueError: when it is not valid now.
    """
    starts, ends = seconds(claims, "nbf"), seconds(claims, "exp")
    if starts is not None and now_ms + skew_ms < starts * 1000:
        raise ValueError("it is not good yet")
    if ends is None:
        if required:
            raise ValueError("it has no exp")
        return None
    until_ms = int(ends * 1000) + skew_ms
    if now_ms >= until_ms:
        raise ValueError("it has expired")
    return until_ms
