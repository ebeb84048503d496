"""The base of the plans with secrets of a subscription."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.records import Entitlement, KeyState
from relay.plans import keyed
from relay.plans.consumers import Consumers
from relay.plans.verdict import UNRESOLVED, Admission, Denial
from tests.plans.callers import plan_context

OVER = Denial("OVER")


class KeyedTests(SynchronousTestCase):
    def test_verdicts(self) -> None:
        """A subscription that has ended is refused without a word about the key."""
        context = plan_context(Consumers(), 5)
        good, revoked = KeyState("d", 6, False), KeyState("d", None, True)
        expired = KeyState("d", 5, False)

        def subscription(ends_at_ms: int | None) -> Entitlement:
            return Entitlement("s", "a", "p", "app", None, ends_at_ms, (good,))

        self.assertEqual(keyed.admit(None, context, OVER), UNRESOLVED)
        for key in (revoked, expired):
            over = keyed.admit((subscription(None), key), context, OVER)
            self.assertEqual(over, OVER)
            ended = keyed.admit((subscription(5), key), context, OVER)
            self.assertEqual(ended, UNRESOLVED)
        admission = keyed.admit((subscription(9), good), context, OVER)
        assert isinstance(admission, Admission)
        self.assertEqual([grant.expires_at_ms for grant in admission.grants], [9, 6])
