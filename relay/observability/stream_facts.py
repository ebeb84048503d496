"""A live exchange at one instant, as the list of streams shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from relay.observability.live import LiveExchange


class Phase(StrEnum):
    """How far an exchange has come."""

    REQUEST = "request"
    """The response head has not been sent: admission, flows, the endpoint, a poll."""
    RESPONSE = "response"
    """The body of a response that is no event stream."""
    STREAM = "stream"
    """An event stream, or the frames of a WebSocket."""


@dataclass(slots=True)
class Place:
    """
    The place of a client in the log of a channel.

    :param reader: the state of the subscriber, such as ``live``.
    :param place: of the last entry that was given to the client; None while unknown.
    :param event_id: with which the client would resume there; None while unknown.
    :param head: the place of the newest entry.
    """

    reader: str
    place: int | None
    event_id: str | None
    head: int


@dataclass(slots=True)
class StreamFacts:
    """
    The state of an exchange that its record does not have.

    :param events: sent to the client so far.
    :param bytes_in: received of the request body so far.
    :param bytes_out: sent of the response body so far.
    :param paused: whether the client takes no more for now.
    :param paced: whether a limit of the rate holds the stream.
    :param challenged: whether the client was sent a challenge to renew its credential.
    :param lag_events: how many entries of its channel the client was not given yet.
    :param lag_bytes: the data of these entries.
    :param lag_ms: the age of the oldest of them, in milliseconds.
    :param unsent_bytes: output that waits in this process for the client.
    :param unacknowledged_bytes: output in the kernel that the client has not
        acknowledged; None where that is not known of this exchange alone.
    :param clocks: the milliseconds until each running timeout expires, by name.
    :param place: in its channel; None without one.
    """

    phase: Phase
    events: int
    bytes_in: int
    bytes_out: int
    paused: bool
    paced: bool
    challenged: bool
    lag_events: int
    lag_bytes: int
    lag_ms: int
    unsent_bytes: int
    unacknowledged_bytes: int | None
    clocks: dict[str, int]
    place: Place | None


class LiveView(Protocol):
    """Looks at exchanges that are not over."""

    def is_full(self, exchange: LiveExchange) -> bool:
        """Whether the client takes no more for now."""

    def facts(self, exchange: LiveExchange) -> StreamFacts:
        """Find out the whole state of an exchange."""
