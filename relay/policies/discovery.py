"""The policies of this installation: Relay's own, and those of other distributions."""

from __future__ import annotations

from collections.abc import Iterable

from relay import policies
from relay.model.api.flow import FlowStep, current_id
from relay.model.api.kinds import PolicyType
from relay.plugins import UsablePlugins, found_in, modules_of
from relay.policies import events, limits, security, traffic, transformation
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

OWN = modules_of(
    policies,
    "transformation.assign_attributes",
    "transformation.assign_content",
    "security.basic_authentication",
    "traffic.dynamic_routing",
    "events.event_filter",
    "events.event_limit",
    "events.event_redact",
    "events.event_transform",
    "security.generate_jwt",
    "traffic.http_callout",
    "security.http_signature",
    "traffic.interrupt",
    "security.ip_filtering",
    "traffic.latency",
    "traffic.mock",
    "limits.rate_limit",
    "limits.request_content_limit",
    "security.request_validation",
    "security.resource_filtering",
    "traffic.shared_policy_group",
    "limits.spike_arrest",
    "security.ssl_enforcement",
    "traffic.status_code",
    "limits.stream_limit",
    "transformation.transform_headers",
)
"""The modules with the policies that Relay brings along."""


class PolicyTypes(UsablePlugins[IPolicy, PolicyType]):
    """
    All types of policies that can be used.

    :param found: plugins, as from :func:`relay.plugins.found_in`.
    """

    def __init__(self, found: Iterable[object]) -> None:
        super().__init__(found, IPolicy, PolicyType, OWN)

    def build(self, step: FlowStep, context: PolicyContext) -> Policy:
        """
        Make a step ready.

        :raises ValueError: when it cannot be used.
        """
        try:
            kind = self[current_id(step.policy)]
        except KeyError:
            raise ValueError(f"there is no policy [{step.policy}]") from None
        return kind.build(step.configuration, context)


def find_policies() -> PolicyTypes:
    """Find the policies, once a start."""
    return PolicyTypes(
        found_in(policies, events, limits, security, traffic, transformation)
    )
