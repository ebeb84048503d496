"""What must not be shown of a document, and how two documents differ without it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

MASK = "********"

_NAMES = frozenset(
    {
        "apikey",
        "authorization",
        "client_secret",
        "clientsecret",
        "key_content",
        "keycontent",
        "key_hash",
        "key_password",
        "keypassword",
        "password",
        "password_hash",
        "passphrase",
        "previoussecret",
        "private_key",
        "privatekey",
        "resolverparameter",
        "secret",
        "secretkey",
        "signingkey",
        "token",
        "token_hash",
    }
)
"""Members whose values are secrets, in lower case, whatever they are in."""
_KEY_STORES = ("keystore", "key_store", "configuration")
"""What holds private keys, as its ``content``: key stores, and steps that sign."""
_SECRET_WORD = re.compile(r"auth|cookie|credential|key|pass|secret|token", re.I)
"""Found in the names of headers, parameters and properties that hold secrets."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place in which two documents differ, secrets masked."""

    path: str
    """A JSON Pointer (RFC 6901)."""
    op: str
    """``add``, ``remove`` or ``replace`` (RFC 6902, 4)."""
    before: Any = None
    after: Any = None


def masked(value: Any, name: str = "", within: str = "") -> Any:
    """
    Copy a document without its secrets.

    :param value: JSON; what is not there, or empty, is nothing to hide.
    :param name: of the member that it is the value of.
    :param within: the name of the member that this one stands in.
    :returns: the same, with :data:`MASK` in the place of each secret. Of URLs the
        password and the query's values are left out, which may be credentials.
    """
    if _is_secret(name, within) and value not in (None, "", [], {}):
        if isinstance(value, Mapping):
            # Of an object it is shown what there is of it.
            return {key: masked(one, name, within) for key, one in value.items()}
        return MASK
    if isinstance(value, Mapping):
        hides = _names_a_secret(value)
        return {
            key: MASK
            if hides and key == "value" and one
            else masked(one, str(key), name)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(one, name, within) for one in value]
    if isinstance(value, str) and "://" in value:
        return _without_credentials(value)
    return value


def restored(shown: Any, kept: Any) -> Any:
    """
    Undo :func:`masked` where somebody sends back what was shown.

    :param shown: JSON, masks in it.
    :param kept: the same with its secrets, perhaps of another shape.
    :returns: ``shown``, with what ``kept`` has in the place of each mask. Items of
        lists belong together by their ``name``, else by their place.
    """
    return _restored(shown, kept, masked(kept))


def _restored(shown: Any, kept: Any, hidden: Any) -> Any:
    if isinstance(shown, Mapping) and isinstance(kept, Mapping):
        return {
            key: _restored(one, kept.get(key), hidden.get(key))
            for key, one in shown.items()
        }
    if isinstance(shown, list) and isinstance(kept, list):
        named = {_name_of(one, number): number for number, one in enumerate(kept)}
        places = [named.get(_name_of(one, at)) for at, one in enumerate(shown)]
        return [
            one if at is None else _restored(one, kept[at], hidden[at])
            for one, at in zip(shown, places, strict=True)
        ]
    if isinstance(shown, str) and MASK in shown and shown == hidden:
        return kept
    return shown


def _name_of(item: Any, number: int) -> object:
    name = item.get("name") if isinstance(item, Mapping) else None
    return name if isinstance(name, str) else number


def changes(before: Any, after: Any) -> list[Change]:
    """
    Say how two documents differ.

    Compared is what is there, shown is what may be seen: a secret that was replaced is
    a change whose sides are both masked.

    :param before: JSON.
    :param after: JSON.
    """
    return list(_differences(before, after, _Place()))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a document."""

    path: str = ""
    name: str = ""
    within: str = ""
    hidden: bool = False

    def below(self, key: str, hidden: bool) -> _Place:
        """Give the place of a member."""
        escaped = key.replace("~", "~0").replace("/", "~1")
        hidden = self.hidden or hidden or _is_secret(key, self.name)
        return _Place(f"{self.path}/{escaped}", key, self.name, hidden)

    def at(self, number: int) -> _Place:
        """Give the place of an item."""
        return replace(self, path=f"{self.path}/{number}")

    def shown(self, value: Any) -> Any:
        """Give what may be seen of what stands here."""
        if self.hidden:
            return MASK if value not in (None, "") else value
        return masked(value, self.name, self.within)


def _differences(before: Any, after: Any, place: _Place) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        hides = _names_a_secret(before) or _names_a_secret(after)
        for key in dict.fromkeys((*before, *after)):
            member = place.below(str(key), hides and key == "value")
            if key not in after:
                yield Change(member.path, "remove", member.shown(before[key]))
            elif key not in before:
                yield Change(member.path, "add", None, member.shown(after[key]))
            else:
                yield from _differences(before[key], after[key], member)
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
    ):
        # Of lists with as many items it is told which of them differ.
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, place.at(number))
    else:
        yield Change(place.path, "replace", place.shown(before), place.shown(after))


def _is_secret(name: str, within: str) -> bool:
    lower = name.lower()
    return lower in _NAMES or (lower == "content" and within.lower() in _KEY_STORES)


def _names_a_secret(item: Mapping[Any, Any]) -> bool:
    """Whether an item is ``{"name": …, "value": …}`` of something secret."""
    name = item.get("name", item.get("key"))
    return "value" in item and isinstance(name, str) and bool(_SECRET_WORD.search(name))


def _without_credentials(text: str) -> str:
    try:
        parts = urlsplit(text)
    except ValueError:
        return MASK
    user, at, host = parts.netloc.rpartition("@")
    netloc = f"{MASK}@{host}" if at and user else parts.netloc
    query = "&".join(
        f"{name}={MASK}" if equals else name
        for name, equals, _ in (one.partition("=") for one in parts.query.split("&"))
    )
    return parts._replace(netloc=netloc, query=query).geturl()
