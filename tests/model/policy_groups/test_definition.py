"""The definition of a shared policy group."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.policy_groups.definition import SharedPolicyGroupDefinition
from relay.model.schema.reading import issues


def body(**changes: Any) -> dict[str, Any]:
    """Return a group for the requests of PROXY APIs."""
    return {"name": "Headers", "apiType": "PROXY", "phase": "REQUEST", **changes}


def refused(**changes: Any) -> dict[str, str]:
    """Return the problems of a group by their location."""
    try:
        SharedPolicyGroupDefinition.read(body(**changes))
    except ValidationError as error:
        return {one.location: one.message for one in issues(error)}
    return {}


class SharedPolicyGroupDefinitionTests(SynchronousTestCase):
    """Definitions that are read, and definitions that are refused."""

    def test_runtime_fields(self) -> None:
        """A group that a client was sent can be sent back."""
        sent = {
            "id": "1",
            "version": 3,
            "lifecycleState": "DEPLOYED",
            "originContext": {"origin": "MANAGEMENT"},
            "createdAt": "2026-01-01T00:00:00Z",
            "updatedAt": "2026-01-01T00:00:00Z",
            "deployedAt": "2026-01-01T00:00:00Z",
        }
        read = SharedPolicyGroupDefinition.read(body(**sent)).to_json()
        self.assertEqual(read, body(steps=[]))

    def test_phases(self) -> None:
        """Events have phases of their own, in MESSAGE APIs only."""
        for phase in ("REQUEST", "RESPONSE", "PUBLISH", "SUBSCRIBE"):
            self.assertEqual(refused(apiType="MESSAGE", phase=phase), {})
        self.assertEqual(refused(phase="response", apiType="proxy"), {})
        for phase in ("INTERACT", "ENTRYPOINT_CONNECT", "MESSAGE_REQUEST", ""):
            self.assertEqual(list(refused(phase=phase)), ["phase"])
        self.assertEqual(list(refused(apiType="NATIVE")), ["apiType"])

    def test_lengths(self) -> None:
        """Texts have a length, and a name is required."""
        longest = {"name": 512, "description": 1024, "prerequisiteMessage": 1024}
        for name, length in {**longest, "crossId": 64}.items():
            self.assertEqual(refused(**{name: "x" * length}), {})
            self.assertEqual(list(refused(**{name: "x" * (length + 1)})), [name])
        for nothing in ("", " ", None):
            self.assertEqual(list(refused(name=nothing)), ["name"])
        self.assertEqual(list(refused(stages=[])), ["stages"])
