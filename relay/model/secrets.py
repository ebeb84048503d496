"""What must not be shown of a document, and how two documents differ without it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from relay.model.schema.sensitive import is_locating, is_sensitive, members, models_in

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
"""Members whose values are secrets, in lower case, where no type tells."""
_KEY_STORES = ("keystore", "key_store")
"""What holds private keys, as its ``content``, where no type tells."""
CONFIGURED = frozenset(
    {
        "configuration",
        "entrypointConfiguration",
        "sharedConfiguration",
        "sharedConfigurationOverride",
    }
)
"""Members whose type depends on what they configure."""
_SECRET_WORD = re.compile(r"auth|cookie|credential|key|pass|secret|token", re.I)
"""Found in the names of headers, parameters and properties that hold secrets."""


_QUERY = re.compile(r"\A(?:\{#[^}]*\}|[^?])*+\?")
"""All that stands before the query of a URL that has expressions in it."""
_PAIR = re.compile(r"(?:\{#[^}]*\}|[^&])+")
_USER = re.compile(r"(\A|//)[^/?]+@")
_ENCRYPTED = ("encrypted", "encryptable")


@dataclass(frozen=True, slots=True)
class Change:
    """One place in which two documents differ, secrets masked."""

    path: str
    """A JSON Pointer (RFC 6901)."""
    op: str
    """``add``, ``remove`` or ``replace`` (RFC 6902, 4)."""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a document; lists do not count."""

    name: str = ""
    """The member."""
    hidden: bool = False
    """Whether all that stands here is secret."""
    models: tuple[type[BaseModel], ...] = ()
    """The types of what stands here; none where no type tells."""
    locating: bool = False
    """Whether all that stands here are URLs or parts of them."""


_TOP = _Place()
Lookup = Callable[[str, Mapping[str, Any], str], type[BaseModel] | None]
"""Finds the type of a configuration: by the name of the member, which is one of
:data:`CONFIGURED`, the object that it is a member of, and the name of the member that
this object stands in. None when nobody knows."""


def no_types(key: str, holder: Mapping[str, Any], within: str) -> None:
    """Know no type: everything in a configuration counts as secret."""
    return


class Masking:
    """
    Hides what must not be shown of documents.

    In a configuration the types of the fields decide what is secret
    (:data:`relay.model.schema.sensitive.SENSITIVE`). In a configuration of an unknown
    type every value is secret. Elsewhere the names of the fields decide.

    :param lookup: finds the types of configurations.
    """

    def __init__(self, lookup: Lookup = no_types) -> None:
        self._lookup = lookup

    def masked(self, value: Any) -> Any:
        """
        Copy a document without its secrets.

        :param value: JSON; what is not there, or empty, is nothing to hide.
        :returns: the same, with :data:`MASK` in the place of each secret. Of URLs the
            password and the query's values are left out, which may be credentials.
        """
        return self._masked(value, _TOP)

    def restored(self, shown: Any, kept: Any) -> Any:
        """
        Undo :meth:`masked` where somebody sends back what was shown.

        :param shown: JSON, masks in it.
        :param kept: the same with its secrets, perhaps of another shape.
        :returns: ``shown``, with what ``kept`` has in the place of each mask. Items of
            lists belong together by their ``name``, else by their place.
        """
        return _restored(shown, kept, self.masked(kept))

    def changes(self, before: Any, after: Any) -> list[Change]:
        """
        List how two documents differ.

        Compared is what is there, shown is what may be seen: a secret that was replaced
        is a change whose sides are both masked.
        """
        return list(self._differences(before, after, "", _TOP))

    def _masked(self, value: Any, place: _Place) -> Any:
        if isinstance(value, Mapping):
            # Of an object that is hidden it is shown what there is of it.
            return {
                key: self._masked(one, self._below(place, str(key), value))
                for key, one in value.items()
            }
        if place.hidden:
            return value if value in (None, "", [], ()) else MASK
        if isinstance(value, list | tuple):
            return [self._masked(one, place) for one in value]
        if isinstance(value, str) and (place.locating or "://" in value):
            return _without_credentials(value)
        return value

    def _below(self, place: _Place, key: str, *holders: Mapping[str, Any]) -> _Place:
        """Find the place of a member of an object, or of two that are compared."""
        if place.hidden:
            return _Place(key, True)
        if place.models:
            fields = [
                field
                for model in place.models
                if (field := members(model).get(key)) is not None
            ]
            # What no type knows may be anything, such as a secret that is misspelled.
            hidden = not fields or any(is_sensitive(field) for field in fields)
            types = (one for field in fields for one in models_in(field.annotation))
            return _Place(key, hidden, tuple(types), any(map(is_locating, fields)))
        if _is_secret(key, place.name) or (
            key == "value" and any(_names_a_secret(one) for one in holders)
        ):
            return _Place(key, True)
        if key in CONFIGURED:
            found = [
                self._lookup(key, one, place.name) for one in holders if key in one
            ]
            known = tuple(model for model in found if model is not None)
            return _Place(key, len(known) < len(found), known)
        return _Place(key)

    def _differences(
        self, before: Any, after: Any, path: str, place: _Place
    ) -> Iterator[Change]:
        if before == after:
            return
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for key in dict.fromkeys((*before, *after)):
                where = f"{path}/{_escaped(str(key))}"
                member = self._below(place, str(key), before, after)
                if key not in after:
                    yield Change(where, "remove", self._masked(before[key], member))
                elif key not in before:
                    yield Change(where, "add", None, self._masked(after[key], member))
                else:
                    yield from self._differences(before[key], after[key], where, member)
        elif (
            isinstance(before, list)
            and isinstance(after, list)
            and len(before) == len(after)
        ):
            # Of lists with as many items it is told which of them differ.
            for number, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from self._differences(old, new, f"{path}/{number}", place)
        else:
            yield Change(
                path,
                "replace",
                self._masked(before, place),
                self._masked(after, place),
            )


ALL_SECRET = Masking()
"""Hides every configuration as a whole."""


def _escaped(key: str) -> str:
    """Write a member's name in a JSON Pointer (RFC 6901, 3)."""
    return key.replace("~", "~0").replace("/", "~1")


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


def _is_secret(name: str, within: str) -> bool:
    lower = name.lower()
    return lower in _NAMES or (lower == "content" and within.lower() in _KEY_STORES)


def _names_a_secret(item: Mapping[Any, Any]) -> bool:
    """
    Whether an item is ``{"name": …, "value": …}`` of something secret, or a property
    that is encrypted or is to be.
    """
    name = item.get("name", item.get("key"))
    return "value" in item and (
        (isinstance(name, str) and bool(_SECRET_WORD.search(name)))
        or is_concealed(item)
    )


def is_concealed(item: Mapping[Any, Any]) -> bool:
    """
    :param item: a property of an API.
    :returns: whether it is encrypted or is to be, so that nobody is shown its value.
    """
    return any(item.get(flag) not in (None, False) for flag in _ENCRYPTED)


def _without_credentials(text: str) -> str:
    if "{#" in text:
        # A "#" begins a fragment, and "?" and "&" are operators.
        found = _QUERY.search(text)
        end = len(text) if found is None else found.end()
        before = _USER.sub(rf"\1{MASK}@", text[:end])
        return before + _without_values(_PAIR.findall(text[end:]))
    try:
        parts = urlsplit(text)
    except ValueError:
        return MASK
    user, at, host = parts.netloc.rpartition("@")
    netloc = f"{MASK}@{host}" if at and user else parts.netloc
    query = _without_values(parts.query.split("&"))
    return parts._replace(netloc=netloc, query=query).geturl()


def _without_values(pairs: Iterable[str]) -> str:
    """Write a query without the values of its parameters."""
    return "&".join(
        f"{name}={MASK}" if equals else name
        for name, equals, _ in (one.partition("=") for one in pairs)
    )
