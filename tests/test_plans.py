"""Who is let in."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.plans import Admission, PlanChain


def keyless(plan_id: str) -> dict[str, object]:
    """A keyless plan as a deployment holds it."""
    return {"id": plan_id, "security": {"type": "KEY_LESS"}, "status": "PUBLISHED"}


class PlanChainTests(SynchronousTestCase):
    def test_keyless_lets_everybody_in(self) -> None:
        """The subscription of a keyless call is the caller's address."""
        admission = PlanChain([keyless("p")]).admit("192.0.2.7")
        self.assertEqual(admission, Admission("p", "1", "192.0.2.7"))

    def test_the_first_that_admits_decides(self) -> None:
        """Plans are asked in their order."""
        admission = PlanChain([keyless("a"), keyless("b")]).admit("192.0.2.7")
        assert admission is not None
        self.assertEqual(admission.plan_id, "a")

    def test_without_plans_nobody_gets_in(self) -> None:
        """No plan means no entry."""
        self.assertIsNone(PlanChain([]).admit("192.0.2.7"))

    def test_unknown_security(self) -> None:
        """A plan that cannot be enforced is refused, never ignored."""
        plan = {"id": "p", "security": {"type": "JWT"}, "status": "PUBLISHED"}
        error = self.assertRaises(ValueError, PlanChain, [keyless("a"), plan])
        self.assertIn("JWT", str(error))
