"""Tests of `relay.dialects.draft`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.draft import Draft, Origins


class OriginTests(SynchronousTestCase):
    """Where a member of a draft stands in its file."""

    def test_the_closest_known_member_decides(self) -> None:
        """What stands below it has the same names in the file."""
        origins = Origins("spec")
        origins.put("plans[0]", "spec.plans.open")
        origins.put("plans[0].security.type", "spec.plans.open.security")
        origins.put("apiVersion", "spec.version")
        cases = {
            "": "spec",
            "name": "spec.name",
            "apiVersion": "spec.version",
            "listeners[0].paths[1].host": "spec.listeners[0].paths[1].host",
            "plans[0].security.configuration": "spec.plans.open.security.configuration",
            "plans[0].security.type": "spec.plans.open.security",
            "plans[1].name": "spec.plans[1].name",
        }
        for target, source in cases.items():
            self.assertEqual(origins.of(target), source, target)

    def test_a_draft_of_a_file_of_its_own(self) -> None:
        """Without a root, a location without origin is its own."""
        self.assertEqual(Origins().of("a[0].b"), "a[0].b")
        self.assertEqual(Origins(None).of("a[0].b"), "a[0].b")
        self.assertEqual(Origins("[1]").of("a"), "[1].a")


class DraftTests(SynchronousTestCase):
    """What a dialect has read."""

    def test_a_state_that_is_left_aside(self) -> None:
        """It is no member of the body, and is kept in capitals."""
        for state, kept in (("started", "STARTED"), (None, "")):
            draft = Draft("api", "v4-flat", {"name": "A", "state": state})
            self.assertIs(draft.leave_state(), draft)
            self.assertEqual((draft.body, draft.state_aside), ({"name": "A"}, kept))
