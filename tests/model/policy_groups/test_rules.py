"""The steps of a shared policy group, as those of a flow."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.errors import Invalid
from tests.installed import CATALOG


def refused(
    *steps: Any, api_type: str = "PROXY", phase: str = "REQUEST", name: str = "G"
) -> Any:
    """Return the problems of a group by their location."""
    body = {"name": name, "apiType": api_type, "phase": phase, "steps": list(steps)}
    try:
        CATALOG.parse_policy_group(body)
    except Invalid as invalid:
        return {one.location: one.message for one in invalid.issues}
    return {}


def step(policy: str, **configuration: Any) -> dict[str, Any]:
    """Write a step."""
    return {"policy": policy, "configuration": configuration}


class RulesTests(SynchronousTestCase):
    """Groups that are refused."""

    def test_nesting(self) -> None:
        """A group cannot contain a group, unless that step is disabled."""
        nested = step("shared-policy-group-policy", sharedPolicyGroupId="b")
        why = "a shared policy group cannot contain another shared policy group"
        self.assertEqual(refused(step("latency"), nested), {"steps[1].policy": why})
        self.assertEqual(refused({**nested, "enabled": False}), {})

    def test_phase(self) -> None:
        """Each policy must be usable in the phase."""
        self.assertEqual(refused(step("mock")), {})
        self.assertEqual(
            list(refused(step("mock"), phase="RESPONSE")), ["steps[0].policy"]
        )
        self.assertEqual(list(refused(step("event-filter"))), ["steps[0].policy"])
        for phase in ("SUBSCRIBE", "PUBLISH"):
            filtering = step("event-filter", condition="{#message.content != ''}")
            found = refused(filtering, api_type="MESSAGE", phase=phase)
            self.assertEqual(found, {})

    def test_configuration_and_conditions(self) -> None:
        """A mistake is named with its place."""
        bad = {**step("latency", time="x"), "condition": "{#message.content == ''}"}
        self.assertEqual(
            sorted(refused(bad)),
            ["steps[0].condition", "steps[0].configuration.time"],
        )
        self.assertEqual(list(refused(step("nothing"))), ["steps[0].policy"])

    def test_phase_that_the_type_does_not_have(self) -> None:
        """A phase that the type lacks is the only reported problem of the steps."""
        for phase in ("PUBLISH", "SUBSCRIBE"):
            self.assertEqual(
                refused(step("mock"), phase=phase),
                {"phase": "is no phase of PROXY APIs, only REQUEST, RESPONSE"},
            )
        self.assertEqual(sorted(refused(phase="PUBLISH", name="")), ["name", "phase"])
