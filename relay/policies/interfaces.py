"""The interface that a plugin with a policy provides."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.plugin import IPlugin
from zope.interface import Attribute

from relay.expression.nodes import Scope
from relay.model.api.definition import ApiDefinition
from relay.outbound import Outbound
from relay.policies.call import Call
from relay.policies.event import Event
from relay.policies.limits.tallies import Tallies


class EventStep(Protocol):
    """A policy of events, shared by all subscribers for whom it does the same."""

    key: Hashable
    """Equal for steps that do the same to every event: an event is transformed once for
    all subscribers whose steps have equal keys."""

    def apply(self, event: Event) -> Event | None:
        """
        Return the event as it is to be delivered, or None to withhold it.

        It has to be cheap.

        :param event: must not be changed in place.
        :raises Interrupted: to refuse an event that a client publishes.
        :raises EvaluationFailed: when an expression has no value; the event is
            withheld.
        """


class Policy:
    """
    One step of a flow.

    Only the methods of the phases that its kind lists are called.
    """

    def on_request(self, call: Call) -> Deferred[None] | None:
        """
        Act on a request, before it goes upstream.

        :return: a Deferred when that takes time; it is cancelled when the client
            leaves.
        :raises Interrupted: to end the call with a response.
        :raises EvaluationFailed: when an expression has no value; the call is refused.
        """
        raise NotImplementedError

    def on_response(self, call: Call) -> Deferred[None] | None:
        """
        Act on the head of a response; ``call.response`` is set.

        :return: as of :meth:`on_request`, but None for MESSAGE APIs.
        """
        raise NotImplementedError

    def for_events(self, scope: Scope) -> EventStep:
        """
        Bind the step to the events of one client.

        :param scope: all variables but ``#message``. What depends on them is evaluated
            here, so that clients with the same values share one step.
        :raises EvaluationFailed: when an expression has no value; the call is refused.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Stop all background work: the deployment is no longer served."""


def _no_group(cross_id: str) -> Policy:
    raise ValueError(f"there is no shared policy group [{cross_id}]")


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """
    The services that policies are built with.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param outbound: makes guarded calls to URLs of definitions.
    :param tallies: the counts of calls and of open calls.
    :param place: the place of the step within the API. Each step has its own counts,
        which the step at the same place in the next deployment continues.
    :param group: builds the steps of a shared policy group, by its crossId.
    """

    reactor: Any
    wall_ms: Callable[[], int]
    outbound: Outbound
    api_id: str
    api: ApiDefinition
    tallies: Tallies
    place: str = ""
    group: Callable[[str], Policy] = _no_group


class IPolicy(IPlugin):
    """A type of policy."""

    kind = Attribute("its :class:`relay.model.api.kinds.PolicyType`")

    def build(configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """
        Build one step of a flow.

        :raises ValueError: when something in it cannot be used.
        """
