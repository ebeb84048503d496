"""Tests of :mod:`relay.policies.mock`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call, interruption


class MockTests(SynchronousTestCase):
    """What it answers."""

    def test_answer(self) -> None:
        """Status, headers and a text; a header without a value is left out."""
        step = build(
            "mock",
            status="201",
            headers=[
                {"name": "X-A", "value": "{#request.method}"},
                {"name": "X-B", "value": "{#request.headers['nobody'][0]}"},
            ],
            content='{"method": "{#request.method}", "nested": {}}',
        )
        ended = interruption(step, call())
        assert ended is not None
        self.assertEqual((ended.status, ended.key), (201, ""))
        self.assertEqual(ended.headers, [("X-A", "GET")])
        self.assertEqual(ended.body, b'{"method": "GET", "nested": {}}')
