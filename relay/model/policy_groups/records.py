"""The stored records of shared policy groups."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

LifecycleState = Literal["UNDEPLOYED", "DEPLOYED", "PENDING"]
"""``PENDING``: deployed, and changed since."""


@dataclass(frozen=True, slots=True)
class SharedPolicyGroupRecord:
    """A shared policy group in its saved version, or in a deployed one."""

    id: str
    """A lower-case UUIDv4."""
    cross_id: str
    """The id by which flows refer to the group."""
    hrid: str
    """Its human-readable id, which no other group has."""
    definition: dict[str, Any] = field(repr=False)
    """What
    :meth:`relay.model.policy_groups.definition.SharedPolicyGroupDefinition.to_json`
    gave."""
    version: int
    """How often the group was deployed."""
    lifecycle_state: str
    """A :data:`LifecycleState`."""
    created_at_ms: int
    updated_at_ms: int
    deployed_at_ms: int | None
    """When the group was last deployed or undeployed; ``None`` until then."""

    @property
    def deployed(self) -> bool:
        """Whether gateways run a version of the group."""
        return self.lifecycle_state != "UNDEPLOYED"

    def updated(
        self, cross_id: str, definition: dict[str, Any]
    ) -> SharedPolicyGroupRecord:
        """Return the group with another definition, which is not deployed yet."""
        state = "PENDING" if self.deployed else "UNDEPLOYED"
        return replace(
            self, cross_id=cross_id, definition=definition, lifecycle_state=state
        )

    def put_in_force(self, now_ms: int) -> SharedPolicyGroupRecord:
        """Return the group with its definition deployed as the next version."""
        return replace(
            self,
            version=self.version + 1,
            lifecycle_state="DEPLOYED",
            deployed_at_ms=now_ms,
        )

    def withdrawn(self, now_ms: int) -> SharedPolicyGroupRecord:
        """Return the group with no version deployed."""
        return replace(self, lifecycle_state="UNDEPLOYED", deployed_at_ms=now_ms)

    def in_force(self) -> DeployedGroup:
        """Return what gateways run of a deployed version."""
        return DeployedGroup(
            self.cross_id,
            self.definition["name"],
            self.definition["phase"],
            self.version,
            tuple(self.definition["steps"]),
        )


@dataclass(frozen=True, slots=True)
class DeployedGroup:
    """The version of a shared policy group that gateways run."""

    cross_id: str
    name: str
    phase: str
    """``REQUEST``, ``RESPONSE``, ``PUBLISH`` or ``SUBSCRIBE``."""
    version: int
    steps: tuple[dict[str, Any], ...] = field(repr=False)
    """What :meth:`relay.model.api.flow.FlowStep.to_json` gave."""
