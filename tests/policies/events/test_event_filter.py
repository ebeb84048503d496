"""Tests of :mod:`relay.policies.events.event_filter`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, event, shaped


class EventFilterTests(SynchronousTestCase):
    """The events that pass the step."""

    def test_types(self) -> None:
        """Events of the listed types are kept, or dropped."""
        for action, kept in (("KEEP", [True, False]), ("DROP", [False, True])):
            step = build("event-filter", types=["a"], action=action)
            found = [shaped(step, event("x", type=one)) for one in ("a", "b")]
            self.assertEqual([one is not None for one in found], kept)

    def test_condition(self) -> None:
        """Clients with the same values in the condition share the step."""
        step = build(
            "event-filter",
            condition="{#message.jsonContent.to == #context.attributes.me}",
        )
        ann, bob, again = (
            step.for_events({"context": {"attributes": {"me": name}}})
            for name in ("ann", "bob", "ann")
        )
        self.assertEqual(ann.key, again.key)
        self.assertNotEqual(ann.key, bob.key)
        given = event('{"to":"ann"}')
        self.assertIs(ann.apply(given), given)
        self.assertIsNone(bob.apply(given))
