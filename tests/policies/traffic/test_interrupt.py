"""Tests of :mod:`relay.policies.traffic.interrupt`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call, interruption


class InterruptTests(SynchronousTestCase):
    """How a call ends."""

    def test_refusal(self) -> None:
        """The refusal has the key and the variables for templates."""
        step = build(
            "policy-interrupt",
            errorKey="MAINTENANCE",
            message="No {#request.method} now",
            scope="REQUEST",
            statusCode=503,
            variables=[
                {"name": "path", "value": "{#request.pathInfo}"},
                {"name": "none", "value": "{#request.params['n'].trim()}"},
            ],
        )
        ended = interruption(step, call())
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.message),
            (503, "MAINTENANCE", "No GET now"),
        )
        self.assertEqual(ended.parameters, {"path": "/orders/7"})
