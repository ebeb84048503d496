"""How far the delivery of a subscription is, and what could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class DeliveryState:
    """How far a subscription's events have been delivered."""

    subscription_id: str
    api_id: str
    channel: str
    """Where the events come from, as the subscription writes it."""
    position: str | None = None
    """The id of the last event that is done with; None before the first place."""
    delivered: int = 0
    """Events that were taken, those of the dead-letter list not counted."""
    failed: int = 0
    """Attempts that were not."""
    failed_in_a_row: int = 0
    """Events since the last one that was taken."""
    gaps: int = 0
    """How often events may have been missed."""
    last_gap: dict[str, Any] | None = None
    """``reason``, ``after`` (an event's id, or None) and ``atMs``."""
    updated_at_ms: int = 0
    trying: str | None = None
    """What was sent in vain and is sent again: an event, or a dead letter, and a
    fingerprint of where to. None when nothing is."""
    attempts: int = 0
    """How often that was."""

    def tried(self, what: str) -> int:
        """
        :param what: as in :attr:`trying`.
        :returns: how often it was sent in vain.
        """
        return self.attempts if self.trying == what else 0

    def settled(self, **members: Any) -> DeliveryState:
        """
        :param members: others that change.
        :returns: the state in which nothing is sent again.
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
    """When it was given up."""
    attempts: int
    status: int | None
    """Of the last answer; None when there was none."""
    reason: str
    """For people; it holds no secret."""
    event: dict[str, Any] = field(repr=False)
    """The event as it was to be sent."""
    replay: bool = False
    """Whether somebody wants it sent again."""
