"""Tests of :mod:`relay.policies.events.event_redact`."""

from __future__ import annotations

import base64

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.json_text import MOST_VALUES
from relay.policies.events.event_redact import EventRedact
from tests.policies.steps import build, event, shaped


class EventRedactTests(SynchronousTestCase):
    """The parts of events that are hidden."""

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
        """Patterns apply to any text; the mask is literal."""
        step = build("event-redact", patterns=["([0-9]{4}) ?[0-9]{4}"], mask="$1")
        found = shaped(step, event("card 1234 5678, and 12345678"))
        assert found is not None
        self.assertEqual(found.message.data, "card $1, and $1")

    def test_patterns_of_binary_data(self) -> None:
        """Patterns apply to the decoded bytes, not to the base64."""
        for data, patterns, expected in (
            (b"card 12345678", ["[0-9]{8}"], b"card \xe2\x80\xa2"),
            ("caf\xe9 4711".encode(), ["\xe9 [0-9]+"], b"caf\xe2\x80\xa2"),
            (b"\xff\x004711\xff", ["[0-9]{4}"], b"\xff\x00\xe2\x80\xa2\xff"),
            (base64.b64decode("12345AAA"), ["[0-9]{5}"], base64.b64decode("12345AAA")),
        ):
            step = build("event-redact", patterns=patterns, mask="\u2022")
            encoded = base64.b64encode(data).decode()
            found = shaped(step, event(encoded, binary=True))
            assert found is not None
            self.assertEqual(base64.b64decode(found.message.data), expected)

    def test_what_is_no_json(self) -> None:
        """An event that is no JSON is withheld, unless the option lets it pass."""
        step = build("event-redact", fields=["card"])
        self.assertIsNone(shaped(step, event("card 4711")))
        self.assertIsNone(shaped(step, event("eyJjYXJkIjoxfQ==", binary=True)))
        step = build("event-redact", fields=["card"], nonJson="PASS")
        self.assertIsNotNone(shaped(step, event("card 4711")))

    def test_too_many_values(self) -> None:
        """An event with too many values is withheld under every option."""
        data = f'{{"card": 4711, "x": [{"0," * MOST_VALUES}0]}}'
        for non_json in ("WITHHOLD", "PASS"):
            step = build("event-redact", fields=["card"], nonJson=non_json)
            self.assertRaises(EvaluationFailed, shaped, step, event(data))

    def test_json_that_cannot_be_read_is_never_let_past(self) -> None:
        """Numbers of thousands of digits, and deep nesting, hide no field."""
        for value in ("9" * 5_000, "[" * 9_000 + "]" * 9_000):
            step = build("event-redact", fields=["card"], nonJson="PASS")
            try:
                found = shaped(step, event(f'{{"card": 4711, "x": {value}}}'))
            except EvaluationFailed:
                continue
            # How deep Python reads depends on its version.
            assert found is not None
            self.assertNotIn("4711", found.message.data)

    def test_too_many_matches(self) -> None:
        """An event with too many matches is withheld."""
        step = build("event-redact", patterns=["[0-9]"])
        self.assertRaises(EvaluationFailed, shaped, step, event("1" * 5001))

    def test_refused(self) -> None:
        """Invalid patterns, and a step that hides nothing, are refused."""
        for options in ({}, {"patterns": ["("]}, {"fields": ["a."]}):
            self.assertRaises(ValidationError, EventRedact.read, options)
