"""``rate-limit`` and ``quota``: limit the calls in a short or a long period."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal, NamedTuple

from twisted.internet.defer import Deferred
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.schema.types.scalars import Flag, Upper
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


class Rate(Counted):
    """A number of calls in a period of seconds or minutes."""

    period_time_unit: Annotated[Literal["SECONDS", "MINUTES"], Upper] = "SECONDS"
    """The unit of the period."""


class LongRate(Counted):
    """A number of calls in a period of hours, days, weeks or months."""

    period_time_unit: Annotated[Literal["HOURS", "DAYS", "WEEKS", "MONTHS"], Upper] = (
        "MONTHS"
    )
    """The unit of the period."""


class RateLimit(CountingOptions):
    """Configuration of ``rate-limit``."""

    rate: Rate


class Quota(CountingOptions):
    """Configuration of ``quota``."""

    add_headers: Flag = True
    """Whether each response has headers with the calls that are left."""
    quota: LongRate


RATE_LIMIT = PolicyType(
    "rate-limit",
    "Rate limit",
    RateLimit,
    proxy=("request",),
    message=("request",),
    description="Refuses calls beyond a number in seconds or minutes.",
)
QUOTA = PolicyType(
    "quota",
    "Quota",
    Quota,
    proxy=("request",),
    message=("request",),
    description="Refuses calls beyond a number in hours, days, weeks or months.",
)


@implementer(IPolicy)
class RateLimitType:
    """Makes ``rate-limit`` steps."""

    kind = RATE_LIMIT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = RateLimit.read(configuration)
        unit = options.rate.period_time_unit.lower()
        names = Names("RATE_LIMIT", "Rate limit", unit)
        return CallsLimited(names, options, options.rate, context)


@implementer(IPolicy)
class QuotaType:
    """Makes ``quota`` steps."""

    kind = QUOTA

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = Quota.read(configuration)
        unit = options.quota.period_time_unit.title()
        names = Names("QUOTA", "Quota", unit, "quota.")
        return CallsLimited(names, options, options.quota, context)


class Names(NamedTuple):
    """
    The names of a policy for clients, templates and later steps.

    :param key: the prefix of the error key.
    :param title: in messages.
    :param unit: of the period, in templates.
    :param attributes: the prefix of attributes; empty for no attributes.
    """

    key: str
    title: str
    unit: str
    attributes: str = ""


class CallsLimited(Policy):
    """A configured ``rate-limit`` or ``quota`` step."""

    def __init__(
        self,
        names: Names,
        options: CountingOptions,
        rate: Rate | LongRate,
        context: PolicyContext,
    ) -> None:
        self._names = names
        self._headers = f"X-{names.key.replace('_', '-').title()}" * options.add_headers
        self._count = Count(names.key, options, rate, context)
        self._unit = rate.period_time_unit
        self._wall_ms = context.wall_ms

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Count the call; refuse it when the limit is exceeded."""
        limit = self._count.limit(call)
        periods = self._count.periods(call)
        window_ms = periods * UNIT_MS[self._unit]
        judge = partial(self._judge, call, limit, periods)
        passed = partial(self._assign, call, {"limit": limit, "remaining": limit})
        return self._count.hit(call, limit, window_ms, judge, passed)

    def _assign(self, call: Call, values: Mapping[str, int]) -> None:
        """Set the headers and the attributes of the count."""
        if self._headers:
            call.answer_headers.update(
                {
                    f"{self._headers}-Limit": str(values["limit"]),
                    f"{self._headers}-Remaining": str(values["remaining"]),
                    f"{self._headers}-Reset": str(values.get("reset.time", -1)),
                }
            )
        if self._names.attributes:
            for name, value in values.items():
                call.attributes[self._names.attributes + name] = value

    def _judge(self, call: Call, limit: int, periods: int, hit: Hit) -> None:
        values = {
            "count": hit.hits,
            "limit": limit,
            "remaining": hit.remaining,
            "reset.time": self._wall_ms() + hit.ends_in_ms,
        }
        self._assign(call, values)
        if not hit.allowed:
            raise exceeded(
                f"{self._names.key}_TOO_MANY_REQUESTS",
                f"{self._names.title} exceeded! You reached the limit of {limit}"
                f" requests per {periods} {self._unit.lower()}",
                hit,
                {
                    "limit": limit,
                    "period_time": periods,
                    "period_unit": self._names.unit,
                },
            )


rate_limit = RateLimitType()
quota = QuotaType()
