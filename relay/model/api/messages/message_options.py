"""Options that several endpoints or entrypoints of MESSAGE APIs have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, Strict

from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Integral, MillisecondsOrOff

Amount = Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral]
"""A number of events."""
Compatibility = Literal["relay", "gravitee"]
"""Whose clients an entrypoint is for: the form in which it carries events."""
SHORTEST_HEARTBEAT_MS = 100


def _off_or_long_enough(interval_ms: int) -> int:
    if 0 < interval_ms < SHORTEST_HEARTBEAT_MS:
        raise ValueError(f"must be 0 (off) or at least {SHORTEST_HEARTBEAT_MS}")
    return interval_ms


HeartbeatInterval = Annotated[MillisecondsOrOff, AfterValidator(_off_or_long_enough)]
"""Milliseconds without an event; 0 for no heartbeats."""


def _without_sources(channel: ChannelOptions) -> ChannelOptions:
    if channel.mode == "merge":
        raise refusal([(("mode",), "merge is for groups of type sse")])
    return channel


def _asked_for_nothing(channel: ChannelOptions) -> ChannelOptions:
    if "source_refusal" in channel.model_fields_set:
        reason = "is for groups of type sse, whose sources may refuse"
        raise refusal([(("sourceRefusal",), reason)])
    return channel


LocalChannelOptions = Annotated[
    ChannelOptions,
    AfterValidator(_without_sources),
    AfterValidator(_asked_for_nothing),
]
"""Options of the channels of a group that reads no source."""
