"""How far a subscriber has read in the log of its channel."""

from __future__ import annotations

from relay.channel.log import Log
from relay.channel.subscribers.subscriber import State
from relay.model.progress import Progress


def progress_in(
    log: Log,
    state: State,
    position: int | None,
    heartbeat_s: float | None,
    now_ms: int,
) -> Progress:
    """
    Describe the progress of a subscriber.

    :param position: the place of the first entry that it was not given; None while that
        is not known.
    :param heartbeat_s: the seconds until its next heartbeat; None for none.
    :param now_ms: milliseconds since the Unix epoch.
    """
    next_seq = log.next_seq
    if position is None:
        return Progress(state, None, None, next_seq - 1, 0, 0, 0, heartbeat_s)
    place, behind_bytes, behind_ms = position - 1, 0, 0
    if position < next_seq:
        behind_bytes = log.bytes_behind(position)
        oldest = log.find(max(position, log.first_seq))
        if oldest is not None:
            behind_ms = max(0, now_ms - oldest.at_ms)
    last = log.find(place)
    return Progress(
        state,
        place,
        log.cursor(place) if last is None or last.message is None else last.id,
        next_seq - 1,
        max(0, next_seq - position),
        behind_bytes,
        behind_ms,
        heartbeat_s,
    )
