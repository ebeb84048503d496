"""The parameters of a raw query: names and values of a form (WHATWG URL, 5.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import unquote_plus


def parameters(query: bytes | None) -> Iterator[tuple[str, str]]:
    """
    Decode the parameters of a query, in order; those without a name are left out.

    :param query: the raw query, None without ``?``.
    """
    for pair in query.split(b"&") if query else ():
        name, _, value = pair.decode("latin-1").partition("=")
        if name:
            yield unquote_plus(name), unquote_plus(value)


def parameter_name(pair: bytes) -> str:
    """
    Decode the name of a parameter.

    :param pair: ``name=value``, raw.
    """
    return unquote_plus(pair.partition(b"=")[0].decode("latin-1"))


def without_parameters(query: bytes | None, names: Collection[str]) -> bytes | None:
    """
    Remove parameters from a query; the rest stays as it is, byte for byte.

    :param query: the raw query, None without ``?``.
    :param names: of the parameters, decoded.
    :return: None when nothing is left.
    """
    if query is None:
        return None
    pairs = query.split(b"&")
    kept = [pair for pair in pairs if parameter_name(pair) not in names]
    if len(kept) == len(pairs):
        return query
    return b"&".join(kept) or None
