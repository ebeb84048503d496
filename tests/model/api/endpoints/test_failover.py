"""The options of failover."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.failover import FailoverOptions
from relay.model.schema.reading import issues


class FailoverTests(SynchronousTestCase):
    """Defaults and bounds."""

    def test_defaults(self) -> None:
        """The defaults are those of Gravitee."""
        self.assertEqual(
            FailoverOptions.read({}).to_json(),
            {
                "enabled": False,
                "maxRetries": 2,
                "slowCallDuration": 2000,
                "openStateDuration": 10_000,
                "maxFailures": 5,
                "perSubscription": True,
                "forceNextEndpointOnFailure": False,
                "retryNonIdempotent": False,
            },
        )

    def test_refused(self) -> None:
        """Each problem is named by its field."""
        body = {
            "enabled": "yes",
            "maxRetries": -1,
            "slowCallDuration": 49,
            "openStateDuration": 499,
            "maxFailures": 0,
            "failureCondition": "{#request.method == 'GET'}",
            "more": 1,
        }
        with self.assertRaises(ValidationError) as caught:
            FailoverOptions.read(body)
        found = {one.location for one in issues(caught.exception)}
        self.assertEqual(found, set(body))

    def test_condition(self) -> None:
        """An empty condition is no condition."""
        self.assertIsNone(
            FailoverOptions.read({"failureCondition": ""}).failure_condition
        )
        text = "{#response.status >= 500}"
        read = FailoverOptions.read({"failureCondition": text})
        self.assertEqual(read.failure_condition, text)
