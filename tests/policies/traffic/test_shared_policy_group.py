"""Tests of :mod:`relay.policies.traffic.shared_policy_group`."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from relay.policies.interfaces import Policy
from tests.policies.steps import build, context, refused

POLICY = "shared-policy-group-policy"


class SharedPolicyGroupTests(SynchronousTestCase):
    """A step that refers to a group; ``tests/gateway/flows/test_groups.py`` runs it."""

    def test_the_group(self) -> None:
        """The group is found by its crossId."""
        group, wanted = Policy(), []

        def find(cross_id: str) -> Policy:
            wanted.append(cross_id)
            return group

        given = replace(context(), group=find)
        self.assertIs(build(POLICY, given, sharedPolicyGroupId="cross-1"), group)
        self.assertEqual(wanted, ["cross-1"])

    def test_without_groups(self) -> None:
        """Without groups the step cannot be used."""
        with self.assertRaises(ValueError) as raised:
            build(POLICY, sharedPolicyGroupId="cross-1")
        self.assertIn("[cross-1]", str(raised.exception))

    def test_refused(self) -> None:
        """The crossId is required, and has a length."""
        name = "sharedPolicyGroupId"
        self.assertEqual(refused(POLICY), [name])
        for value in (None, "", 1, "x" * 65):
            self.assertEqual(refused(POLICY, **{name: value}), [name], value)
        self.assertEqual(refused(POLICY, **{name: "x" * 64}), [])
