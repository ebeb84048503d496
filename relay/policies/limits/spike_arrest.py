"""``spike-arrest``: spreads the calls of a period evenly over it."""

from __future__ import annotations

import math
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from twisted.internet.defer import Deferred
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.schema.types.scalars import Upper
from relay.policies.call import Call
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.limits.counters import Hit
from relay.policies.limits.counting import (
    UNIT_MS,
    Count,
    Counted,
    CountingOptions,
    exceeded,
)

SHORTEST_SLICE_MS = 100
"""A shorter slice would refuse calls that coincide by chance."""


class Spike(Counted):
    """
    A number of calls in a period of seconds or minutes, spread over slices of the
    period.
    """

    period_time_unit: Annotated[Literal["SECONDS", "MINUTES"], Upper] = "SECONDS"
    """The unit of the period."""


class SpikeArrest(CountingOptions):
    """Configuration of ``spike-arrest``."""

    spike: Spike


SPIKE_ARREST = PolicyType(
    "spike-arrest",
    "Spike arrest",
    SpikeArrest,
    proxy=("request",),
    message=("request",),
    description="Spreads calls evenly over a period, and refuses the others.",
)


class Slice(NamedTuple):
    """A part of a period."""

    limit: int
    """How many calls are allowed in it."""
    length_ms: int


def slice_of(limit: int, period_ms: int) -> Slice:
    """
    Divide a period into slices of about 100 ms, or of one call each.

    :param limit: the number of calls that the period allows; at least 1.
    """
    one_ms = period_ms / limit
    calls = 1
    if one_ms < SHORTEST_SLICE_MS:
        calls = math.floor(SHORTEST_SLICE_MS / one_ms + 0.5)
    return Slice(calls, int(one_ms * calls))


@implementer(IPolicy)
class SpikeArrestType:
    """Makes ``spike-arrest`` steps."""

    kind = SPIKE_ARREST

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return SpikesArrested(SpikeArrest.read(configuration), context)


class SpikesArrested(Policy):
    """A configured ``spike-arrest`` step."""

    def __init__(self, options: SpikeArrest, context: PolicyContext) -> None:
        spike = options.spike
        self._add_headers = options.add_headers
        self._count = Count("SPIKE_ARREST", options, spike, context)
        self._unit = spike.period_time_unit
        self._wall_ms = context.wall_ms

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Count the call; refuse it when the limit of the slice is exceeded."""
        limit = self._count.limit(call)
        periods = self._count.periods(call)
        part = slice_of(max(1, limit), periods * UNIT_MS[self._unit])
        part = part if limit else part._replace(limit=0)
        judge = partial(self._judge, call, limit, periods, part)
        passed = partial(self._assign, call, part, "-1")
        return self._count.hit(call, part.limit, part.length_ms, judge, passed)

    def _assign(self, call: Call, part: Slice, reset: str) -> None:
        if self._add_headers:
            call.answer_headers.update(
                {
                    "X-Spike-Arrest-Limit": str(part.limit),
                    "X-Spike-Arrest-Slice-Period": f"{part.length_ms}ms",
                    "X-Spike-Arrest-Reset": reset,
                }
            )

    def _judge(
        self, call: Call, limit: int, periods: int, part: Slice, hit: Hit
    ) -> None:
        allowed = part.limit
        self._assign(call, part, str(self._wall_ms() + hit.ends_in_ms))
        if not hit.allowed:
            raise exceeded(
                "SPIKE_ARREST_TOO_MANY_REQUESTS",
                f"Spike limit exceeded! You reached the limit of {allowed} requests per"
                f" {part.length_ms} ms.",
                hit,
                {
                    "limit": limit,
                    "period_time": periods,
                    "period_unit": self._unit,
                    "slice_limit": allowed,
                    "slice_period_time": part.length_ms,
                    "slice_period_unit": "MILLISECONDS",
                },
            )


spike_arrest = SpikeArrestType()
