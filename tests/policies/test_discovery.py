"""The policies of this installation."""

from __future__ import annotations

from twisted.plugin import IPlugin
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.flow import FlowStep
from relay.policies.discovery import OWN, PolicyTypes, find_policies
from tests.policies.steps import context


class PoliciesTests(SynchronousTestCase):
    """The policies of this installation."""

    def test_own(self) -> None:
        """Each that Relay brings along can be used."""
        found = find_policies()
        self.assertEqual({type(one).__module__ for one in found.values()}, {*OWN})
        for plugin in found.values():
            self.assertTrue(IPlugin.providedBy(plugin))

    def test_unknown(self) -> None:
        """A step whose policy is gone cannot be built, and is never left out."""
        build = PolicyTypes([]).build
        error = self.assertRaises(ValueError, build, FlowStep(policy="x"), context())
        self.assertIn("[x]", str(error))
