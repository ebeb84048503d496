"""What a policy provides, as a twisted plugin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.plugin import IPlugin
from zope.interface import Attribute

from relay.expression.nodes import Scope
from relay.model.api.definition import ApiDefinition
from relay.outbound.client import Outbound
from relay.policies.call import Call
from relay.policies.counters import Counters
from relay.policies.event import Event


class EventStep(Protocol):
    """A policy of events, for all subscribers for whom it does the same."""

    key: Hashable
    """What is equal for steps that do the same to every event: an event is shaped once
    for all subscribers whose steps have equal keys."""

    def apply(self, event: Event) -> Event | None:
        """
        Give an event as it goes on, or None to withhold it; it has to be cheap.

        :param event: the event, which must not be changed in place.
        :raises Interrupted: to refuse it, when a client publishes it.
        :raises EvaluationFailed: when an expression has no value; then the event is
            withheld.
        """


class Policy:
    """
    One step of a flow, ready for calls. What a policy does not do is left as it is.

    The kind says in which phases it may stand; only their methods are called.
    """

    def on_request(self, call: Call) -> Deferred[None] | None:
        """
        Act on a request, before it goes to the source.

        :return: a Deferred when that takes time, cancelled when the client leaves.
        :raises Interrupted: to end the call with an answer.
        :raises EvaluationFailed: when an expression has no value; the call is refused.
        """
        raise NotImplementedError

    def on_response(self, call: Call) -> Deferred[None] | None:
        """
        Act on the head of an answer; ``call.response`` is set.

        :return: as above, but for MESSAGE APIs, where it must be None.
        """
        raise NotImplementedError

    def for_events(self, scope: Scope) -> EventStep:
        """
        Get ready for the events of one client.

        :param scope: what the variables stand for, but ``#message``. Whatever depends
            on them is settled here, so that clients with the same values share what is
            done.
        :raises EvaluationFailed: when an expression has no value; the call is refused.
        """
        raise NotImplementedError

    def close(self) -> None:
        """The deployment is no longer served: stop what goes on in the background."""


@dataclass(frozen=True, slots=True)
class PolicyContext:
    """
    What a policy is built in.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param outbound: makes guarded calls to URLs of definitions.
    :param counters: counts what this process counts, deployment after deployment.
    :param open_calls: how many calls are open, by whatever counts them; one for all
        deployments, too.
    :param place: where in the API the step stands: what it counts is its own, and in
        the same place the next deployment's step goes on counting.
    """

    reactor: Any
    wall_ms: Callable[[], int]
    outbound: Outbound
    api_id: str
    api: ApiDefinition
    counters: Counters
    open_calls: Counter[tuple[str, ...]]
    place: str = ""


class IPolicy(IPlugin):
    """A type of policy."""

    kind = Attribute("its :class:`relay.model.api.kinds.PolicyType`")

    def build(configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """
        Make one step of a flow ready.

        :raises ValueError: when something in it cannot be used.
        """
