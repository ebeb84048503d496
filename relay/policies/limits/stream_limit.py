"""``stream-limit``: limits the number, duration and rate of streams."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, Strict, model_validator
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.outcome import Outcome
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Integral, MillisecondsOrOff, Upper
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

RETRY_AFTER_S = 5
"""Seconds for ``Retry-After``; when a stream will end is not known."""

Most = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1), Integral]
MostOrAny = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1), Integral]


class OpenStreams(Options):
    """How many calls may be open at once."""

    per: Annotated[Literal["SUBSCRIPTION", "PLAN", "API", "ADDRESS"], Upper] = (
        "SUBSCRIPTION"
    )
    """What the calls are counted by; of a keyless plan each address is a
    subscription."""
    limit: Most
    """The number of calls."""


class StreamLimit(Options):
    """The limits of a call while it is open."""

    streams: tuple[OpenStreams, ...] = ()
    """The numbers of calls that may be open at once."""
    max_duration_ms: MillisecondsOrOff = 0
    """The longest duration of a call; 0 for no limit."""
    events_per_second: MostOrAny = 0
    """How fast events are sent, on average; 0 for any pace."""
    bytes_per_second: MostOrAny = 0
    """How fast a body is sent, on average; 0 for any pace."""

    @model_validator(mode="after")
    def _limits(self) -> Self:
        if self == StreamLimit.model_construct():
            raise refusal([(("streams",), "is required when nothing else is limited")])
        return self


STREAM_LIMIT = PolicyType(
    "stream-limit",
    "Stream limit",
    StreamLimit,
    proxy=("request",),
    message=("request",),
    description="Limits the number, duration and rate of open streams.",
)


@implementer(IPolicy)
class StreamLimitType:
    """Makes ``stream-limit`` steps."""

    kind = STREAM_LIMIT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return StreamsLimited(StreamLimit.read(configuration), context)


class StreamsLimited(Policy):
    """A configured ``stream-limit`` step."""

    def __init__(self, options: StreamLimit, context: PolicyContext) -> None:
        self._options = options
        self._open = context.open_calls
        self._place = context.place

    def on_request(self, call: Call) -> None:
        """Count the stream, and limit its duration and rate."""
        options, control = self._options, call.control
        keys = [self._key(call, one) for one in options.streams]
        for one, key in zip(options.streams, keys, strict=True):
            if self._open[key] >= one.limit:
                raise Interrupted(
                    429,
                    f"Too many streams are open: {one.limit} at once are allowed",
                    "STREAM_LIMIT_TOO_MANY_STREAMS",
                    retry_after_s=RETRY_AFTER_S,
                    outcome=Outcome.LIMIT_REACHED,
                    parameters={"limit": one.limit, "per": one.per},
                )
        taken = set(keys)
        for key in taken:
            self._open[key] += 1
        if taken:
            control.at_end(lambda: self._leave(taken))
        if options.max_duration_ms:
            control.end_within(options.max_duration_ms)
        if options.events_per_second or options.bytes_per_second:
            control.pace(options.events_per_second, options.bytes_per_second)

    def _leave(self, keys: set[tuple[str, ...]]) -> None:
        for key in keys:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]

    def _key(self, call: Call, counted: OpenStreams) -> tuple[str, ...]:
        """Make the key of a count; each step has counts of its own."""
        within = {
            "SUBSCRIPTION": (call.ids["plan"], call.ids["subscription"]),
            "PLAN": (call.ids["plan"],),
            "API": (),
            "ADDRESS": (call.request.client or call.request.remote_address,),
        }[counted.per]
        return (call.ids["api"], self._place, counted.per, *within)


stream_limit = StreamLimitType()
