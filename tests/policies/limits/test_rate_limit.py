"""``rate-limit`` and ``quota``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.model.outcome import Outcome
from relay.policies.call import Call
from relay.policies.interfaces import Policy
from tests.policies.steps import build, call, context, interruption, refused


class RateLimitTests(SynchronousTestCase):
    """Calls in a period."""

    def setUp(self) -> None:
        """Start with no counts."""
        self.clock = Clock()
        self.context = context(self.clock, wall_ms=5_000)

    def step(self, policy: str = "rate-limit", **rate: Any) -> Policy:
        """Make a step that adds headers."""
        member = "rate" if policy == "rate-limit" else "quota"
        return build(policy, self.context, addHeaders=True, **{member: rate})

    def passes(self, step: Policy, given: Call | None = None) -> bool:
        """Whether a call passes."""
        return interruption(step, given or call()) is None

    def test_refused(self) -> None:
        """A call above the limit is a 429 with the time to wait."""
        step = self.step(limit=2, periodTime=3)
        self.assertTrue(self.passes(step))
        self.assertTrue(self.passes(step))
        self.clock.advance(0.5)
        given = call()
        ended = interruption(step, given)
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.retry_after_s, ended.outcome),
            (429, "RATE_LIMIT_TOO_MANY_REQUESTS", 3, Outcome.LIMIT_REACHED),
        )
        self.assertEqual(
            ended.message,
            "Rate limit exceeded! You reached the limit of 2 requests per 3 seconds",
        )
        self.assertEqual(
            ended.parameters, {"limit": 2, "period_time": 3, "period_unit": "seconds"}
        )
        self.assertEqual(
            given.answer_headers,
            {
                "X-Rate-Limit-Limit": "2",
                "X-Rate-Limit-Remaining": "0",
                "X-Rate-Limit-Reset": "8000",
            },
        )
        self.clock.advance(2.5)
        self.assertTrue(self.passes(step))

    def test_counted_apart(self) -> None:
        """Each subscription of a plan counts for itself."""
        step = self.step(limit=1)
        other = call()
        other.ids = {**other.ids, "subscription": "192.0.2.8"}
        self.assertTrue(self.passes(step))
        self.assertTrue(self.passes(step, other))
        self.assertFalse(self.passes(step))

    def test_key(self) -> None:
        """A key divides further, or takes the place of everything."""
        step = self.step(limit=1, key="{#request.headers['x-user'][0]}")
        ann, bob = (call(headers={"x-user": [name]}) for name in ("ann", "bob"))
        self.assertTrue(self.passes(step, ann))
        self.assertTrue(self.passes(step, bob))
        self.assertFalse(self.passes(step, ann))
        step = self.step(limit=1, key="all", useKeyOnly=True)
        other = call()
        other.ids = {**other.ids, "subscription": "s2", "plan": "p2"}
        self.assertTrue(self.passes(step))
        self.assertFalse(self.passes(step, other))

    def test_dynamic(self) -> None:
        """Limit and period may be expressions."""
        step = self.step(
            dynamicLimit="{#request.headers['x-limit'][0]}",
            dynamicPeriodTime="10",
        )
        two, one = (call(headers={"x-limit": [n]}) for n in ("2", "1"))
        self.assertTrue(self.passes(step, two))
        self.assertFalse(self.passes(step, one))
        with self.assertRaises(EvaluationFailed):
            step.on_request(call(headers={"x-limit": ["many"]}))

    def test_no_headers(self) -> None:
        """Headers are added only if the option is set."""
        step = build("rate-limit", self.context, rate={"limit": 1})
        given = call()
        self.assertTrue(self.passes(step, given))
        self.assertEqual(given.answer_headers, {})

    def test_counts_outlive_deployments(self) -> None:
        """A deployment does not give anybody new calls."""
        self.assertTrue(self.passes(self.step(limit=1)))
        self.assertFalse(self.passes(self.step(limit=1)))

    def test_each_step_counts_for_itself(self) -> None:
        """A call that passes two steps is counted once by each, and flows for other
        paths do not use up each other's calls; a key alone is shared by all."""
        wide = self.step(limit=3)
        self.context = replace(self.context, place="elsewhere")
        narrow = self.step(limit=2)
        for _ in range(2):
            self.assertTrue(self.passes(wide) and self.passes(narrow))
        self.assertFalse(self.passes(narrow))
        self.assertTrue(self.passes(wide))
        self.assertFalse(self.passes(wide))
        shared = self.step(limit=1, key="all", useKeyOnly=True)
        self.context = replace(self.context, place="here")
        self.assertTrue(self.passes(shared))
        shared = self.step(limit=1, key="all", useKeyOnly=True)
        self.assertFalse(self.passes(shared))

    def test_quota(self) -> None:
        """The same for long periods, with headers unless they are switched off."""
        step = build(
            "quota", self.context, quota={"limit": 1, "periodTimeUnit": "HOURS"}
        )
        self.assertTrue(self.passes(step))
        given = call()
        ended = interruption(step, given)
        assert ended is not None
        self.assertEqual(ended.key, "QUOTA_TOO_MANY_REQUESTS")
        self.assertEqual(ended.retry_after_s, 3600)
        self.assertEqual(given.answer_headers["X-Quota-Remaining"], "0")
        self.clock.advance(3600)
        self.assertTrue(self.passes(step))

    def test_attributes(self) -> None:
        """The counts of a quota are attributes, whether the call passes or not."""
        step = self.step("quota", limit=1, periodTime=1, periodTimeUnit="HOURS")
        ends_ms = 5_000 + 3_600_000
        for count, passes in ((1, True), (2, False)):
            given = call()
            self.assertEqual(self.passes(step, given), passes)
            self.assertEqual(
                given.attributes,
                {
                    "quota.count": count,
                    "quota.limit": 1,
                    "quota.remaining": 0,
                    "quota.reset.time": ends_ms,
                },
            )
        given = call()
        self.step(limit=1).on_request(given)
        self.assertEqual(given.attributes, {})

    def test_units_in_templates(self) -> None:
        """Units in templates are written as in Gravitee."""
        for policy, unit, expected in (
            ("rate-limit", "MINUTES", "minutes"),
            ("quota", "MONTHS", "Months"),
        ):
            step = self.step(policy, limit=1, periodTimeUnit=unit)
            self.passes(step)
            ended = interruption(step, call())
            assert ended is not None
            self.assertEqual(ended.parameters["period_unit"], expected)

    def test_blank_period(self) -> None:
        """A blank expression leaves the period as it is."""
        for policy in ("rate-limit", "quota"):
            step = self.step(policy, limit=1, periodTime=2, dynamicPeriodTime="  ")
            self.passes(step)
            ended = interruption(step, call())
            assert ended is not None
            self.assertEqual(ended.parameters["period_time"], 2)

    def test_unlike_policies_count_apart(self) -> None:
        """A quota does not use up a rate limit."""
        self.assertTrue(self.passes(self.step(limit=1)))
        self.assertTrue(self.passes(self.step("quota", limit=1)))

    def test_what_is_refused(self) -> None:
        """A step without a limit, or with an unknown unit, is refused."""
        self.assertEqual(refused("rate-limit", rate={}), ["rate.limit"])
        self.assertEqual(refused("rate-limit"), ["rate"])
        self.assertEqual(
            refused("rate-limit", rate={"limit": 1, "periodTimeUnit": "DAYS"}),
            ["rate.periodTimeUnit"],
        )
        self.assertEqual(
            refused("quota", quota={"limit": -1, "periodTimeUnit": "SECONDS"}),
            ["quota.limit", "quota.periodTimeUnit"],
        )
