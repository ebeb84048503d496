"""The options of a webhook entrypoint."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.webhook_subscription import Retry
from relay.model.schema.reading import issues
from relay.webhook.options import WebhookOptions


class OptionsTests(SynchronousTestCase):
    """Accepted, or refused by name."""

    def refused(self, body: dict[str, Any]) -> list[str]:
        """Return the locations of the issues."""
        with self.assertRaises(ValidationError) as caught:
            WebhookOptions.read(body)
        return [issue.location for issue in issues(caught.exception)]

    def test_what_consoles_send(self) -> None:
        """The form's defaults are accepted, a disabled proxy included."""
        options = WebhookOptions.read(
            {
                "interruptConsumptionOnServerError": True,
                "interruptConsumptionOnException": True,
                "proxy": {"useSystemProxy": False, "enabled": False},
                "http": {
                    "readTimeout": 10000,
                    "idleTimeout": 60000,
                    "connectTimeout": 3000,
                    "maxConcurrentConnections": 5,
                },
            }
        )
        self.assertTrue(options.interrupt_consumption_on_exception)

    def test_refused(self) -> None:
        """Options without an effect, and values out of bounds, are refused."""
        for body, locations in (
            ({"proxy": {"enabled": True}}, ["proxy.enabled"]),
            ({"proxy": {"useSystemProxy": True}}, ["proxy.useSystemProxy"]),
            (
                {"http": {"maxConcurrentConnections": 21}},
                ["http.maxConcurrentConnections"],
            ),
            ({"http": {"readTimeout": 0}}, ["http.readTimeout"]),
            ({"deadLetters": {"maxEvents": 0}}, ["deadLetters.maxEvents"]),
            ({"failureThreshold": -1}, ["failureThreshold"]),
            ({"x": 1}, ["x"]),
        ):
            self.assertEqual(self.refused(body), locations)


class GraviteeTests(SynchronousTestCase):
    """How attempts count, and what ends a delivery."""

    def test_attempts(self) -> None:
        """The number counts the first attempt, or those that follow it."""
        for retry, relay, gravitee in (
            ({}, 5, 4),
            ({"maxAttempts": 2}, 2, 3),
            ({"retryOption": "No Retry"}, 1, 1),
        ):
            read = Retry.read(retry)
            for compatibility, expected in (("relay", relay), ("gravitee", gravitee)):
                options = WebhookOptions.read({"compatibility": compatibility})
                self.assertEqual(options.attempts(read), expected)

    def test_what_ends_a_delivery(self) -> None:
        """Any refusal of an event, unless the definition says otherwise."""
        flags = ("interruptConsumptionOnServerError", "interruptConsumptionOnException")
        bodies: tuple[tuple[dict[str, Any], list[bool]], ...] = (
            ({}, [False, False, False, False]),
            ({flags[0]: True}, [True, False, False, False]),
            ({flags[1]: True}, [False, True, False, False]),
            ({"compatibility": "gravitee"}, [True, True, True, True]),
            ({"compatibility": "gravitee", flags[0]: False}, [False, True, True, True]),
            ({"compatibility": "gravitee", flags[1]: False}, [True, False, True, True]),
        )
        for body, expected in bodies:
            options = WebhookOptions.read(body)
            found = [options.stops_after(status) for status in (503, None, 404, 302)]
            self.assertEqual(found, expected)
