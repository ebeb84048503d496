"""Configuration of the endpoints and entrypoints of MESSAGE APIs."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.model.api.channel_options import ChannelOptions, SlowConsumerOptions
from relay.model.api.http_proxy import HttpProxyConfiguration, SharedConfiguration
from relay.model.schema.base import Options
from relay.model.schema.hosts import is_host
from relay.model.schema.refusal import refusal
from relay.model.schema.scalars import (
    Flag,
    Integral,
    Milliseconds,
    MillisecondsOrOff,
    Name,
)

_Positive = Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral]
_Count = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1), Integral]
SHORTEST_HEARTBEAT_MS = 100


def _off_or_long_enough(interval_ms: int) -> int:
    if 0 < interval_ms < SHORTEST_HEARTBEAT_MS:
        raise ValueError(f"must be 0 (off) or at least {SHORTEST_HEARTBEAT_MS}")
    return interval_ms


HeartbeatInterval = Annotated[MillisecondsOrOff, AfterValidator(_off_or_long_enough)]
"""Milliseconds without an event; 0 for no heartbeats."""


class SseEndpoint(HttpProxyConfiguration):
    """An event-stream URL."""

    resume: Literal["verify", "trust", "none"] = "verify"
    """How far the source's ids are believed after a reconnect."""


class SseShared(SharedConfiguration):
    """How the endpoints of an ``sse`` group are dialled, and their channels."""

    channel: ChannelOptions = ChannelOptions()

    @model_validator(mode="after")
    def _one_call_for_many_clients(self) -> Self:
        reason = "has no effect: the upstream is called for many clients at once"
        given = {
            "propagateClientHost": self.http.propagate_client_host,
            "propagateClientAcceptEncoding": self.http.propagate_client_accept_encoding,
        }
        problems = [(("http", name), reason) for name, on in given.items() if on]
        if problems:
            raise refusal(problems)
        return self


def _without_sources(channel: ChannelOptions) -> ChannelOptions:
    if channel.mode == "merge":
        raise refusal([(("mode",), "merge is for groups of type sse")])
    return channel


def _asked_for_nothing(channel: ChannelOptions) -> ChannelOptions:
    if "source_refusal" in channel.model_fields_set:
        reason = "is for groups of type sse, whose sources may refuse"
        raise refusal([(("sourceRefusal",), reason)])
    return channel


def _told_apart_by_path(channel: ChannelOptions) -> ChannelOptions:
    # Whoever names a header here would believe that users are kept apart by it.
    if "key" in channel.model_fields_set:
        reason = "has no effect in a group of type memory: a topic is its path alone"
        raise refusal([(("key",), reason)])
    return channel


def _not_durable(channel: ChannelOptions) -> ChannelOptions:
    if channel.history.durable:
        reason = "is for groups of type sse and memory"
        raise refusal([(("history", "durable"), reason)])
    return channel


class MemoryShared(Options):
    """The channels of a ``memory`` group."""

    channel: Annotated[
        ChannelOptions,
        AfterValidator(_without_sources),
        AfterValidator(_asked_for_nothing),
        AfterValidator(_told_apart_by_path),
    ] = ChannelOptions()


class MockShared(Options):
    """The channels of a ``mock`` group."""

    channel: Annotated[
        ChannelOptions,
        AfterValidator(_without_sources),
        AfterValidator(_asked_for_nothing),
        AfterValidator(_not_durable),
    ] = ChannelOptions()


class MemoryEndpoint(Options):
    """Topics without a source: what is published is what is read."""


def _one_line(text: str) -> str:
    if len(text.splitlines()) > 1 or text[-1:] in ("\r", "\n"):
        raise ValueError("must be one line")
    return text


class MockPair(Options):
    """A header, or a metadata entry, of the events."""

    name: Annotated[Name, AfterValidator(_one_line)]
    value: Annotated[str, AfterValidator(_one_line)] = ""


class MockEndpoint(Options):
    """A source that makes its events itself."""

    message_interval: Milliseconds = 1000
    """Milliseconds between two events."""
    message_content: str = "mock message"
    """The data; ``{counter}`` stands for the event's number, from 0."""
    message_count: _Count | None = None
    """How many, after which the source has ended; endless when absent."""
    headers: tuple[MockPair, ...] = ()
    """Of each event; of two with one name the last stays."""
    metadata: tuple[MockPair, ...] = ()
    """The same of metadata."""


class RetryOptions(Options):
    """The reconnection time told to a client, somewhere between the two."""

    min: Milliseconds = 1000
    max: Milliseconds = 29_999

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max < self.min:
            raise ValueError("max must not be less than min")
        return self


_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(\[[^]]*\]|[^:/]*)(?::([0-9]{1,5}))?")
_DEFAULT_PORTS = {("http", "80"), ("https", "443")}


def _origin(text: str) -> str:
    """Refuse what a browser never sends (RFC 6454 §6.2), and so would never match."""
    match = _ORIGIN.fullmatch(text)
    if text != "*" and (match is None or not is_host(match[2]) or text.lower() != text):
        raise ValueError(
            "must be * or an origin in lower case, without a path, such as"
            " https://app.example"
        )
    if match is not None and (match[1], match[3]) in _DEFAULT_PORTS:
        raise ValueError("must not name the default port, as browsers do not")
    return text


class CorsOptions(Options):
    """What browsers on other origins are told."""

    allow_origin: tuple[Annotated[str, AfterValidator(_origin)], ...] = ("*",)
    """Origins; ``*`` for all."""
    allow_credentials: Flag = False

    @model_validator(mode="after")
    def _credentials_are_for_known_origins(self) -> Self:
        if self.allow_credentials and "*" in self.allow_origin:
            raise ValueError(
                "allowCredentials needs origins by name in allowOrigin: with * any page"
                " could read as whoever looks at it"
            )
        return self


class SseEntrypointOptions(Options):
    """The ``sse`` entrypoint."""

    heartbeat_interval_in_ms: HeartbeatInterval = 5000
    """How long a stream may be quiet; 0 sends no heartbeats."""
    metadata_as_comment: Flag = False
    """Whether events carry their metadata, as comment lines."""
    headers_as_comment: Flag = False
    """Whether events carry their headers, as comment lines."""
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
    """Whether items have their headers."""
    metadata_in_payload: Flag = False
    """Whether items have their metadata."""
    allow_filter: Flag = False
    """Whether clients may filter, by ``?types=`` and ``?filter=``."""
    cors: CorsOptions = CorsOptions()


class PublisherOptions(Options):
    """Events from the clients of the ``websocket`` entrypoint."""

    enabled: Flag = False


class SubscriberOptions(Options):
    """Events for the clients of the ``websocket`` entrypoint."""

    enabled: Flag = True


class WebsocketOptions(Options):
    """The ``websocket`` entrypoint: one event in JSON for each text frame."""

    publisher: PublisherOptions = PublisherOptions()
    """Whether clients may publish."""
    subscriber: SubscriberOptions = SubscriberOptions()
    """Whether clients are given events."""
    heartbeat_interval_in_ms: HeartbeatInterval = 30_000
    """After how long without a sign of life a ping is sent; 0 for never."""
    pong_timeout_ms: MillisecondsOrOff = 30_000
    """How long the answer to a ping may take; 0 is for ever."""
    slow_consumer: SlowConsumerOptions = SlowConsumerOptions()
    allow_filter: Flag = False
    cors: CorsOptions = CorsOptions()
    """Which origins may connect; credentials always go along."""

    @model_validator(mode="after")
    def _of_some_use(self) -> Self:
        if not self.publisher.enabled and not self.subscriber.enabled:
            reason = "one of publisher and subscriber must be enabled"
            raise refusal([(("subscriber", "enabled"), reason)])
        return self
