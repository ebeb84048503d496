"""A live exchange at one instant, as the list of streams shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from relay.model.progress import Progress
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
class StreamFacts:
    """
    The state of an exchange that its record does not have.

    :param events: sent to the client so far.
    :param bytes_in: received of the request body so far.
    :param bytes_out: sent of the response body so far.
    :param paused: whether the client takes no more for now.
    :param paced: whether a limit of the rate holds the stream.
    :param challenged: whether the client was sent a challenge to renew its credential.
    :param unsent_bytes: output that waits in this process for the client.
    :param unacknowledged_bytes: output in the kernel that the client has not
        acknowledged; None where that is not known of this exchange alone.
    :param clocks: the milliseconds until each running timeout expires, by name.
    :param progress: how far the client has read its channel; :data:`NO_PROGRESS` if it
        reads none.
    """

    phase: Phase
    events: int
    bytes_in: int
    bytes_out: int
    paused: bool
    paced: bool
    challenged: bool
    unsent_bytes: int
    unacknowledged_bytes: int | None
    clocks: dict[str, int]
    progress: Progress


class LiveView(Protocol):
    """
    Looks at exchanges that are not over.

    What many lists ask for alone has a method of its own, which takes a part of the
    time of :meth:`facts`.
    """

    def is_full(self, exchange: LiveExchange) -> bool:
        """Whether the client takes no more for now."""

    def phase(self, exchange: LiveExchange) -> Phase:
        """Return how far an exchange has come."""

    def progress(self, exchange: LiveExchange) -> Progress:
        """Return how far the client has read its channel."""

    def unsent_bytes(self, exchange: LiveExchange) -> int:
        """Count the output that waits in this process for the client."""

    def facts(self, exchange: LiveExchange) -> StreamFacts:
        """Find out the whole state of an exchange."""
