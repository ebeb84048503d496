"""
APIs whose consumers are called: the parts of a deployment that deliveries use.

The gateway itself calls nobody. It hands the channels of an API to what does, with the
lease by which of several processes one does, and the flows that events go through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.ownership import ChannelLease
from relay.gateway.flows.events import ShapedChannel
from relay.gateway.flows.runner import FlowRunner
from relay.model.consumers.records import Entitlement
from relay.model.schema.types.request_target import RequestTarget
from relay.tally import Tally

DEAD_LETTER = "dead_letter"
"""The key of events that were put onto a dead-letter list, among the counts."""


@dataclass(frozen=True, eq=False)
class PushedApi:
    """
    A deployment of such an API.

    :param id: of the API.
    :param entrypoints: the configurations of its entrypoints, by their types.
    :param plan_ids: its PUSH plans.
    :param lease: of the processes that have the channels; None if all have them.
    :param flows: None without any.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    id: str
    entrypoints: Mapping[str, dict[str, Any]]
    plan_ids: frozenset[str]
    channels: Channels
    lease: ChannelLease | None
    flows: FlowRunner | None
    wall_ms: Callable[[], int]
    counts: Tally = field(default_factory=Tally)
    """Attempts by result, and dead letters; they outlive the deployment."""

    @property
    def here(self) -> bool:
        """Whether this process has the channels."""
        return self.lease is None or self.lease.here

    def dead_lettered(self) -> None:
        """Count an event that was put onto a dead-letter list."""
        self.counts.count(DEAD_LETTER)

    def open_channel(
        self,
        target: RequestTarget,
        entrypoint: str,
        consumer: Entitlement,
    ) -> Channel | ShapedChannel:
        """
        Find or open a channel, as flows let a consumer see it.

        :param target: what would follow the context-path.
        :param entrypoint: the id of the entrypoint's kind.
        :param consumer: the subscription.
        :raises ChannelRefused: when there are as many as there may be, or another
            process serves them.
        :raises NoFlow: when the API wants a flow that fits, and none does.
        :raises EvaluationFailed: when what depends on the consumer has no value.
        """
        address = f"subscription {consumer.subscription_id}"
        channel = self.channels.open(target, Headers(), address)
        if self.flows is None:
            return channel
        return self.flows.shaped(channel, target, entrypoint, consumer, self.wall_ms)


class Pushing(Protocol):
    """A service that calls consumers."""

    def begin(self, api: PushedApi) -> None:
        """
        Call the consumers of an API.

        :param api: a deployment, in the place of the one before.
        """

    def end(self, api: PushedApi) -> Deferred[None]:
        """
        Call them no more, unless another deployment has taken its place.

        :param api: one that was begun.
        :return: fires when the last call is over.
        """
