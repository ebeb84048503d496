"""The interface that a plugin with a type of plan provides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.plugin import IPlugin
from zope.interface import Attribute

from relay.model.api.definition import ApiDefinition
from relay.model.schema.base import Options
from relay.outbound import Outbound
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.protected_resource import ProtectedResource
from relay.plans.tokens.key_sets import KeySets
from relay.plans.verdict import NOTHING, Verdict
from relay.settings.gateway import GatewaySettings
from relay.tally import Tally

_O = TypeVar("_O", bound=Options)


@dataclass(frozen=True, slots=True)
class Credential:
    """
    The credential of a caller for one plan, not checked yet.

    :param value: the value that the plan checks; never shown.
    :param attributes: the attributes of it that selection rules may use.
    """

    value: Any = field(repr=False)
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False)


class Plan(Protocol):
    """
    One plan of a deployment, ready to admit callers.

    A plan that inherits from this class asks for a credential, sends no challenge and
    leaves the request as it is, unless it overrides that.
    """

    id: str
    """The plan's id."""
    anonymous: bool = False
    """Whether it asks for no credential. It is skipped once any plan before it has
    found a credential: a caller with a wrong key is not admitted anonymously."""
    challenge: bytes | None = None
    """For ``WWW-Authenticate`` of a response to callers that were not admitted."""
    resource: ProtectedResource | None = None
    """What clients need in order to obtain its tokens; None if it advertises nothing.
    Its challenge then names the URL of the metadata (RFC 9728, 5.1)."""
    parameters: frozenset[str] = frozenset()
    """Query parameters that may hold its credentials, which no log ever shows."""

    def find(self, caller: Caller) -> Credential | None:
        """
        Look for a credential, without checking it; it has to be cheap.

        :return: None when the caller has none, and the plan does not apply.
        """

    def admit(
        self, caller: Caller, credential: Credential
    ) -> Verdict | Deferred[Verdict]:
        """
        Check a credential.

        Whatever can be known without a call to another system must be returned at once:
        an event stream is opened for each call. A failure means that the plan cannot
        decide now.

        :param credential: what :meth:`find` returned.
        """

    def strip(self, caller: Caller) -> None:
        """
        Remove the credential of an admitted caller, unless it is to be forwarded, from
        what goes upstream.
        """
        return

    def close(self) -> None:
        """Stop all background work: the deployment is no longer served."""
        return


def read_options(plan: Mapping[str, Any], model: type[_O]) -> _O:
    """
    Read the configuration of a plan's security.

    :param plan: its management JSON, checked.
    """
    return model.read(plan["security"].get("configuration") or {})


@dataclass(frozen=True, slots=True)
class PlanContext:
    """
    The services that plans are built with.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param consumers: the subscriptions in force.
    :param outbound: calls URLs of the definition.
    :param key_sets: the key sets of issuers.
    """

    reactor: Any
    wall_ms: Callable[[], int]
    api_id: str
    api: ApiDefinition
    consumers: Consumers
    settings: GatewaySettings
    outbound: Outbound
    key_sets: KeySets
    verdicts: Tally = field(default_factory=Tally)
    """Decisions, by plan and verdict; of the API, which outlive the deployment."""


class IPlan(IPlugin):
    """A type of plan."""

    kind = Attribute("its :class:`relay.model.api.kinds.PlanType`")
    order = Attribute("its place among the plans that are asked; lower is sooner")

    def build(plan: Mapping[str, Any], context: PlanContext) -> Plan:
        """
        Make one plan of a deployment ready.

        :param plan: its management JSON, checked.
        :raises ValueError: when something in it cannot be used.
        """
