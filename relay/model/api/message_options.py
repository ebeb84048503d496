"""Options that several endpoints or entrypoints of MESSAGE APIs have in common."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, Strict, model_validator

from relay.model.api.channel_options import ChannelOptions
from relay.model.schema.base import Options
from relay.model.schema.hosts import is_host
from relay.model.schema.refusal import refusal
from relay.model.schema.scalars import Flag, Integral, MillisecondsOrOff

Amount = Annotated[int, Strict(), Field(ge=1, le=1_000_000), Integral]
"""A number of events."""
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
