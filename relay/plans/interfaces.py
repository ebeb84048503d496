"""What a type of plan provides, as a twisted plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.plugin import IPlugin
from zope.interface import Attribute

from relay.model.api.definition import ApiDefinition
from relay.outbound.client import Outbound
from relay.plans.caller import Caller
from relay.plans.consumers import Consumers
from relay.plans.tokens.key_sets import KeySets
from relay.plans.verdict import NOTHING, Verdict
from relay.settings.schema import GatewaySettings


@dataclass(frozen=True, slots=True)
class Credential:
    """
    What a caller brought for a plan; it is not checked yet.

    :param value: whatever the plan wants to see again; never shown.
    :param attributes: what of it a selection rule may look at.
    """

    value: Any = field(repr=False)
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False)


class Plan(Protocol):
    """One plan of a deployment, ready to be asked."""

    id: str
    """The plan's id."""
    anonymous: bool
    """Whether it asks for no credential. It is passed over once any plan before it has
    found one: who brings a wrong key is not let in as nobody."""
    challenge: bytes | None
    """For ``WWW-Authenticate``, to those who were not let in."""
    parameters: frozenset[str]
    """Query parameters that may hold its credentials: no log ever has them."""

    def find(self, caller: Caller) -> Credential | None:
        """
        Look for a credential, without checking it; it has to be cheap.

        :param caller: who asks.
        :return: None when the caller brings none, and the plan is not for it.
        """

    def admit(
        self, caller: Caller, credential: Credential
    ) -> Verdict | Deferred[Verdict]:
        """
        Check a credential.

        Whatever can be known without asking anybody must come at once: an event stream
        is opened for each call. A failure means that nobody can tell now.

        :param caller: who asks.
        :param credential: what :meth:`find` gave.
        """

    def strip(self, caller: Caller) -> None:
        """
        Take the credential, unless it is to go on, out of what goes upstream.

        :param caller: who was let in.
        """

    def close(self) -> None:
        """The deployment is no longer served: stop what goes on in the background."""


@dataclass(frozen=True, slots=True)
class PlanContext:
    """
    What a plan is built in.

    :param reactor: what tells the time and connects.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param api_id: the API.
    :param api: its definition.
    :param consumers: the subscriptions in force.
    :param settings: the gateway's settings.
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


class IPlan(IPlugin):
    """A type of plan."""

    kind = Attribute("its :class:`relay.model.api.kinds.PlanType`")
    order = Attribute("when it is asked; lower is sooner")

    def build(plan: Mapping[str, Any], context: PlanContext) -> Plan:
        """
        Make one plan of a deployment ready.

        :param plan: its management JSON, checked.
        :param context: what it is built in.
        :raises ValueError: when something in it cannot be used.
        """
