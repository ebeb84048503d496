"""The policies of this installation: Relay's own, and those that others bring."""

from __future__ import annotations

from collections.abc import Iterable

from relay import policies
from relay.model.flow import Step
from relay.model.kinds import PolicyType
from relay.plugins import found_in, usable
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.rate_limit import QUOTA, RATE_LIMIT
from relay.policies.spike_arrest import SPIKE_ARREST
from relay.policies.stream_limit import STREAM_LIMIT
from relay.policies.transform_headers import TRANSFORM_HEADERS

POLICIES: tuple[PolicyType, ...] = (
    TRANSFORM_HEADERS,
    RATE_LIMIT,
    QUOTA,
    SPIKE_ARREST,
    STREAM_LIMIT,
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
