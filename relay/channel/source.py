"""The source of a channel, and a channel with its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from twisted.internet.interfaces import IDelayedCall

from relay.channel.channel import Channel
from relay.channel.key import ChannelKey
from relay.channel.verdict import SourceRefusal
from relay.channel.writer import Member


class SourceConnection(NamedTuple):
    """
    The connection of a source to an endpoint.

    :param problem: what is wrong with it; None if it is open, or not known yet.
    :param clocks_s: the seconds until each timeout expires, by name; None for one that
        does not run.
    """

    endpoint: str
    problem: str | None
    clocks_s: Mapping[str, float | None]


class Source(Protocol):
    """The source of a channel's events."""

    def start(self) -> None:
        """Start: the channel has a reader."""

    def stop(self) -> None:
        """Stop: the channel had no reader for a while, or the API is stopped."""

    def connections(self) -> Sequence[SourceConnection]:
        """Describe its connections to endpoints; none for a source without any."""


class OpenChannel:
    """
    A channel with its source.

    :param key: the key of the channel.
    :param address: the address of the client that opened the channel.
    :param api_id: the API's id.
    :param api: the API's name in the log.
    """

    def __init__(
        self,
        key: ChannelKey,
        channel: Channel,
        address: str,
        api_id: str = "",
        api: str = "",
    ) -> None:
        self.key = key
        self.channel = channel
        self.address = address
        self._api_id = api_id
        self._api = api
        self.source: Source | None = None
        self.health: str | None = "not connected yet"
        """What is wrong with the source; None when nothing is."""
        self.refused = False
        """Whether the source refuses."""
        self.endpoint: str | None = None
        """The endpoint that was called last; None when none was."""
        self.url: str | None = None
        """The URL of this endpoint, without its query."""
        self.linger: IDelayedCall | None = None
        self.member: Member | None = None
        """This process's part in the channel; None if no other process has one."""

    @property
    def topic(self) -> str:
        """The topic of a channel whose events come from publishers."""
        return self.key.path.decode("utf-8", "replace").lstrip("/")

    @property
    def log_names(self) -> dict[str, Any]:
        """The names, in messages of the log, of the channel and its API."""
        return {
            "api_id": self._api_id,
            "api": self._api,
            "channel": self.key.digest,
        }

    @property
    def trace_names(self) -> dict[str, str | int | None]:
        """The names, in spans, of the channel and its API."""
        return {"relay.api.id": self._api_id, "relay.channel": self.key.digest}

    def tell(self) -> None:
        """The state of the source has changed."""
        if self.member is not None:
            self.member.tell()

    def end(self) -> None:
        """End the channel: the source has ended."""
        if self.member is not None:
            self.member.end()
        else:
            self.channel.end()

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        Report a refusal of the source to the readers, which end.

        :param refusal: the status and the reason.
        """
        if self.member is not None:
            self.member.refuse(refusal)
        else:
            self.channel.refuse(refusal)

    def stop_source(self) -> None:
        """Stop the source; the channel stays open."""
        source, self.source = self.source, None
        if source is not None:
            source.stop()

    def stop_lingering(self) -> None:
        """Cancel the timer that closes the channel, if it runs."""
        linger, self.linger = self.linger, None
        if linger is not None:
            linger.cancel()

    def close(self) -> None:
        """Stop the timer, the source and the channel; none of them acts any more."""
        self.stop_lingering()
        self.stop_source()
        if self.member is not None:
            self.member.close()
        self.channel.close()
