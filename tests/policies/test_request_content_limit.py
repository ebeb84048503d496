"""Tests of :mod:`relay.policies.request_content_limit`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call, interruption


class RequestContentLimitTests(SynchronousTestCase):
    """How large bodies may be."""

    def test_lengths(self) -> None:
        """A length that is told decides at once."""
        step = build("policy-request-content-limit", limit=10)
        self.assertIsNone(interruption(step, call(content_length=10)))
        ended = interruption(step, call(content_length=11))
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key), (413, "REQUEST_CONTENT_LIMIT_TOO_LARGE")
        )

    def test_length_not_told(self) -> None:
        """The body is counted as it comes, or refused."""
        made = call(content_length=None)
        step = build("policy-request-content-limit", limit=10)
        self.assertIsNone(interruption(step, made))
        self.assertEqual(made.most_body_bytes, 10)
        made.limit_body(20)
        self.assertEqual(made.most_body_bytes, 10)
        step = build("policy-request-content-limit", limit=10, requireLength=True)
        ended = interruption(step, call(content_length=None))
        assert ended is not None
        self.assertEqual(ended.status, 411)
