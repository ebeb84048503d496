"""Configuration of the endpoints and entrypoints of MESSAGE APIs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, Strict, model_validator

from relay.model.base import Options
from relay.model.channel_options import ChannelOptions, SlowConsumerOptions
from relay.model.http_proxy import HttpProxyConfiguration, SharedConfiguration
from relay.model.scalars import Flag, Integral, Milliseconds, MillisecondsOrOff

_Positive = Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral]


class SseEndpoint(HttpProxyConfiguration):
    """An event-stream URL."""

    resume: Literal["verify", "trust", "none"] = "verify"
    """How far the source's ids are believed after a reconnect."""


class SseShared(SharedConfiguration):
    """How the endpoints of an ``sse`` group are dialled, and their channels."""

    channel: ChannelOptions = ChannelOptions()


class ChannelShared(Options):
    """What the endpoints of a ``memory`` or ``mock`` group share."""

    channel: ChannelOptions = ChannelOptions()


class MemoryEndpoint(Options):
    """Topics without a source: what is published is what is read."""


class MockEndpoint(Options):
    """A source that makes its events itself."""

    message_interval: Milliseconds = 1000
    """Milliseconds between two events."""
    message_content: str = "mock message"
    """The data; ``{counter}`` stands for the event's number, from 0."""
    message_count: Annotated[int | None, Strict(), Field(ge=0), Integral] = None
    """How many; endless when absent."""
    headers: tuple[MockPair, ...] = ()
    metadata: tuple[MockPair, ...] = ()


class MockPair(Options):
    """A header, or a metadata entry, of the events."""

    name: str
    value: str = ""


class RetryOptions(Options):
    """The reconnection time told to a client, somewhere between the two."""

    min: Milliseconds = 1000
    max: Milliseconds = 29_999

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max < self.min:
            raise ValueError("max must not be less than min")
        return self


class CorsOptions(Options):
    """What browsers on other origins are told."""

    allow_origin: tuple[str, ...] = ("*",)
    """Origins; ``*`` for all."""
    allow_credentials: Flag = False


class SseEntrypointOptions(Options):
    """The ``sse`` entrypoint."""

    heartbeat_interval_in_ms: MillisecondsOrOff = 5000
    """How long a stream may be quiet; 0 sends no heartbeats."""
    metadata_as_comment: Flag = False
    headers_as_comment: Flag = False
    retry_ms: RetryOptions = RetryOptions()
    max_duration_ms: MillisecondsOrOff = 0
    """How long a stream lasts, give or take a tenth; 0 is for ever."""
    refusals: Literal["status", "retry"] = "status"
    """Limits refuse with a status, or with a 200 that says when to come back."""
    gap_notice: Literal["event", "header", "none"] = "event"
    control_events: Literal["event", "off"] = "event"
    """Whether events may be sent that do not come from the source."""
    slow_consumer: SlowConsumerOptions = SlowConsumerOptions()
    allow_filter: Flag = False
    """Whether clients may filter, by ``?types=`` and ``?filter=``."""
    cors: CorsOptions = CorsOptions()


class HttpPostOptions(Options):
    """The ``http-post`` entrypoint."""

    request_headers_to_message: Flag = False
    """Whether events get the headers of the request that brought them."""
    max_batch_events: _Positive = 1000
    """How many events one request may bring."""
    cors: CorsOptions = CorsOptions()


class HttpGetOptions(Options):
    """The ``http-get`` entrypoint: polling, short or long."""

    messages_limit_count: _Positive = 500
    """How many events one answer holds at most."""
    messages_limit_duration_ms: Milliseconds = 30_000
    """How long a client may wait for the first one."""
    headers_in_payload: Flag = False
    metadata_in_payload: Flag = False
    allow_filter: Flag = False
    cors: CorsOptions = CorsOptions()


class PartOptions(Options):
    """One direction of the ``websocket`` entrypoint."""

    enabled: Flag = True


class WebsocketOptions(Options):
    """The ``websocket`` entrypoint: one event in JSON for each text frame."""

    publisher: PartOptions = PartOptions(enabled=False)
    """Whether clients may publish."""
    subscriber: PartOptions = PartOptions()
    """Whether clients are given events."""
    heartbeat_interval_in_ms: MillisecondsOrOff = 30_000
    """After how long without an event a ping is sent; 0 for never."""
    slow_consumer: SlowConsumerOptions = SlowConsumerOptions()
    allow_filter: Flag = False
    cors: CorsOptions = CorsOptions()
    """Which origins may connect; credentials always go along."""


MockEndpoint.model_rebuild()
