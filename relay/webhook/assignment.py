"""An assignment: the events of one subscription to a deployment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from relay.channel.channel import Channel
from relay.gateway.flows.events import ShapedChannel
from relay.gateway.push import PushedApi
from relay.model.consumers.consumer_configuration import ConsumerConfiguration
from relay.model.consumers.deliveries import DeadLetter
from relay.model.consumers.records import Entitlement
from relay.model.consumers.webhook_subscription import WebhookSubscription
from relay.webhook.event import OutgoingEvent
from relay.webhook.options import WebhookOptions


@dataclass(frozen=True)
class Assignment:
    """
    One subscription, and the deployment that it belongs to.

    :param subscription: in force.
    :param configuration: the ``consumerConfiguration`` of the subscription.
    :param webhook: its part about the receiver.
    :param options: the configuration of the API's entrypoint.
    :param turn: returns whether no other process delivers the subscription.
    """

    api: PushedApi
    subscription: Entitlement
    configuration: ConsumerConfiguration
    webhook: WebhookSubscription
    options: WebhookOptions
    turn: Callable[[], bool]

    @classmethod
    def of(
        cls,
        api: PushedApi,
        subscription: Entitlement,
        turn: Callable[[], bool] = lambda: True,
    ) -> Assignment:
        """
        Read a subscription.

        :param turn: as above.
        :raises ValueError: when it cannot be read.
        """
        configuration = ConsumerConfiguration.read(subscription.consumer_configuration)
        return cls(
            api,
            subscription,
            configuration,
            WebhookSubscription.read(configuration.entrypoint_configuration),
            WebhookOptions.read(api.entrypoints[configuration.entrypoint_id]),
            turn,
        )

    @property
    def here(self) -> bool:
        """Whether this process is to deliver the subscription now."""
        return self.api.here and self.turn()

    @property
    def id(self) -> str:
        """The subscription's id."""
        return self.subscription.subscription_id

    @property
    def log_ids(self) -> dict[str, Any]:
        """The ids of messages in the log about it."""
        return {"api_id": self.api.id, "subscription_id": self.id}

    @staticmethod
    def key(api: PushedApi, subscription: Entitlement) -> Hashable:
        """
        Return a key; a delivery runs on unchanged as long as its key stays equal.
        """
        one = subscription
        documents = json.dumps(
            [one.consumer_configuration, one.metadata], sort_keys=True
        )
        # Flows see the name, the client id and the metadata.
        return (api, one.plan_id, documents, one.client_id, one.application_name)

    @cached_property
    def _fingerprint(self) -> str:
        sent = self.configuration.entrypoint_configuration
        encoded = json.dumps(sent, sort_keys=True).encode()
        return hashlib.sha256(encoded).hexdigest()[:16]

    def mark(self, event: OutgoingEvent, letter: DeadLetter | None) -> str:
        """
        Identify an event and its receiver: attempts are counted by this mark, and anew
        when the receiver changes.

        :param letter: the entry of the dead-letter list that is replayed, if it is one.
        """
        return f"{event.id if letter is None else letter.id} {self._fingerprint}"

    def open_channel(self) -> Channel | ShapedChannel:
        """Open the channel; see :meth:`PushedApi.open_channel`."""
        return self.api.open_channel(
            self.configuration.target,
            self.configuration.entrypoint_id,
            self.subscription,
        )
