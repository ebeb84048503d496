"""``shared-policy-group-policy``: runs the steps of a shared policy group."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.policy_groups.references import POLICY
from relay.model.schema.base import Options
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class SharedPolicyGroup(Options):
    """The group."""

    shared_policy_group_id: Annotated[str, Field(min_length=1, max_length=64)]
    """The ``crossId`` of the group."""


SHARED_POLICY_GROUP = PolicyType(
    POLICY,
    "Shared policy group",
    SharedPolicyGroup,
    proxy=("request", "response"),
    message=("request", "response", "subscribe", "publish"),
    description="Runs the steps of a shared policy group.",
)


@implementer(IPolicy)
class SharedPolicyGroupType:
    """Makes ``shared-policy-group-policy`` steps."""

    kind = SHARED_POLICY_GROUP

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build the steps of the group."""
        options = SharedPolicyGroup.read(configuration)
        return context.group(options.shared_policy_group_id)


shared_policy_group = SharedPolicyGroupType()
