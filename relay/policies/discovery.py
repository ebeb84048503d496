"""The policies of this installation: Relay's own, and those that others bring."""

from __future__ import annotations

from collections.abc import Iterable

from relay import policies
from relay.model.api.flow import Step
from relay.model.api.kinds import PolicyType
from relay.plugins import found_in, usable
from relay.policies.assign_attributes import ASSIGN_ATTRIBUTES
from relay.policies.basic_authentication import BASIC_AUTHENTICATION
from relay.policies.dynamic_routing import DYNAMIC_ROUTING
from relay.policies.event_filter import EVENT_FILTER
from relay.policies.event_limit import EVENT_LIMIT
from relay.policies.event_redact import EVENT_REDACT
from relay.policies.event_transform import EVENT_TRANSFORM
from relay.policies.generate_jwt import GENERATE_JWT
from relay.policies.http_callout import HTTP_CALLOUT
from relay.policies.http_signature import HTTP_SIGNATURE
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.interrupt import INTERRUPT
from relay.policies.ip_filtering import IP_FILTERING
from relay.policies.latency import LATENCY
from relay.policies.mock import MOCK
from relay.policies.rate_limit import QUOTA, RATE_LIMIT
from relay.policies.request_content_limit import REQUEST_CONTENT_LIMIT
from relay.policies.request_validation import REQUEST_VALIDATION
from relay.policies.resource_filtering import RESOURCE_FILTERING
from relay.policies.spike_arrest import SPIKE_ARREST
from relay.policies.stream_limit import STREAM_LIMIT
from relay.policies.transform_headers import TRANSFORM_HEADERS

POLICIES: tuple[PolicyType, ...] = (
    TRANSFORM_HEADERS,
    RATE_LIMIT,
    QUOTA,
    SPIKE_ARREST,
    STREAM_LIMIT,
    ASSIGN_ATTRIBUTES,
    DYNAMIC_ROUTING,
    RESOURCE_FILTERING,
    IP_FILTERING,
    REQUEST_CONTENT_LIMIT,
    REQUEST_VALIDATION,
    MOCK,
    INTERRUPT,
    LATENCY,
    HTTP_CALLOUT,
    BASIC_AUTHENTICATION,
    GENERATE_JWT,
    HTTP_SIGNATURE,
    EVENT_FILTER,
    EVENT_TRANSFORM,
    EVENT_REDACT,
    EVENT_LIMIT,
)
"""The kinds of policies that Relay brings along."""


class Policies:
    """
    All types of policies that can be used.

    :param found: plugins; those that are of no use are told in the log.
    """

    def __init__(self, found: Iterable[object]) -> None:
        self._types: dict[str, IPolicy] = usable(IPolicy, PolicyType, POLICIES, found)

    @property
    def kinds(self) -> list[PolicyType]:
        """What a catalog is to know."""
        return [one.kind for one in self._types.values()]

    @property
    def plugins(self) -> list[IPolicy]:
        """All that can be used."""
        return list(self._types.values())

    def build(self, step: Step, context: PolicyContext) -> Policy:
        """
        Make a step ready.

        :param step: its definition.
        :param context: what it is built in.
        :raises ValueError: when it cannot be used.
        """
        try:
            kind = self._types[step.policy]
        except KeyError:
            raise ValueError(f"there is no policy [{step.policy}]") from None
        return kind.build(step.configuration, context)


def find_policies() -> Policies:
    """Look for policies, Relay's own among them, once a start."""
    return Policies(found_in(policies))
