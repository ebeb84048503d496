"""``stream-limit``: limits the number, duration and rate of streams."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import Field, Strict, model_validator
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.cluster.link import EngineLost
from relay.model.api.kinds import PolicyType
from relay.model.outcome import Outcome
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Integral, MillisecondsOrOff, Upper
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.limits.places import OnEngineLoss, Place, count_key

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
    on_engine_loss: OnEngineLoss = "local"
    """What is done when the shared engine cannot count."""
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
        self._places = context.tallies.places
        self._place = context.place

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Count the stream, and limit its duration and rate."""
        limits: dict[str, OpenStreams] = {}
        for one in self._options.streams:
            key = self._key(call, one)
            if key not in limits or one.limit < limits[key].limit:
                limits[key] = one
        if not limits:
            self._limit(call)
            return None
        full = self._places.enter(
            [Place(key, one.limit) for key, one in limits.items()],
            self._options.on_engine_loss,
        )
        settle = partial(self._settle, call, limits)
        if isinstance(full, Deferred):
            return full.addCallbacks(settle, _uncounted)
        settle(full)
        return None

    def _settle(
        self, call: Call, limits: Mapping[str, OpenStreams], full: int | None
    ) -> None:
        """Keep the places of the call until its end, or refuse it."""
        if full is not None:
            one = list(limits.values())[full]
            raise Interrupted(
                429,
                f"Too many streams are open: {one.limit} at once are allowed",
                "STREAM_LIMIT_TOO_MANY_STREAMS",
                retry_after_s=RETRY_AFTER_S,
                outcome=Outcome.LIMIT_REACHED,
                parameters={"limit": one.limit, "per": one.per},
            )
        call.control.at_end(partial(self._places.leave, tuple(limits)))
        self._limit(call)

    def _limit(self, call: Call) -> None:
        """Limit the duration and the rate of the call."""
        options, control = self._options, call.control
        if options.max_duration_ms:
            control.end_within(options.max_duration_ms)
        if options.events_per_second or options.bytes_per_second:
            control.pace(options.events_per_second, options.bytes_per_second)

    def _key(self, call: Call, counted: OpenStreams) -> str:
        """Make the key of a count; each step has counts of its own."""
        within = {
            "SUBSCRIPTION": (call.ids["plan"], call.ids["subscription"]),
            "PLAN": (call.ids["plan"],),
            "API": (),
            "ADDRESS": (call.request.client or call.request.remote_address,),
        }[counted.per]
        return count_key(
            "STREAM_LIMIT", call.ids["api"], self._place, counted.per, *within
        )


def _uncounted(failure: Failure) -> None:
    """
    Refuse a call that the engine has not counted.

    :raises Interrupted: always, but for a client that has left.
    """
    if failure.check(CancelledError):
        return
    failure.trap(EngineLost)
    raise Interrupted(
        503,
        "The open streams cannot be counted",
        "STREAM_LIMIT_NOT_COUNTED",
        retry_after_s=1,
        outcome=Outcome.LIMIT_REACHED,
    )


stream_limit = StreamLimitType()
