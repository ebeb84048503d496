"""Shapes that responses of several families have."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import ConfigDict, Field

from relay.model.schema.base import Value

T = TypeVar("T")

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An instant as ISO 8601, in UTC."""
Count = Annotated[int, Field(ge=0)]


class Extended(Value):
    """A shape to which parts of Relay add members of their own."""

    model_config = ConfigDict(extra="allow")


class Detail(Value):
    """One mistake of a request."""

    message: str
    location: str
    """The field, such as `listeners[0].paths`; empty for the whole body."""
    invalid_value: Any = None
    severity: Literal["severe"] | None = None
    """Of a problem of a definition that is imported: it can be waived."""
    line: Annotated[int, Field(ge=1)] | None = None
    """The line of the file with the definition."""


class Error(Value):
    """Every error."""

    http_status: int
    message: str
    """A sentence for people."""
    technical_code: str
    """For programs, such as `api.notFound`."""
    parameters: dict[str, str]
    """The values of the message."""
    details: tuple[Detail, ...]


class Pagination(Value):
    """The place of a page in its list."""

    page: Annotated[int, Field(ge=1)]
    per_page: Annotated[int, Field(ge=1)]
    page_count: Count
    page_items_count: Count
    total_count: Count


class Links(Value):
    """The URLs of pages of a list; none after its last page."""

    self_: Annotated[str, Field(alias="self")] = ""
    first: str | None = None
    last: str | None = None
    previous: str | None = None
    next: str | None = None


class Listing(Value, Generic[T]):
    """A page of a list."""

    data: tuple[T, ...]
    pagination: Pagination
    links: Links


class Collection(Value, Generic[T]):
    """A whole list."""

    data: tuple[T, ...]


class Verdict(Value):
    """The result of a check."""

    ok: bool
    reason: str | None = None
    """Why not."""


class Member(Value):
    """A user, by the members that lists of users show."""

    id: str
    display_name: str


class Owner(Member):
    """The owner of an object."""

    type: str


class Named(Value):
    """An object, by its id and name."""

    id: str
    name: str | None = None


class Difference(Value):
    """A difference of two documents."""

    op: Literal["add", "remove", "replace"]
    path: str
    """A JSON Pointer."""
    before: Any = None
    after: Any = None


class Operation(Value):
    """An operation of a JSON Patch (RFC 6902)."""

    model_config = ConfigDict(extra="allow")

    op: Literal["add", "remove", "replace", "move", "copy", "test"]
    path: str
    """A JSON Pointer into the object as `GET` returns it."""
    from_: Annotated[str | None, Field(alias="from")] = None
    """Where `move` and `copy` take the value."""
    value: Any = None
    """Of `add`, `replace` and `test`."""


class Target(Value):
    """A changed object."""

    type: str
    """Such as `API`."""
    id: str
    name: str


class Rehearsed(Value):
    """A change that a request would make, as the audit trail would record it."""

    event: str
    """Such as `API_UPDATED`."""
    target: Target
    fields: tuple[Difference, ...]
    """The differences, with secrets masked."""


class DryRun(Value):
    """The response of a dry run: that of the request, with its changes."""

    model_config = ConfigDict(extra="allow")

    changes: tuple[Rehearsed, ...]


class Url(Value):
    """A URL."""

    value: str


class Origin(Value):
    """What has created an object."""

    origin: str


class TimeRange(Value):
    """The times of a series, in milliseconds since the Unix epoch."""

    from_: Annotated[int | None, Field(alias="from")] = None
    to: int | None = None
    interval: int
    """Milliseconds."""
