"""The properties of an API: values for expressions, some of which are concealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError

from relay.model.schema.base import Options
from relay.model.schema.errors import Issue, join
from relay.model.schema.reading import issues
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Name
from relay.model.secrets import ALL_SECRET, MASK, is_concealed


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


class Property(Options):
    """A value that expressions read by its key."""

    key: Name
    """The name by which expressions read the property."""
    value: Annotated[str | None, BeforeValidator(_text), Field(repr=False)] = None
    """Numbers, true and false are converted to text."""
    encrypted: Flag | None = None
    """The value is concealed in responses."""
    encryptable: Flag | None = None
    """The value is to be concealed from now on."""
    dynamic: Annotated[Flag | None, INEFFECTIVE] = None
    """Without effect: nothing updates values."""


Properties = Annotated[
    Any,
    PlainValidator(lambda value: value, json_schema_input_type=list[Property] | None),
    Field(repr=False),
]
"""The properties of a definition: :func:`read` checks those that a client sends, and
an older version may have stored any JSON."""


def concealed(properties: Any) -> Any:
    """
    Copy properties without the values of those that are encrypted or are to be.

    :param properties: of an API: a list, or any other JSON that an older version has
        stored.
    """
    if not isinstance(properties, list):
        return properties
    return [
        {**one, "value": MASK}
        if isinstance(one, Mapping) and is_concealed(one) and one.get("value")
        else one
        for one in properties
    ]


def read(sent: Any, kept: Any) -> tuple[Any, list[Issue]]:
    """
    Check the properties that a client sends, and make those to store.

    Masks that the client has been shown are replaced by the stored values. A property
    that is no longer concealed needs its value again: a stored value is never
    revealed. One that is ``encryptable`` is stored as ``encrypted``.

    :param sent: decoded JSON; None for no properties.
    :param kept: the stored properties; None for none.
    :returns: the properties to store, and the problems of the sent ones.
    """
    if sent is None:
        return None, []
    if not isinstance(sent, list):
        return sent, [Issue("must be an array", "properties")]
    stored = {
        one.get("key"): one
        for one in (kept if isinstance(kept, list) else ())
        if isinstance(one, Mapping)
    }
    found: list[dict[str, Any]] = []
    problems: list[Issue] = []
    keys: set[str] = set()
    for number, one in enumerate(sent):
        where = join("properties", number)
        try:
            given = Property.read(one)
        except ValidationError as error:
            problems += issues(error, where, Property)
            continue
        if given.key in keys:
            problems.append(Issue(f"[{given.key}] is used twice", join(where, "key")))
        keys.add(given.key)
        shape = given.to_json()
        if given.encryptable and not given.encrypted:
            shape = {**shape, "encrypted": True, "encryptable": False}
        known = stored.get(given.key, {})
        value = known.get("value")
        if given.value == MASK:
            is_masked = ALL_SECRET.masked(known).get("value") == MASK
            if not is_masked or (is_concealed(known) and not shape.get("encrypted")):
                value = None
            shape["value"] = value
            if not isinstance(value, str):
                why = "is the mask of a secret, and there is none to keep"
                problems.append(Issue(why, join(where, "value")))
        elif (
            given.encrypted
            and given.value
            and not (is_concealed(known) and given.value == value)
        ):
            why = (
                "the value is encrypted with a key that this gateway does not have:"
                " send the value itself, with encryptable instead of encrypted"
            )
            problems.append(Issue(why, join(where, "encrypted")))
        found.append(shape)
    return found, problems
