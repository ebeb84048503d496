"""Tests of :mod:`relay.policies.transformation.assign_attributes`."""

from __future__ import annotations

from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.policies.event import Event
from tests.policies.steps import build, call, event, shaped


class AssignAttributesTests(SynchronousTestCase):
    """The attributes that are set."""

    def test_values(self) -> None:
        """Keep their kinds, by either form of their names; null changes none."""
        made = call(query=b"n=5", old="x")
        build(
            "policy-assign-attributes",
            attributes=[
                {"name": "gravitee.attribute.a", "value": "{#request.params['n'][0]}!"},
                {"name": "b", "value": "{#context.attributes['a'].length() + 1}"},
                {"name": "c", "value": "{#context.attributes['gravitee.attribute.b']}"},
                {"name": "old", "value": "{#request.params['absent']}"},
            ],
        ).on_request(made)
        self.assertEqual(made.attributes, {"old": "x", "a": "5!", "b": 3, "c": 3})

    def test_a_text_without_a_value(self) -> None:
        """An attribute without a value is not changed, and later ones are set."""
        made = call(old="x")
        step = build(
            "policy-assign-attributes",
            attributes=[
                {"name": "old", "value": "{#request.headers['nobody'][0].trim()}"},
                {"name": "new", "value": "y"},
            ],
        )
        with capturedLogs() as logged:
            step.on_request(made)
        self.assertEqual(made.attributes, {"old": "x", "new": "y"})
        (line,) = [formatEvent(one) for one in logged]
        self.assertIn("the attribute old is not assigned: ", line)

    def test_events(self) -> None:
        """An event has attributes of its own, which the steps that follow read."""
        text = "{#message.attributes['a']}-{#request.params['v'][0]}"
        steps = [
            build("policy-assign-attributes", attributes=attributes)
            for attributes in (
                [
                    {"name": "a", "value": "{#message.jsonContent.n + 1}"},
                    {"name": "b", "value": "{#message.type.substring(9)}"},
                ],
                [{"name": "c", "value": text}],
            )
        ]
        made: Event | None = event('{"n": 1}', type="t")
        given = made
        for step in steps:
            assert made is not None
            made = shaped(step, made, **call(query=b"v=q").scope)
        assert given is not None and made is not None
        self.assertEqual(dict(made.attributes), {"a": 2, "c": "2-q"})
        self.assertIs(made.message, given.message)
        self.assertEqual(dict(given.attributes), {})
        moved = made.having(Message("other"))
        self.assertEqual(moved.get("attributes"), {"a": 2, "c": "2-q"})

    def test_events_without_a_value(self) -> None:
        """Nothing is assigned, for this client or this event."""
        step = build(
            "policy-assign-attributes",
            attributes=[
                {"name": "a", "value": "{#request.headers['nobody'][0].trim()}"},
                {"name": "b", "value": "{#message.jsonContent.none}"},
            ],
        )
        made = event("x")
        self.assertIs(shaped(step, made, **call().scope), made)
