"""The options of a webhook entrypoint."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.reading import issues
from relay.webhook.options import WebhookOptions


class OptionsTests(SynchronousTestCase):
    """Accepted, or refused by name."""

    def refused(self, body: dict[str, Any]) -> list[str]:
        """Return the locations of what is wrong."""
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
