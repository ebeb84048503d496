"""The shared parts of the policies that count calls."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.cluster.link import EngineLost
from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.outcome import Outcome
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag, Integral
from relay.model.schema.types.texts import Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import PolicyContext
from relay.policies.limits.counters import Hit
from relay.policies.limits.places import OnEngineLoss

MOST = 2**53
UNIT_MS = {
    "SECONDS": 1000,
    "MINUTES": 60_000,
    "HOURS": 3_600_000,
    "DAYS": 86_400_000,
    "WEEKS": 7 * 86_400_000,
    "MONTHS": 30 * 86_400_000,
}
"""A month counts as 30 days."""
Limit = Annotated[int, Strict(), Field(ge=0, le=MOST), Integral]
Periods = Annotated[int, Strict(), Field(ge=1, le=100_000), Integral]

ErrorStrategy = Literal["FALLBACK_PASS_TROUGH", "BLOCK_ON_INTERNAL_ERROR"]


class Counted(Options):
    """How often a call may be made in a period."""

    key: Text = ""
    """An expression; calls with one value of it are counted together, within plan and
    subscription."""
    use_key_only: Flag = False
    """Calls are counted by ``key`` only, across all plans and subscriptions."""
    limit: Limit = 0
    """The number of calls in the period; 0 to use ``dynamicLimit``."""
    dynamic_limit: Text = ""
    """An expression for the number of calls, used if ``limit`` is 0."""
    period_time: Periods = 1
    """The length of the period."""
    dynamic_period_time: Text = ""
    """An expression for the length of the period, used instead of ``periodTime``."""

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if not self.limit and not self.dynamic_limit:
            raise refusal([(("limit",), "is required, or dynamicLimit")])
        return self


class CountingOptions(Options):
    """The shared options of the policies that count calls."""

    async_: Annotated[Flag, Field(alias="async")] = False
    """Has no effect: counts are exact at once."""
    add_headers: Flag = False
    """Whether each response has headers with the calls that are left."""
    error_strategy: ErrorStrategy = "FALLBACK_PASS_TROUGH"
    """What is done when the shared engine cannot count; a process that counts alone
    always can."""
    on_engine_loss: OnEngineLoss | None = None
    """The same, in the place of ``errorStrategy``."""


class Count:
    """
    One count of a step.

    :param prefix: of the keys; different for each policy.
    """

    log = Logger()

    def __init__(
        self,
        prefix: str,
        options: CountingOptions,
        counted: Counted,
        context: PolicyContext,
    ) -> None:
        blocks = options.error_strategy == "BLOCK_ON_INTERNAL_ERROR"
        self._on_loss = options.on_engine_loss or ("refuse" if blocks else "allow")
        self._prefix = prefix
        self._place = context.place
        self._use_key_only = counted.use_key_only
        self._key = Template.read(counted.key) if counted.key else None
        self._limit = counted.limit
        self._dynamic = (
            Template.read(counted.dynamic_limit) if counted.dynamic_limit else None
        )
        dynamic = counted.dynamic_period_time
        self._periods = counted.period_time
        self._dynamic_periods = Template.read(dynamic) if dynamic.strip() else None
        self._tallies = context.tallies

    def limit(self, call: Call) -> int:
        """
        Evaluate how many calls are allowed.

        :raises EvaluationFailed: when the expression yields no number.
        """
        return self._limit or number(call, self._dynamic)

    def periods(self, call: Call) -> int:
        """
        Evaluate the number of units in the period.

        :raises EvaluationFailed: when the expression yields no number.
        """
        return number(call, self._dynamic_periods) or self._periods

    def hit(
        self,
        call: Call,
        limit: int,
        window_ms: int,
        judge: Callable[[Hit], None],
        passed: Callable[[], None],
    ) -> Deferred[None] | None:
        """
        Count a call.

        :param limit: how many calls the window allows.
        :param judge: called with the count; it may refuse the call.
        :param passed: called for a call that passes without being counted.
        :return: a Deferred when a shared engine counts.
        """
        key = self._key_of(call)
        hit = self._tallies.counters.hit(key, limit, window_ms)
        if isinstance(hit, Deferred):
            here = partial(self._tallies.own.hit, key, limit, window_ms)
            return hit.addCallbacks(
                judge, self._uncounted, errbackArgs=(here, judge, passed)
            )
        judge(hit)
        return None

    def _uncounted(
        self,
        failure: Failure,
        here: Callable[[], Hit],
        judge: Callable[[Hit], None],
        passed: Callable[[], None],
    ) -> None:
        """
        Decide on a call that the engine has not counted.

        :param here: counts it in this process.
        :raises Interrupted: when the call is to be refused.
        """
        if failure.check(CancelledError):
            # The client has left.
            return
        if not failure.check(EngineLost):
            # The link itself tells when it has lost the engine.
            self.log.error(
                "{policy}: a call could not be counted: {error}",
                policy=self._prefix,
                error=failure.value,
            )
        if self._on_loss == "local":
            judge(here())
            return
        if self._on_loss == "refuse":
            title = self._prefix.replace("_", " ").capitalize()
            raise Interrupted(
                429,
                f"{title} blocked the query due to internal error",
                f"{self._prefix}_BLOCK_ON_INTERNAL_ERROR",
                retry_after_s=1,
                outcome=Outcome.LIMIT_REACHED,
            )
        passed()

    def _key_of(self, call: Call) -> str:
        own = self._key.render(call.scope) if self._key is not None else None
        parts = [self._prefix, call.ids["api"]]
        if not (self._use_key_only and own):
            # Each step counts for itself: a call may pass several. The subscription of
            # a keyless plan is the caller's address.
            parts += [self._place, call.ids["plan"], call.ids["subscription"]]
        if own:
            parts.append(own)
        return "\x00".join(parts)


def number(call: Call, text: Template | None) -> int:
    """
    Evaluate a template that yields a whole number.

    :param text: None yields 0.
    :raises EvaluationFailed: when it yields something else.
    """
    if text is None:
        return 0
    value = text.evaluate(call.scope)
    try:
        given = int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        given = -1
    if isinstance(value, bool) or not 0 <= given <= MOST:
        raise EvaluationFailed("a limit is no whole number")
    return given


def exceeded(
    key: str, message: str, hit: Hit, parameters: dict[str, Value]
) -> Interrupted:
    """
    Make the refusal of a call that exceeds its limit.

    :param parameters: for response templates.
    """
    return Interrupted(
        429,
        message,
        key,
        retry_after_s=max(1, math.ceil(hit.ends_in_ms / 1000)),
        outcome=Outcome.LIMIT_REACHED,
        parameters=parameters,
    )
