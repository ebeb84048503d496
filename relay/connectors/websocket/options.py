"""Configuration of the ``websocket`` entrypoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from relay.model.api.cors import CorsOptions
from relay.model.api.kinds import EntrypointType
from relay.model.api.messages.channel_options import SlowConsumerOptions
from relay.model.api.messages.message_options import Compatibility, HeartbeatInterval
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag, MillisecondsOrOff


class PublisherOptions(Options):
    """Events from the clients of the ``websocket`` entrypoint."""

    enabled: Flag | None = None
    """Off unless given; with ``compatibility: gravitee`` on."""


class SubscriberOptions(Options):
    """Events for the clients of the ``websocket`` entrypoint."""

    enabled: Flag = True
    """Clients receive events."""


class WebsocketOptions(Options):
    """The ``websocket`` entrypoint."""

    publisher: PublisherOptions = PublisherOptions()
    """Whether clients may publish."""
    subscriber: SubscriberOptions = SubscriberOptions()
    """Whether clients are given events."""
    heartbeat_interval_in_ms: HeartbeatInterval = 30_000
    """After how long without a sign of life a ping is sent; 0 for never."""
    pong_timeout_ms: MillisecondsOrOff = 30_000
    """How long the answer to a ping may take; 0 is for ever."""
    compatibility: Compatibility = "relay"
    """Whose clients the frames are for: what they carry."""
    slow_consumer: SlowConsumerOptions = SlowConsumerOptions()
    allow_filter: Flag = False
    """Clients may filter, by ``?types=`` and ``?filter=``."""
    cors: CorsOptions = CorsOptions()
    """Which origins may connect; credentials always go along."""

    @property
    def publishes(self) -> bool:
        """Whether clients may publish."""
        return _may_publish(self.publisher.enabled, self.compatibility)

    @model_validator(mode="after")
    def _of_some_use(self) -> Self:
        if not self.publishes and not self.subscriber.enabled:
            reason = "one of publisher and subscriber must be enabled"
            raise refusal([(("subscriber", "enabled"), reason)])
        return self


def _publishes(configuration: Mapping[str, Any]) -> bool:
    publisher = configuration.get("publisher")
    enabled = publisher.get("enabled") if isinstance(publisher, Mapping) else None
    return _may_publish(enabled, configuration.get("compatibility"))


def _may_publish(enabled: object, compatibility: object) -> bool:
    return compatibility == "gravitee" if enabled is None else enabled is True


WEBSOCKET_ENTRYPOINT = EntrypointType(
    "websocket",
    "WebSocket",
    "MESSAGE",
    WebsocketOptions,
    publishes=_publishes,
    description="Sends and accepts events as the messages of a WebSocket.",
)
