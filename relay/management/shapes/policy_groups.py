"""The shapes of shared policy groups."""

from __future__ import annotations

from typing import Literal

from relay.management.shapes.common import Origin, Timestamp
from relay.model.policy_groups.definition import SharedPolicyGroupDefinition
from relay.model.schema.base import Value


class SharedPolicyGroup(SharedPolicyGroupDefinition):
    """A shared policy group as it is saved, or a version of one."""

    id: str
    cross_id: str
    hrid: str
    version: int
    """The number of deployments."""
    lifecycle_state: Literal["DEPLOYED", "UNDEPLOYED", "PENDING"]
    origin_context: Origin
    created_at: Timestamp
    updated_at: Timestamp
    """The time of the last change, which is also in `ETag`."""
    deployed_at: Timestamp | None = None


class SharedPolicyGroupUpdate(SharedPolicyGroupDefinition):
    """The members of a shared policy group that are changed; `apiType` and `phase` may
    only repeat their values."""

    name: str | None = None  # type: ignore[assignment]
    api_type: Literal["PROXY", "MESSAGE"] | None = None  # type: ignore[assignment]
    phase: Literal["REQUEST", "RESPONSE", "PUBLISH", "SUBSCRIBE"] | None = None  # type: ignore[assignment]


class PolicyGroupPlugin(Value):
    """A deployed group, as a policy that steps can have."""

    id: str
    policy_id: str
    name: str
    description: str | None = None
    prerequisite_message: str | None = None
    api_type: Literal["PROXY", "MESSAGE"]
    phase: str
