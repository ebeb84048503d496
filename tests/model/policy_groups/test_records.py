"""The life of a shared policy group."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from relay.model.policy_groups.records import SharedPolicyGroupRecord

STEP = {"policy": "latency", "configuration": {"time": 1}, "enabled": True}
NEW = SharedPolicyGroupRecord(
    "id-1",
    "cross-1",
    "slow",
    {"name": "Slow", "apiType": "PROXY", "phase": "REQUEST", "steps": [STEP]},
    0,
    "UNDEPLOYED",
    1,
    1,
    None,
)


class SharedPolicyGroupRecordTests(SynchronousTestCase):
    """Created, changed, deployed and undeployed."""

    def test_deployed(self) -> None:
        """Each deployment is a version, and a change waits for the next."""
        first = NEW.put_in_force(5)
        self.assertEqual(
            (first.version, first.lifecycle_state, first.deployed_at_ms),
            (1, "DEPLOYED", 5),
        )
        changed = first.updated("cross-1", {**first.definition, "steps": []})
        self.assertEqual((changed.version, changed.lifecycle_state), (1, "PENDING"))
        self.assertTrue(changed.deployed)
        again = changed.updated("cross-1", changed.definition)
        self.assertEqual(again.lifecycle_state, "PENDING")
        self.assertEqual(changed.put_in_force(7).version, 2)
        self.assertEqual(changed.put_in_force(7).lifecycle_state, "DEPLOYED")

    def test_undeployed(self) -> None:
        """A change of an undeployed group leaves it undeployed."""
        withdrawn = NEW.put_in_force(5).withdrawn(6)
        self.assertEqual(
            (withdrawn.version, withdrawn.lifecycle_state, withdrawn.deployed_at_ms),
            (1, "UNDEPLOYED", 6),
        )
        self.assertFalse(withdrawn.deployed)
        for one in (withdrawn, NEW):
            changed = one.updated("cross-2", one.definition)
            self.assertEqual(
                (changed.lifecycle_state, changed.cross_id), ("UNDEPLOYED", "cross-2")
            )

    def test_in_force(self) -> None:
        """
        The version in force differs with each deployment, and its repr contains no
        steps.
        """
        deployed = NEW.put_in_force(5)
        running = deployed.in_force()
        self.assertEqual((running.cross_id, running.phase), ("cross-1", "REQUEST"))
        self.assertEqual(running.steps, (STEP,))
        self.assertNotEqual(running, replace(deployed, version=2).in_force())
        self.assertNotIn("latency", repr(running) + repr(deployed))
