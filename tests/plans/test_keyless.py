"""The plan that lets everybody in."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.plans.keyless import KeylessPlan
from relay.plans.verdict import Admission
from tests.plans.callers import caller


class KeylessTests(SynchronousTestCase):
    def test_everybody(self) -> None:
        """The subscription of a keyless call is the caller's address."""
        plan = KeylessPlan("p")
        asking = caller(b"api-key=x", authorization="Basic eDp5")
        verdict = plan.admit(asking, plan.find(asking))
        plan.strip(asking)
        self.assertEqual(verdict, Admission("p", "1", "192.0.2.7"))
        self.assertEqual(asking.target.query, b"api-key=x")
        self.assertEqual(asking.header(b"authorization"), "Basic eDp5")
