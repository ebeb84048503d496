"""Attributes that are not exported."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.observability.tracing.redaction import MOST_CHARACTERS, Redaction, Value


class RedactionTests(SynchronousTestCase):
    """Patterns of names."""

    def test_patterns(self) -> None:
        """The values of matching names are replaced, of whatever type they are."""
        redaction = Redaction(["client.*", "url.path", "*.port"])
        found: dict[str, Value | None] = {
            "client.address": "192.0.2.1",
            "url.path": "/a",
            "url.paths": "/a",
            "server.port": 80,
            "server.address": "h",
        }
        for _ in range(2):
            self.assertEqual(
                redaction.applied({**found}),
                {
                    "client.address": "[redacted]",
                    "url.path": "[redacted]",
                    "url.paths": "/a",
                    "server.port": "[redacted]",
                    "server.address": "h",
                },
            )

    def test_what_has_no_value(self) -> None:
        """It is left out, and not shown as redacted."""
        self.assertEqual(
            Redaction(["*"]).applied({"a": None, "b": 0}), {"b": "[redacted]"}
        )

    def test_long_values(self) -> None:
        """They are cut: clients choose some of them."""
        cut = Redaction().applied({"a": "x" * 100_000})
        self.assertEqual(cut, {"a": "x" * MOST_CHARACTERS})
