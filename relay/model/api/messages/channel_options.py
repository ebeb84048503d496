"""Options of a channel: ``sharedConfiguration.channel`` of a MESSAGE group."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.keywords import BYTES
from relay.model.schema.types.scalars import (
    TOKEN,
    Flag,
    Integral,
    Milliseconds,
    MillisecondsOrOff,
)

MIB = 1024 * 1024
_Count = Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral]
_Bytes = Annotated[int, Strict(), Field(ge=1024, le=4096 * MIB), Integral, BYTES]
_BytesOrOff = Annotated[int, Strict(), Field(ge=0, le=4096 * MIB), Integral, BYTES]

_NEVER_KEYED = (
    "accept",
    "accept-encoding",
    "cache-control",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "last-event-id",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)
"""Headers that frame a message, belong to one connection, or that the reader of a
source sets itself: a client's would break the stream, or split channels for nothing."""


def _header_pattern(pattern: str) -> str:
    # A token may contain ``*``.
    if not TOKEN.fullmatch(pattern):
        raise ValueError("is not a header name, nor one with * for any characters")
    caught = [name for name in _NEVER_KEYED if fnmatchcase(name, pattern.lower())]
    if caught:
        raise ValueError(
            f"would send {', '.join(caught)} upstream, which the relay sets itself:"
            " name the headers, or part of their names, as in X-*"
        )
    return pattern


def _parameter_pattern(pattern: str) -> str:
    if not pattern:
        raise ValueError("must not be empty")
    return pattern


def _is_expression(value: str | None) -> str | None:
    if value is not None:
        problem = expression_problem(value)
        if problem:
            raise ValueError(problem)
    return value


def expression_problem(text: str) -> str | None:
    """Validate a JMESPath expression; None when it is valid."""
    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        jmespath.compile(text)
    except (JMESPathError, RecursionError) as error:
        return f"is no JMESPath: {' '.join(str(error).split())}"
    return None


class KeyOptions(Options):
    """
    The parts of a client's request that are sent upstream. Clients that agree in them
    share a channel.
    """

    query: tuple[Annotated[str, AfterValidator(_parameter_pattern)], ...] = ("*",)
    """Names of query parameters; ``*`` stands for any characters."""
    headers: tuple[Annotated[str, AfterValidator(_header_pattern)], ...] = (
        "Authorization",
    )
    """Names of headers, in which ``*`` stands for any characters; empty shares the
    channel among all users."""


class HistoryOptions(Options):
    """How much of the log is kept for clients that come back."""

    max_events: _Count = 1000
    """The largest number of events."""
    max_bytes: _Bytes = 4 * MIB
    """The largest size of all events."""
    max_age_ms: Milliseconds = 120_000
    """The largest age of an event."""
    durable: Flag = False
    """The log is kept in the store, and outlives the process."""


class ReconnectOptions(Options):
    """Back-off of the upstream, with full jitter."""

    initial_ms: Annotated[Milliseconds, Field(title="First delay")] = 500
    """The first delay."""
    max_ms: Annotated[Milliseconds, Field(title="Longest delay")] = 30_000
    """The longest delay."""
    refused_max_ms: Annotated[
        Milliseconds, Field(title="Longest delay after a refusal")
    ] = 300_000
    """The longest delay for a source that refuses; at least ``maxMs``."""
    healthy_after_ms: MillisecondsOrOff = 60_000
    """After a connection of this duration the delays begin anew."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max_ms < self.initial_ms:
            raise ValueError("maxMs must not be less than initialMs")
        return self


class ChannelOptions(Options):
    """Options of the channels of one group."""

    key: KeyOptions = KeyOptions()
    history: HistoryOptions = HistoryOptions()
    linger_ms: MillisecondsOrOff = 10_000
    """The time for which the upstream stays open after the last subscriber."""
    max_channels: _Count = 1000
    """The number of channels of the group."""
    max_channels_per_address: _Count = 100
    """The number of channels that one client address may have opened."""
    max_filters: _Count = 32
    """The number of filters of clients that may be in use on one channel at once."""
    max_filters_per_address: _Count = 8
    """The number of these filters that one client address may have."""
    on_unknown_id: Literal["oldest", "live"] = "oldest"
    """The event from which a client continues whose last id is not in the log."""
    resume_window_ms: MillisecondsOrOff = 5000
    """The time after the upstream was opened in which the last id of a client may still
    appear."""
    reconnect: ReconnectOptions = ReconnectOptions()
    mode: Literal["failover", "merge"] = "failover"
    """Whether the endpoints are read one at a time, or all at once."""
    max_event_bytes: _Bytes = MIB
    """The largest event."""
    source_refusal: Literal["status", "hold"] = "status"
    """What clients get when the source refuses to be read: its status, or the end of
    their stream (``status``); or they keep their stream until the source accepts
    (``hold``)."""


class SlowConsumerOptions(Options):
    """
    The rules for a subscriber whose client does not keep up.

    Whatever the bounds, one whose next event is no longer in the history is too slow.
    """

    policy: Literal["disconnect", "skip", "latest"] = "disconnect"
    """What happens to a client that is too far behind."""
    max_behind_bytes: _BytesOrOff = 0
    """The data that a client may be behind; 0 for the size of the log."""
    max_behind_ms: MillisecondsOrOff = 0
    """The time that a client may be behind; 0 for the age of the log."""
    latest_key: Annotated[str | None, AfterValidator(_is_expression)] = None
    """A JMESPath expression: under ``latest``, of events with one value of it only the
    newest is kept."""

    @model_validator(mode="after")
    def _key_is_used(self) -> Self:
        if self.latest_key is not None and self.policy != "latest":
            raise refusal([(("latestKey",), "is only for the policy latest")])
        return self
