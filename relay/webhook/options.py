"""Configuration of the ``webhook`` entrypoint, set by the publisher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, Strict

from relay.model.api.kinds import EntrypointType
from relay.model.consumers.webhook_subscription import WebhookSubscription
from relay.model.schema.base import Options
from relay.model.schema.refusal import Where
from relay.model.schema.types.scalars import (
    Flag,
    Integral,
    Milliseconds,
    MillisecondsOrOff,
)
from relay.model.schema.unsupported import refused, switched_on

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
    interrupt_consumption_on_server_error: Flag = False
    """Whether delivery stops when an event's last attempt is answered with a 5xx."""
    interrupt_consumption_on_exception: Flag = False
    """Whether it stops when an event's last attempt is not answered at all."""
    dead_letters: DeadLetterOptions = DeadLetterOptions()
    failure_threshold: _Threshold = 10
    """After how many events in a row that could not be delivered it stops; 0 for
    never."""
    proxy: Annotated[
        Any, refused(_proxy_on, "proxies towards callbacks are not supported yet")
    ] = None
    logging: Annotated[
        Any,
        refused(switched_on, "logging of deliveries is not supported: see their state"),
    ] = None


WEBHOOK_ENTRYPOINT = EntrypointType(
    "webhook",
    "Webhook",
    "MESSAGE",
    WebhookOptions,
    listener="SUBSCRIPTION",
    subscription=WebhookSubscription,
)
