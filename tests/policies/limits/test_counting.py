"""Counts that a store keeps, which has to be waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import EngineLost
from relay.policies.call import Interrupted
from relay.policies.interfaces import Policy
from relay.policies.limits.counters import Hit, LocalCounters
from tests.policies.steps import build, call, context

LIMITS: dict[str, dict[str, Any]] = {
    "rate-limit": {"rate": {"limit": 1}},
    "quota": {"quota": {"limit": 1}},
    "spike-arrest": {"spike": {"limit": 1}},
}


class FarCounters:
    """Counts as a store does that others share: the answer comes later."""

    def __init__(self) -> None:
        self._counters = LocalCounters(Clock())
        self.asked: list[tuple[Deferred[Hit], Hit]] = []

    def hit(self, key: str, limit: int, window_ms: int) -> Deferred[Hit]:
        """Count one time, and keep the answer back."""
        waiting: Deferred[Hit] = Deferred()
        self.asked.append((waiting, self._counters.hit(key, limit, window_ms)))
        return waiting


class CountingTests(SynchronousTestCase):
    def step(self, policy: str, **options: Any) -> tuple[Policy, FarCounters]:
        """Make a step that counts far away."""
        counters = FarCounters()
        given = context(Clock())
        where = replace(given, tallies=replace(given.tallies, counters=counters))
        return build(
            policy, where, addHeaders=True, **LIMITS[policy], **options
        ), counters

    def test_waited_for(self) -> None:
        """The call goes on, or is refused, when the answer is there."""
        for policy in LIMITS:
            step, counters = self.step(policy)
            first, second = call(), call()
            for given in (first, second):
                waited = step.on_request(given)
                assert isinstance(waited, Deferred)
                self.assertNoResult(waited)
                self.assertEqual(given.answer_headers, {}, policy)
                waiting, hit = counters.asked[-1]
                waiting.callback(hit)
                if given is first:
                    self.assertIsNone(self.successResultOf(waited))
                else:
                    error = self.failureResultOf(waited, Interrupted).value
                    self.assertEqual(error.status, 429, policy)
                self.assertEqual(len(given.answer_headers), 3, policy)

    def test_a_store_that_fails(self) -> None:
        """``errorStrategy`` decides whether a call passes when counting fails."""
        for strategy, passes in (
            ("FALLBACK_PASS_TROUGH", True),
            ("BLOCK_ON_INTERNAL_ERROR", False),
        ):
            for policy in LIMITS:
                step, counters = self.step(policy, errorStrategy=strategy)
                given = call()
                waited = step.on_request(given)
                assert isinstance(waited, Deferred)
                counters.asked[-1][0].errback(ConnectionError("far"))
                if passes:
                    self.assertIsNone(self.successResultOf(waited))
                    for name, value in given.answer_headers.items():
                        expected = {"Reset": "-1", "Period": "1000ms"}
                        part = name.rpartition("-")[2]
                        self.assertEqual(value, expected.get(part, "1"), name)
                    self.assertEqual(len(given.answer_headers), 3)
                    continue
                error = self.failureResultOf(waited, Interrupted).value
                prefix = policy.replace("-", "_").upper()
                self.assertEqual(
                    (error.status, error.key, error.retry_after_s),
                    (429, f"{prefix}_BLOCK_ON_INTERNAL_ERROR", 1),
                )
                name = prefix.replace("_", " ").capitalize()
                self.assertEqual(
                    error.message, f"{name} blocked the query due to internal error"
                )

    def test_on_engine_loss(self) -> None:
        """``onEngineLoss`` takes the place of ``errorStrategy``."""
        for on_loss, results in (
            ("allow", [None, None]),
            ("refuse", ["BLOCK_ON_INTERNAL_ERROR"] * 2),
            ("local", [None, "TOO_MANY_REQUESTS"]),
        ):
            for policy in LIMITS:
                step, counters = self.step(
                    policy,
                    onEngineLoss=on_loss,
                    errorStrategy="BLOCK_ON_INTERNAL_ERROR",
                )
                for result in results:
                    given = call()
                    waited = step.on_request(given)
                    assert isinstance(waited, Deferred)
                    counters.asked[-1][0].errback(EngineLost())
                    if result is None:
                        self.assertIsNone(self.successResultOf(waited))
                    else:
                        error = self.failureResultOf(waited, Interrupted).value
                        prefix = policy.replace("-", "_").upper()
                        self.assertEqual(error.key, f"{prefix}_{result}")
                    named = len(given.answer_headers)
                    self.assertEqual(named, 0 if on_loss == "refuse" else 3)
                self.assertEqual(self.flushLoggedErrors(), [])

    def test_a_client_that_leaves(self) -> None:
        """A cancelled count is not logged as a failure."""
        step, _ = self.step("rate-limit", errorStrategy="BLOCK_ON_INTERNAL_ERROR")
        waited = step.on_request(call())
        assert isinstance(waited, Deferred)
        waited.cancel()
        self.assertIsNone(self.successResultOf(waited))
