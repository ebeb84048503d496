"""The marks of an exchange: what can happen to it, as names in a closed list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

Value = str | int | None
"""Part of a moment. It holds no secret: no value of a header or query, no body."""


class Mark(StrEnum):
    """What has happened to an exchange; the list is closed."""

    DENIED = "denied"
    """A plan has refused the credential."""
    ADMITTED = "admitted"
    """A plan has admitted the client."""
    REFUSED = "refused"
    """The gateway has refused the call: its own answer is the response."""
    ROUTED = "routed"
    """The call was handed to an endpoint, or to an entrypoint of a MESSAGE API."""
    QUEUED = "queued"
    """All connections that the pool may have are in use: the call waits for one."""
    CONNECTING = "connecting"
    """A connection to an endpoint is being opened."""
    CONNECTED = "connected"
    """An attempt has its connection, a new one or one that was kept."""
    ATTEMPT_FAILED = "attempt_failed"
    """An endpoint was called, and no response of it is used."""
    ANSWERED = "answered"
    """An endpoint has sent the head of its response."""
    ATTACHED = "attached"
    """The client reads a channel."""
    SOURCE_CONNECTED = "source_connected"
    """The channel is connected to its source."""
    SOURCE_LOST = "source_lost"
    """The channel is not connected to its source, which is called again."""
    SOURCE_REFUSED = "source_refused"
    """The source of the channel refuses to send events."""
    SOURCE_ENDED = "source_ended"
    """The source of the channel has no more events."""
    HEAD = "head"
    """The head of the response was written."""
    FIRST_EVENT = "first_event"
    """The first event was written to the client."""
    PAUSED = "paused"
    """The client took no more for a time; one moment stands for all such times."""
    GAP = "gap"
    """Events may be missing at this place of the stream."""
    CHALLENGED = "challenged"
    """The client was asked to renew its credential."""
    ENDED = "ended"
    """The exchange has its outcome."""


FIELDS: Mapping[Mark, tuple[str, ...]] = {
    Mark.DENIED: ("planId", "errorKey", "reason"),
    Mark.ADMITTED: ("planId", "applicationId", "subscriptionId"),
    Mark.REFUSED: ("status", "errorKey"),
    Mark.ROUTED: ("endpoint", "entrypoint"),
    Mark.QUEUED: ("endpoint",),
    Mark.CONNECTING: ("endpoint", "host", "port", "tls"),
    Mark.CONNECTED: ("endpoint", "address", "tls", "use"),
    Mark.ATTEMPT_FAILED: ("endpoint", "errorKey", "message"),
    Mark.ANSWERED: ("endpoint", "status"),
    Mark.ATTACHED: ("channel", "source"),
    Mark.SOURCE_CONNECTED: ("endpoint", "url"),
    Mark.SOURCE_LOST: ("endpoint", "reason"),
    Mark.SOURCE_REFUSED: ("endpoint", "reason"),
    Mark.SOURCE_ENDED: (),
    Mark.HEAD: ("status",),
    Mark.FIRST_EVENT: (),
    Mark.PAUSED: ("count", "totalMs", "longestMs"),
    Mark.GAP: ("reason",),
    Mark.CHALLENGED: ("reason",),
    Mark.ENDED: ("outcome", "errorKey", "clock"),
}
"""The names of the values of each mark, in order. Stored timelines have the values
without their names: names may be appended, and neither removed nor reordered."""


class Moment(NamedTuple):
    """
    One moment.

    :param at_s: of a monotonic clock, in seconds.
    :param values: as :data:`FIELDS` names them.
    """

    at_s: float
    mark: Mark
    values: tuple[Value, ...]

    def detail(self) -> dict[str, Value]:
        """Return the values by name, without those that are None."""
        named = zip(FIELDS[self.mark], self.values, strict=True)
        return {name: value for name, value in named if value is not None}


def stored_detail(mark: str, values: Sequence[Value]) -> dict[str, Value]:
    """
    Return the values of a stored moment by name, without those that are None.

    :param mark: perhaps of another version; values without a name are left out.
    """
    names = FIELDS.get(mark, ())  # type: ignore[call-overload]
    named = zip(names, values, strict=False)
    return {name: value for name, value in named if value is not None}


class Marks(Protocol):
    """Receives the marks of one exchange, in order."""

    def note(self, mark: Mark, *values: Value) -> None:
        """
        Add a moment, now.

        :param values: as :data:`FIELDS` names them.
        """
