"""Tests of :mod:`relay.policies.limits.request_content_limit`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.errors import Invalid
from relay.policies.limits.request_content_limit import ContentLimited
from tests.installed import CATALOG
from tests.model.bodies import tutorial_api
from tests.policies.steps import build, call, interruption


class RequestContentLimitTests(SynchronousTestCase):
    """How large bodies may be."""

    def test_lengths(self) -> None:
        """A stated length decides at once."""
        step = build("request-content-limit", limit=10)
        self.assertIsNone(interruption(step, call(content_length=10)))
        ended = interruption(step, call(content_length=11))
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.message, ended.parameters),
            (
                413,
                "REQUEST_CONTENT_LIMIT_TOO_LARGE",
                "The request is larger than the server is willing or able to process.",
                {"length": 11, "limit": 10},
            ),
        )

    def test_length_not_told(self) -> None:
        """The body is counted as it comes, or refused."""
        made = call(content_length=None)
        step = build("request-content-limit", limit=10)
        self.assertIsNone(interruption(step, made))
        self.assertEqual(made.most_body_bytes, 10)
        made.limit_body(20)
        self.assertEqual(made.most_body_bytes, 10)
        step = build("request-content-limit", limit=10, requireLength=True)
        ended = interruption(step, call(content_length=None))
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.message),
            (
                411,
                "REQUEST_CONTENT_LIMIT_LENGTH_REQUIRED",
                "The request did not specify the length of its content, which is"
                " required by the requested resource.",
            ),
        )

    def test_former_id(self) -> None:
        """Stored definitions may have it: their step is checked and built."""
        former = "policy-request-content-limit"
        self.assertIsInstance(build(former, limit=1), ContentLimited)
        body = {"request": [{"policy": former, "configuration": {"limit": -1}}]}
        error = self.assertRaises(
            Invalid, CATALOG.parse_api, tutorial_api(flows=[body])
        )
        self.assertEqual(
            [one.location for one in error.issues],
            ["flows[0].request[0].configuration.limit"],
        )
