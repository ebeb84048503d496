"""The state of deliveries to consumers, and dead letters."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """The state of the delivery of one subscription."""

    subscription_id: str
    api_id: str
    channel: str
    """The ``channel`` of the subscription."""
    position: str | None = None
    """The id of the last event that was delivered or dead-lettered; None before the
    start."""
    delivered: int = 0
    """The number of delivered events, without dead letters."""
    failed: int = 0
    """The number of failed attempts."""
    failed_in_a_row: int = 0
    """The number of dead letters since the last delivered event."""
    gaps: int = 0
    """The number of gaps, at which events may have been missed."""
    last_gap: dict[str, Any] | None = None
    """``reason``, ``after`` (an event's id, or None) and ``atMs``."""
    updated_at_ms: int = 0
    trying: str | None = None
    """The event or dead letter that is retried, with a fingerprint of its receiver;
    None when nothing is retried."""
    attempts: int = 0
    """The number of failed attempts to deliver :attr:`trying`."""

    def tried(self, what: str) -> int:
        """
        :param what: as in :attr:`trying`.
        :returns: the number of its failed attempts.
        """
        return self.attempts if self.trying == what else 0

    def settled(self, **members: Any) -> DeliveryState:
        """
        :param members: other members that change.
        :returns: the state in which nothing is retried.
        """
        return replace(self, trying=None, attempts=0, **members)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that could not be delivered."""

    id: str
    """A lower-case UUIDv4."""
    subscription_id: str
    event_id: str
    at_ms: int
    """When the event was given up, in milliseconds since the Unix epoch."""
    attempts: int
    status: int | None
    """The status of the last response; None when there was none."""
    reason: str
    """Why it could not be delivered; holds no secret."""
    event: dict[str, Any] = field(repr=False)
    """The event as it was to be sent."""
    replay: bool = False
    """Whether it is to be replayed."""
