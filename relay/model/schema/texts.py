"""Members of configurations that hold expressions, and names of headers."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from relay.expression.template import Condition, Template
from relay.model.schema.base import Options
from relay.model.schema.scalars import TOKEN
from relay.model.schema.sensitive import SENSITIVE

FRAMING = frozenset(
    {
        "connection",
        "content-length",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how a message is cut; the gateway alone writes them."""


def _text(value: str) -> str:
    Template.read(value)
    return value


def _condition(value: str) -> str:
    if value:
        Condition.read(value)
    return value


def _header_name(value: str) -> str:
    if not TOKEN.fullmatch(value):
        raise ValueError("must be the name of a header (RFC 9110, 5.6.2)")
    if value.lower() in FRAMING:
        raise ValueError("is written by the gateway, and cannot be changed")
    return value


Text = Annotated[str, AfterValidator(_text)]
"""A text in which ``{#...}`` stands for a value."""
ConditionText = Annotated[str, AfterValidator(_condition)]
"""One expression that holds or not; empty for always."""
HeaderName = Annotated[str, AfterValidator(_header_name)]


SecretText = Annotated[Text, Field(repr=False), SENSITIVE]
"""One that may hold a credential."""


class NameAndText(Options):
    """A name with a text."""

    name: str
    value: Text = ""


class Attribute(Options):
    """An attribute with a text, which may hold a credential for later steps."""

    name: str
    value: SecretText = ""


class Header(Options):
    """A header with a text, which may hold a credential for the source."""

    name: HeaderName
    value: SecretText = ""


def _status(value: object) -> object:
    # Gravitee writes it as a text.
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


Status = Annotated[int, Field(ge=200, le=599), BeforeValidator(_status)]
"""The status of an answer."""
