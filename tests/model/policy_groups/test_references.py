"""The groups that the flows of a definition refer to."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.policy_groups.references import problems, references


def step(cross_id: str, **members: Any) -> dict[str, Any]:
    """Write a step that refers to a group."""
    return {
        "policy": "shared-policy-group-policy",
        "enabled": True,
        "configuration": {"sharedPolicyGroupId": cross_id},
        **members,
    }


class ReferencesTests(SynchronousTestCase):
    """Only enabled flows and steps count."""

    def test_of_enabled_parts(self) -> None:
        """Each with its place and phase."""
        other = {"policy": "latency", "configuration": {"sharedPolicyGroupId": "z"}}
        definition = {
            "flows": [
                {"enabled": False, "request": [step("off")]},
                {
                    "enabled": True,
                    "request": [other, step("a"), step("off", enabled=False)],
                    "subscribe": [step("b")],
                },
            ]
        }
        self.assertEqual(
            [tuple(one) for one in references(definition)],
            [
                ("flows[1].request[1].configuration.sharedPolicyGroupId", *rest)
                if rest[1] == "a"
                else ("flows[1].subscribe[0].configuration.sharedPolicyGroupId", *rest)
                for rest in (("REQUEST", "a"), ("SUBSCRIBE", "b"))
            ],
        )
        self.assertEqual(list(references({})), [])

    def test_problems(self) -> None:
        """A group must exist, for the type of the API and the phase."""
        groups = {"a": {"apiType": "PROXY", "phase": "REQUEST"}}
        flow = {"request": [step("a"), step("b")], "response": [step("a")]}

        def told(api_type: str) -> list[tuple[str, str]]:
            found = problems({"flows": [flow]}, api_type, groups)
            return [(one.location, one.message) for one in found]

        at = "flows[0].{}.configuration.sharedPolicyGroupId".format
        unknown = "there is no shared policy group with the crossId [b]"
        self.assertEqual(
            told("PROXY"),
            [
                (at("request[1]"), unknown),
                (at("response[0]"), "the shared policy group is for the phase REQUEST"),
            ],
        )
        self.assertEqual(
            told("MESSAGE")[0],
            (at("request[0]"), "the shared policy group is for PROXY APIs"),
        )
