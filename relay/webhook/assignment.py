"""What is to be delivered: a subscription's events, by a deployment of its API."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

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
    One subscription.

    :param api: the deployment.
    :param subscription: the subscription, in force.
    :param configuration: what it says.
    :param webhook: what it says of the receiver.
    :param options: what the publisher says.
    """

    api: PushedApi
    subscription: Entitlement
    configuration: ConsumerConfiguration
    webhook: WebhookSubscription
    options: WebhookOptions

    @classmethod
    def of(cls, api: PushedApi, subscription: Entitlement) -> Assignment:
        """
        Read a subscription.

        :param api: the deployment.
        :param subscription: one whose events are to be delivered.
        :raises ValueError: when it cannot be read.
        """
        configuration = ConsumerConfiguration.read(subscription.consumer_configuration)
        return cls(
            api,
            subscription,
            configuration,
            WebhookSubscription.read(configuration.entrypoint_configuration),
            WebhookOptions.read(api.entrypoints[configuration.entrypoint_id]),
        )

    @property
    def id(self) -> str:
        """Of the subscription."""
        return self.subscription.subscription_id

    @staticmethod
    def key(api: PushedApi, subscription: Entitlement) -> Hashable:
        """
        Give what is equal as long as the delivery can go on as it is.

        :param api: the deployment.
        :param subscription: the subscription.
        """
        configuration = json.dumps(subscription.consumer_configuration, sort_keys=True)
        return (api, subscription.plan_id, configuration)

    @cached_property
    def _fingerprint(self) -> str:
        sent = self.configuration.entrypoint_configuration
        encoded = json.dumps(sent, sort_keys=True).encode()
        return hashlib.sha256(encoded).hexdigest()[:16]

    def mark(self, event: OutgoingEvent, letter: DeadLetter | None) -> str:
        """
        Tell what is sent from anything else, and from the same sent elsewhere, where
        its attempts begin anew.

        :param event: the event.
        :param letter: what it is on the dead-letter list, if it is sent again.
        """
        return f"{event.id if letter is None else letter.id} {self._fingerprint}"

    def open_channel(self) -> Channel | ShapedChannel:
        """
        Open the channel; see :meth:`PushedApi.open_channel`.
        """
        ids = {
            "plan": self.subscription.plan_id,
            "application": self.subscription.application_id,
            "subscription": self.id,
        }
        return self.api.open_channel(
            self.configuration.target, self.configuration.entrypoint_id, ids
        )
