"""The next step after an attempt."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.webhook.attempt_result import AttemptResult, NextStep


class VerdictTests(SynchronousTestCase):
    """The next step for each status, and without a response."""

    def test_statuses(self) -> None:
        """The statuses lead to the steps that docs/reference/webhooks.md states."""
        expected = {
            NextStep.DELIVERED: (200, 201, 202, 204, 299),
            NextStep.RETRY: (408, 425, 429, 500, 502, 503, 599),
            NextStep.REJECTED: (300, 301, 302, 307, 400, 401, 403, 404, 413, 422),
            NextStep.STOPPED: (410,),
        }
        for verdict, statuses in expected.items():
            for status in statuses:
                self.assertIs(AttemptResult(status).next_step, verdict, str(status))

    def test_without_an_answer(self) -> None:
        """A missing response is retried; a blocked address stops the delivery."""
        self.assertIs(AttemptResult(None, "refused").next_step, NextStep.RETRY)
        self.assertIs(
            AttemptResult(None, "no", blocked=True).next_step, NextStep.STOPPED
        )
        self.assertEqual(AttemptResult(None, "refused").reason, "refused")

    def test_a_token_that_is_over(self) -> None:
        """An expired token is a reason to retry, with a new token."""
        self.assertIs(AttemptResult(401, stale=True).next_step, NextStep.RETRY)

    def test_reasons(self) -> None:
        """The reason names the status, and says that a redirect is not followed."""
        self.assertEqual(AttemptResult(503).reason, "answered 503")
        self.assertIn("not followed", AttemptResult(302).reason)
