"""Configuration of the ``webhook`` entrypoint, set by the publisher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, Strict

from relay.model.api.kinds import EntrypointType
from relay.model.api.messages.message_options import Compatibility
from relay.model.consumers.webhook_subscription import Retry, WebhookSubscription
from relay.model.schema.base import Options
from relay.model.schema.refusal import Where
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import (
    Flag,
    Integral,
    Milliseconds,
    MillisecondsOrOff,
)
from relay.model.schema.unsupported import refused, switched_on

GRAVITEE_RETRIES = 3
"""How often Gravitee repeats an attempt unless the consumer says."""
_Connections = Annotated[int, Strict(), Field(ge=1, le=20), Integral]
_Letters = Annotated[int, Strict(), Field(ge=1, le=100_000), Integral]
_Threshold = Annotated[int, Strict(), Field(ge=0, le=1_000_000), Integral]


def _proxy_on(value: Any) -> Iterator[Where]:
    if isinstance(value, dict):
        yield from (
            (name,) for name in ("enabled", "useSystemProxy") if value.get(name)
        )
    elif value:
        yield ()


class WebhookHttp(Options):
    """The clocks of a delivery."""

    connect_timeout: Milliseconds = 3000
    """Milliseconds for TCP and TLS, for each address of the callback's host."""
    read_timeout: Milliseconds = 10_000
    """Milliseconds until the whole answer is there, connecting not counted."""
    idle_timeout: MillisecondsOrOff = 60_000
    """How long a connection is kept unused for the next event; 0 keeps none."""
    max_concurrent_connections: _Connections = 5
    """How many deliveries of one subscription may be under way; there is never more
    than one, so that events stay in order."""


class DeadLetterOptions(Options):
    """The lists of events that could not be delivered."""

    max_events: _Letters = 1000
    """Of one subscription. When it is full, delivery stops: nothing is dropped."""


class WebhookOptions(Options):
    """The configuration of the entrypoint."""

    http: WebhookHttp = WebhookHttp()
    compatibility: Compatibility = "relay"
    """Whose consumers are called: how attempts count, and what ends the delivery."""
    interrupt_consumption_on_server_error: Flag | None = None
    """Whether delivery stops when an event's last attempt is answered with a 5xx; off
    unless given, on with ``compatibility: gravitee``."""
    interrupt_consumption_on_exception: Flag | None = None
    """Whether it stops when an event's last attempt is not answered at all; by default
    as for a 5xx."""
    dead_letters: DeadLetterOptions = DeadLetterOptions()
    failure_threshold: _Threshold = 10
    """After how many events in a row that could not be delivered it stops; 0 for
    never."""
    proxy: Annotated[
        Any,
        refused(_proxy_on, "proxies towards callbacks are not supported yet"),
        INEFFECTIVE,
    ] = None
    logging: Annotated[
        Any,
        refused(switched_on, "logging of deliveries is not supported: see their state"),
        INEFFECTIVE,
    ] = None

    @property
    def _as_gravitee(self) -> bool:
        return self.compatibility == "gravitee"

    def attempts(self, retry: Retry) -> int:
        """
        Return how often an event is sent at most.

        :param retry: the consumer's. Its ``maxAttempts`` counts the first attempt; in
            Gravitee only those that follow it.
        """
        if not self._as_gravitee or retry.retry_option == "No Retry":
            return retry.attempts
        return 1 + (retry.max_attempts or GRAVITEE_RETRIES)

    def stops_after(self, status: int | None) -> bool:
        """
        Whether delivery stops with an event that was not accepted.

        :param status: of the last answer; None when there was none.
        """
        if status is None:
            stops = self.interrupt_consumption_on_exception
        elif status >= 500:
            stops = self.interrupt_consumption_on_server_error
        else:
            stops = None
        return self._as_gravitee if stops is None else stops


WEBHOOK_ENTRYPOINT = EntrypointType(
    "webhook",
    "Webhook",
    "MESSAGE",
    WebhookOptions,
    listener="SUBSCRIPTION",
    subscription=WebhookSubscription,
    description="Delivers events to the URLs of consumers.",
)
