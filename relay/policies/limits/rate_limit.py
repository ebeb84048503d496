"""``rate-limit`` and ``quota``: limit the calls in a short or a long period."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from twisted.internet.defer import Deferred
from zope.interface import implementer

from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.types.scalars import Flag, Upper
from relay.model.schema.types.texts import Text
from relay.policies.call import Call
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.limits.counters import Hit
from relay.policies.limits.counting import (
    UNIT_MS,
    Count,
    Counted,
    CountingOptions,
    Periods,
    exceeded,
    number,
)


class Rate(Counted):
    """A number of calls in a period of seconds or minutes."""

    period_time: Periods = 1
    dynamic_period_time: Text = ""
    """Counts in the place of ``periodTime``."""
    period_time_unit: Annotated[Literal["SECONDS", "MINUTES"], Upper] = "SECONDS"


class LongRate(Counted):
    """A number of calls in a period of hours, days, weeks or months."""

    period_time: Periods = 1
    dynamic_period_time: Text = ""
    """Counts in the place of ``periodTime``."""
    period_time_unit: Annotated[Literal["HOURS", "DAYS", "WEEKS", "MONTHS"], Upper] = (
        "MONTHS"
    )


class RateLimit(CountingOptions):
    """Configuration of ``rate-limit``."""

    rate: Rate


class Quota(CountingOptions):
    """Configuration of ``quota``."""

    add_headers: Flag = True
    """Whether each answer tells what is left."""
    quota: LongRate


RATE_LIMIT = PolicyType(
    "rate-limit",
    "Rate limit",
    RateLimit,
    proxy=("request",),
    message=("request",),
)
QUOTA = PolicyType("quota", "Quota", Quota, proxy=("request",), message=("request",))


@implementer(IPolicy)
class RateLimitType:
    """Makes ``rate-limit`` steps."""

    kind = RATE_LIMIT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = RateLimit.read(configuration)
        return CallsLimited("RATE_LIMIT", "Rate limit", options, options.rate, context)


@implementer(IPolicy)
class QuotaType:
    """Makes ``quota`` steps."""

    kind = QUOTA

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = Quota.read(configuration)
        return CallsLimited("QUOTA", "Quota", options, options.quota, context)


class CallsLimited(Policy):
    """
    A configured ``rate-limit`` or ``quota`` step.

    :param name: the prefix of the error key and of the headers.
    :param title: the name of the policy in messages.
    """

    def __init__(
        self,
        name: str,
        title: str,
        options: CountingOptions,
        rate: Rate | LongRate,
        context: PolicyContext,
    ) -> None:
        self._name = name
        self._title = title
        self._headers = f"X-{name.replace('_', '-').title()}" * options.add_headers
        self._count = Count(name, options, rate, context)
        self._periods = rate.period_time
        self._dynamic = (
            Template.read(rate.dynamic_period_time)
            if rate.dynamic_period_time
            else None
        )
        self._unit = rate.period_time_unit
        self._wall_ms = context.wall_ms

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Count the call; refuse it when the limit is exceeded."""
        limit = self._count.limit(call)
        periods = number(call, self._dynamic) or self._periods
        window_ms = periods * UNIT_MS[self._unit]
        judge = partial(self._judge, call, limit, periods)
        return self._count.hit(call, limit, window_ms, judge)

    def _judge(self, call: Call, limit: int, periods: int, hit: Hit) -> None:
        if self._headers:
            ends_ms = self._wall_ms() + hit.ends_in_ms
            call.answer_headers.update(
                {
                    f"{self._headers}-Limit": str(limit),
                    f"{self._headers}-Remaining": str(hit.remaining),
                    f"{self._headers}-Reset": str(ends_ms),
                }
            )
        if not hit.allowed:
            unit = self._unit.lower()
            raise exceeded(
                f"{self._name}_TOO_MANY_REQUESTS",
                f"{self._title} exceeded! You reached the limit of {limit} requests per"
                f" {periods} {unit}",
                hit,
                {"limit": limit, "period_time": periods, "period_unit": unit},
            )


rate_limit = RateLimitType()
quota = QuotaType()
