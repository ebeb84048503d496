"""The masking of secrets in documents, and the differences of masked documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from relay.model.partners import partners
from relay.model.schema.errors import Issue, join
from relay.model.schema.types.scalars import decoded
from relay.model.schema.types.sensitive import (
    is_locating,
    is_sensitive,
    members,
    models_in,
)

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
"""Members whose values are secrets, in lower case, where no type is known."""
_KEY_STORES = ("keystore", "key_store")
"""Members whose ``content`` holds private keys, where no type is known."""
CONFIGURED = frozenset(
    {
        "configuration",
        "entrypointConfiguration",
        "sharedConfiguration",
        "sharedConfigurationOverride",
    }
)
"""Members whose type depends on the configured plugin."""
_SECRET_WORD = re.compile(r"auth|cookie|credential|key|pass|secret|token", re.I)
"""Matches the names of headers, parameters and properties that hold secrets."""


_QUERY = re.compile(r"\A(?:\{#[^}]*\}|[^?])*+\?")
"""Matches what precedes the query of a URL with expressions."""
_PAIR = re.compile(r"(?:\{#[^}]*\}|[^&])+")
_USER = re.compile(r"(\A|//)([^/?]+)@")
_ENCRYPTED = ("encrypted", "encryptable")
_NONE_TO_KEEP = "is the mask of a secret, and there is none to keep"


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of two documents, with secrets masked."""

    path: str
    """A JSON Pointer (RFC 6901)."""
    op: str
    """``add``, ``remove`` or ``replace`` (RFC 6902, 4)."""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A position in a document; lists do not count."""

    name: str = ""
    """The name of the member."""
    hidden: bool = False
    """Whether the whole value is secret."""
    models: tuple[type[BaseModel], ...] = ()
    """The types of the value; empty where no type is known."""
    locating: bool = False
    """Whether the value is a URL or a part of one."""


_TOP = _Place()
Lookup = Callable[[str, Mapping[str, Any], str], type[BaseModel] | None]
"""Finds the type of a configuration: by the name of the member, which is one of
:data:`CONFIGURED`, the object with this member, and the name of the member that
contains the object. None when it is not known."""


def no_types(key: str, holder: Mapping[str, Any], within: str) -> None:
    """Find no type: everything in a configuration counts as secret."""
    return


class Masking:
    """
    Masks the secrets of documents.

    In a configuration the types of the fields decide what is secret
    (:data:`relay.model.schema.types.sensitive.SENSITIVE`). Every value of a
    configuration of an unknown type is secret. Elsewhere the names of the fields
    decide.

    :param lookup: finds the types of configurations.
    """

    def __init__(self, lookup: Lookup = no_types) -> None:
        self._lookup = lookup

    def masked(self, value: Any) -> Any:
        """
        Copy a document without its secrets.

        :param value: JSON; null and empty values are not masked.
        :returns: the same, with :data:`MASK` in place of each secret. Passwords and
            query values of URLs, which may be credentials, are removed.
        """
        return self._masked(value, _TOP)

    def unmasked(
        self, sent: Any, kept: Any = None, at: str = ""
    ) -> tuple[Any, list[Issue]]:
        """
        Undo :meth:`masked` in a document that a client sends back.

        Items of lists correspond if they are the same, or else by their name or order,
        as long as neither has more of them.

        :param sent: JSON, perhaps with masks.
        :param kept: the stored document, perhaps of another shape; None without one.
        :param at: the location of ``sent``.
        :returns: ``sent``, with the values of ``kept`` in place of masks, and the masks
            in place of secrets for which ``kept`` has none.
        """
        if MASK not in json.dumps(sent):
            return sent, []
        problems: list[Issue] = []
        value = self._unmasked(sent, kept, self.masked(kept), _TOP, at, problems)
        return value, problems

    def changes(self, before: Any, after: Any) -> list[Change]:
        """
        List the differences of two documents.

        The comparison uses the secrets, the result masks them: a changed secret is a
        difference whose values are both masked.
        """
        return list(self._differences(before, after, "", _TOP))

    def _masked(self, value: Any, place: _Place) -> Any:
        if isinstance(value, Mapping):
            # Show the structure of a secret object.
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

    def _unmasked(
        self,
        sent: Any,
        kept: Any,
        hidden: Any,
        place: _Place,
        at: str,
        problems: list[Issue],
    ) -> Any:
        """
        :param hidden: ``kept``, masked.
        """
        if isinstance(sent, Mapping):
            same = isinstance(kept, Mapping) and isinstance(hidden, Mapping)
            return {
                key: self._unmasked(
                    _read_configuration(key, one),
                    kept.get(key) if same else None,
                    hidden.get(key) if same else None,
                    self._below(place, str(key), sent),
                    join(at, str(key)),
                    problems,
                )
                for key, one in sent.items()
            }
        if isinstance(sent, list | tuple):
            pairs = partners(sent, hidden if isinstance(hidden, list) else ())
            return [
                self._unmasked(
                    one,
                    kept[pairs[number]] if number in pairs else None,
                    hidden[pairs[number]] if number in pairs else None,
                    place,
                    join(at, number),
                    problems,
                )
                for number, one in enumerate(sent)
            ]
        if not isinstance(sent, str) or MASK not in sent:
            return sent
        if sent == hidden:
            return kept
        if sent == MASK if place.hidden else _has_masked_credentials(sent, place):
            problems.append(Issue(_NONE_TO_KEEP, at))
        return sent

    def _below(self, place: _Place, key: str, *holders: Mapping[str, Any]) -> _Place:
        """Make the position of a member of an object, or of two that are compared."""
        if place.hidden:
            return _Place(key, True)
        if place.models:
            fields = [
                field
                for model in place.models
                if (field := members(model).get(key)) is not None
            ]
            # A member that the type does not have may be a misspelled secret.
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
        elif isinstance(before, list) and isinstance(after, list):
            yield from self._items(before, after, path, place)
        else:
            yield Change(
                path,
                "replace",
                self._masked(before, place),
                self._masked(after, place),
            )

    def _items(
        self, before: list[Any], after: list[Any], path: str, place: _Place
    ) -> Iterator[Change]:
        """
        List the differences of two lists, in an order in which they can be applied.

        The items that differ lie between those that are equal at both ends. They are
        compared one by one; what is left of the longer list is removed, from its end,
        or added.
        """
        shorter = min(len(before), len(after))
        first = 0
        while first < shorter and before[first] == after[first]:
            first += 1
        same = 0
        while same < shorter - first and before[-1 - same] == after[-1 - same]:
            same += 1
        paired = shorter - same
        for number in range(first, paired):
            yield from self._differences(
                before[number], after[number], f"{path}/{number}", place
            )
        for number in reversed(range(paired, len(before) - same)):
            removed = self._masked(before[number], place)
            yield Change(f"{path}/{number}", "remove", removed)
        for number in range(paired, len(after) - same):
            added = self._masked(after[number], place)
            yield Change(f"{path}/{number}", "add", None, added)


ALL_SECRET = Masking()
"""Masks every configuration as a whole."""


def _escaped(key: str) -> str:
    """Escape a name for a JSON Pointer (RFC 6901, 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def _read_configuration(key: str, value: Any) -> Any:
    """Decode a configuration that is a JSON-encoded string, if it is one."""
    if key in CONFIGURED and isinstance(value, str):
        try:
            return decoded(value)
        except ValueError:
            return value
    return value


def _is_secret(name: str, within: str) -> bool:
    lower = name.lower()
    return lower in _NAMES or (lower == "content" and within.lower() in _KEY_STORES)


def _names_a_secret(item: Mapping[Any, Any]) -> bool:
    """
    Whether an item is ``{"name": …, "value": …}`` with the name of a secret, or a
    property that is encrypted or is to be.
    """
    name = item.get("name", item.get("key"))
    return "value" in item and (
        (isinstance(name, str) and bool(_SECRET_WORD.search(name)))
        or is_concealed(item)
    )


def is_concealed(item: Mapping[Any, Any]) -> bool:
    """
    :param item: a property of an API.
    :returns: whether it is encrypted or is to be, so that its value is concealed.
    """
    return any(item.get(flag) not in (None, False) for flag in _ENCRYPTED)


def _has_masked_credentials(text: str, place: _Place) -> bool:
    """Return whether a URL has masks in place of its password or query values."""
    if not place.locating and "://" not in text:
        return False
    found: list[str] = []
    _without_credentials(text, found)
    return any(one == MASK or one.endswith(f":{MASK}") for one in found)


def _without_credentials(text: str, found: list[str] | None = None) -> str:
    """
    :param found: gets the credentials.
    """
    found = [] if found is None else found
    if "{#" in text:
        # urlsplit would misread "#", "?" and "&" in expressions.
        query = _QUERY.search(text)
        end = len(text) if query is None else query.end()
        found += (one[2] for one in _USER.finditer(text[:end]))
        before = _USER.sub(rf"\1{MASK}@", text[:end])
        return before + _without_values(_PAIR.findall(text[end:]), found)
    try:
        parts = urlsplit(text)
    except ValueError:
        return MASK
    user, at, host = parts.netloc.rpartition("@")
    found.append(user)
    netloc = f"{MASK}@{host}" if at and user else parts.netloc
    values = _without_values(parts.query.split("&"), found)
    return parts._replace(netloc=netloc, query=values).geturl()


def _without_values(pairs: Iterable[str], found: list[str]) -> str:
    """Remove the values of the parameters of a query."""
    split = [one.partition("=") for one in pairs]
    found += (value for _, _, value in split)
    return "&".join(f"{name}={MASK}" if equals else name for name, equals, _ in split)
