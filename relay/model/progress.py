"""How far a subscriber has read its channel."""

from __future__ import annotations

from typing import NamedTuple


class Progress(NamedTuple):
    """
    The place of a subscriber in the log of its channel.

    :param state: of the subscriber.
    :param place: of the last entry that it was given; None while that is not known.
    :param event_id: the id with which it would continue after this place; None while
        the place is not known.
    :param head: the place of the newest entry.
    :param behind: how many entries it has not been given.
    :param behind_bytes: the data of these entries that the log keeps.
    :param behind_ms: the age of the oldest of these entries, in milliseconds.
    :param heartbeat_s: the seconds until its next heartbeat if it stays quiet; None for
        none.
    """

    state: str
    place: int | None
    event_id: str | None
    head: int
    behind: int
    behind_bytes: int
    behind_ms: int
    heartbeat_s: float | None


NO_PROGRESS = Progress("", None, None, 0, 0, 0, 0, None)
"""Of a client that reads no channel."""
