"""
Header fields that are put where they belong without being checked again.

What is in a ``Headers`` went through its checks when it was put there, and names that
are written here are spelt as they should be: see ``relay/reactor/raw_headers.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from twisted.web.http_headers import Headers

from relay.reactor.raw_headers import raw_fields, spell


def copied(headers: Headers, left_out: Collection[bytes] = ()) -> Headers:
    """
    Copy headers.

    :param headers: of a message.
    :param left_out: names that are left out, lower case.
    """
    copy = Headers()
    fields = raw_fields(copy)
    for name, values in headers.getAllRawHeaders():
        if name.lower() in left_out:
            continue
        fields[name] = list(values)
    return copy


def put_field(headers: Headers, name: bytes, value: bytes) -> None:
    """
    Set a header to one value.

    :param headers: of a message, changed in place.
    :param name: its name, spelt as ``Headers`` would (``X-Request-Id``).
    :param value: its value, which holds no line end.
    """
    raw_fields(headers)[name] = [value]


def add_field(headers: Headers, name: bytes, value: bytes) -> None:
    """
    Add a value to a header.

    :param headers: of a message, changed in place.
    :param name: its name in any spelling.
    :param value: its value, which holds no line end.
    """
    raw_fields(headers).setdefault(spell(name), []).append(value)


def drop_fields(headers: Headers, names: Iterable[bytes]) -> None:
    """
    Remove headers.

    :param headers: of a message, changed in place.
    :param names: their names in any spelling.
    """
    for name in names:
        raw_fields(headers).pop(spell(name), None)


def folded(name: bytes) -> bytes:
    """
    Normalize a header's name as CGI, WSGI and similar interfaces do, which map
    ``X_User.Id`` and ``X-User-Id`` to the same variable (RFC 3875, 4.1.18).

    :param name: a header's name.
    :return: the name in lower case, with ``-`` for each character that is neither a
        letter nor a digit.
    """
    return name.translate(_FOLDED)


def foldable(headers: Headers) -> list[bytes]:
    """
    List the names, as they are spelt, that others can be folded onto.

    :param headers: of a message.
    """
    raw = raw_fields(headers)
    if not b"".join(raw).translate(None, _UNFOLDED):
        return []
    return [name for name in raw if name.translate(None, _UNFOLDED)]


def remove_folded(headers: Headers, kept: bytes) -> None:
    """
    Remove the headers whose folded name is that of another header.

    :param headers: the headers of a message, changed in place.
    :param kept: the name of the header that is kept, in any case.
    """
    wanted, kept = folded(kept), kept.lower()
    for name in [one for one in raw_fields(headers) if folded(one) == wanted]:
        if name.lower() != kept:
            headers.removeHeader(name)


def settle_folded(headers: Headers, received: Collection[bytes]) -> None:
    """
    Keep one of each headers that some servers cannot tell apart: the one that was added
    since, or else the one that is spelt with letters, digits and ``-``.

    :param headers: of a request, changed in place.
    :param received: what :func:`foldable` gave for it before anything was added.
    """
    names = foldable(headers)
    if not names:
        return
    count = Counter(map(folded, raw_fields(headers)))
    for name in names:
        if count[folded(name)] > 1:
            if name in received:
                headers.removeHeader(name)
            else:
                remove_folded(headers, name)


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNFOLDED = _LETTERS + _LETTERS.lower() + b"0123456789-"
_FOLDED = bytes(
    code if bytes((code,)) in _UNFOLDED else ord("-")
    for code in bytes(range(256)).lower()
)
