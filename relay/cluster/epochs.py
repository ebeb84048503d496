"""The epochs of two copies of a log, compared."""

from __future__ import annotations

from relay.cluster.link import Snapshot

MOST_EPOCHS = 64
"""How many epochs of a log are known, the newest."""
NO_END = 1 << 62
"""After every place."""


def epochs_of(snapshot: Snapshot) -> list[tuple[int, str]]:
    """Return the epochs of a log, each with its first number; at least one."""
    if snapshot.epochs:
        return list(snapshot.epochs)
    found: list[tuple[int, str]] = []
    for one in snapshot.entries:
        if not found or found[-1][1] != one.epoch:
            found.append((one.seq, one.epoch))
    if not found or found[-1][1] != snapshot.epoch:
        found.append((snapshot.next_seq, snapshot.epoch))
    return found


def common_end(mine: list[tuple[int, str]], theirs: list[tuple[int, str]]) -> int:
    """
    Return the first place from which on the epochs of two logs differ.

    :param mine: as :attr:`relay.channel.log.Log.epochs` has them; so are the others.
    :return: :data:`NO_END` when they do not.
    """
    first = max(mine[0][0], theirs[0][0])
    for place in sorted({first, *(one[0] for one in [*mine, *theirs])}):
        if place >= first and _at(mine, place) != _at(theirs, place):
            return place
    return NO_END


def _at(epochs: list[tuple[int, str]], place: int) -> str:
    return [epoch for first, epoch in epochs if first <= place][-1]
