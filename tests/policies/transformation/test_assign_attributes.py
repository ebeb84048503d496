"""Tests of :mod:`relay.policies.transformation.assign_attributes`."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.policies.call import KnownBody
from relay.policies.event import Event
from tests.policies.console_forms import api, refusals
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

    def test_content(self) -> None:
        """A text can read the body of a request, in the phase request only."""
        text = "{#jsonPath(#request.content, '$.form.name')}"
        attributes = [{"name": "a", "value": text}, {"name": "b", "value": "2"}]
        policy, stored = "policy-assign-attributes", {"attributes": attributes}
        for content, expected in (
            (b'{"form": {"name": "ann"}}', {"a": "ann", "b": "2"}),
            (b"no JSON", {"b": "2"}),
        ):
            made = call("POST", content_length=None)
            made.request.body = KnownBody(content)
            waited = build(policy, attributes=attributes).on_request(made)
            assert isinstance(waited, Deferred)
            self.assertIsNone(self.successResultOf(waited))
            self.assertEqual(made.attributes, expected)
        where = "flows[0].{}[0].configuration"
        for api_type, phase, problem in (
            ("PROXY", "request", ""),
            ("PROXY", "response", "in the phase request only"),
            ("MESSAGE", "request", "in PROXY APIs only"),
        ):
            found = refusals(api(api_type, phase, policy, stored))
            self.assertEqual(list(found), [where.format(phase)] * bool(problem))
            for message in found.values():
                self.assertIn(problem, message)

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
