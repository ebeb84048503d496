"""Tests of :mod:`relay.policies.event_redact`."""

from __future__ import annotations

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.event_redact import EventRedact
from tests.policies.steps import build, event, shaped


class EventRedactTests(SynchronousTestCase):
    """What is hidden."""

    def test_fields(self) -> None:
        """Masked, or taken out, wherever the path leads."""
        data = '{"card":{"no":"4711"},"to":[{"name":"ann"},{"name":"bob"}]}'
        for mode, expected in (
            ("MASK", '{"card":"$1","to":[{"name":"$1"},{"name":"$1"}]}'),
            ("REMOVE", '{"to":[{},{}]}'),
        ):
            step = build(
                "event-redact", fields=["card", "to.*.name"], mode=mode, mask="$1"
            )
            found = shaped(step, event(data))
            assert found is not None
            self.assertEqual(found.message.data, expected)

    def test_patterns(self) -> None:
        """In any text; the mask is taken literally."""
        step = build("event-redact", patterns=["([0-9]{4}) ?[0-9]{4}"], mask="$1")
        found = shaped(step, event("card 1234 5678, and 12345678"))
        assert found is not None
        self.assertEqual(found.message.data, "card $1, and $1")

    def test_what_is_no_json(self) -> None:
        """Is withheld: nobody knows what is in there."""
        step = build("event-redact", fields=["card"])
        self.assertIsNone(shaped(step, event("card 4711")))
        self.assertIsNone(shaped(step, event("eyJjYXJkIjoxfQ==", binary=True)))
        step = build("event-redact", fields=["card"], nonJson="PASS")
        self.assertIsNotNone(shaped(step, event("card 4711")))

    def test_refused(self) -> None:
        """What hides nothing, and what is no pattern."""
        for options in ({}, {"patterns": ["("]}, {"fields": ["a."]}):
            self.assertRaises(ValidationError, EventRedact.read, options)
