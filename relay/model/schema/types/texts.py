"""The types of members that hold expressions, and of header names."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from relay.expression.template import Condition, Template
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import TOKEN, Upper
from relay.model.schema.types.sensitive import SENSITIVE

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
"""Headers that frame a message; only the gateway writes them."""


def _text(value: str) -> str:
    Template.read(value)
    return value


def _body_text(value: str) -> str:
    Template.read(value, bodies=True)
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
"""A template: ``{#...}`` in it is replaced by its value."""
BodyText = Annotated[str, AfterValidator(_body_text)]
"""A template that may read the body of the request."""
ConditionText = Annotated[str, AfterValidator(_condition)]
"""A condition; an empty one is always true."""
HeaderName = Annotated[str, AfterValidator(_header_name)]


SecretText = Annotated[Text, Field(repr=False), SENSITIVE]
"""A template that may hold a credential."""


Scoped = Annotated[
    Literal["REQUEST", "RESPONSE", "REQUEST_CONTENT", "RESPONSE_CONTENT"], Upper
]
"""The former option that said when a policy acts; the phase of the step does."""


class NameAndText(Options):
    """A name with a text."""

    name: str
    """The name."""
    value: Text = ""
    """The value; it may contain expressions."""


class Header(Options):
    """A header with a text, which may hold a credential for the source."""

    name: HeaderName
    """The name of the header."""
    value: SecretText = ""
    """The value; it may contain expressions."""


def _status(value: object) -> object:
    # Gravitee sends it as a string.
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value


Status = Annotated[int, Field(ge=200, le=599), BeforeValidator(_status)]
"""The status of a response."""
