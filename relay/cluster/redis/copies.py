"""What this process knows of a log that it follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import Deferred

from relay.cluster.link import ChannelName, EngineLost, Follower, Snapshot, Stored
from relay.model.api.messages.channel_options import HistoryOptions

Fields = list[bytes]
"""An entry of a stream: ``i`` item ``e`` epoch ``t`` time ``b`` bytes, or ``l`` session
``t`` token ``f`` former, or ``s`` state."""
_ENDED = 1000


class Copy:
    """
    A log that is followed.

    :param bounds: by which the engine trims it.
    :param opening: the first item of an epoch that continues another.
    """

    def __init__(
        self,
        name: ChannelName,
        bounds: HistoryOptions,
        follower: Follower,
        opening: bytes | None = None,
    ) -> None:
        self.name = name
        self.bounds = bounds
        self.follower = follower
        self.opening = opening
        self.token = 0
        """The newest token that was seen."""
        self.attempt = 0
        """Counts the requests for the log as a whole: the answer to the last counts."""
        self.known = False
        """Whether the follower has, or had, the log as a whole."""
        self.ready = False
        """Whether the follower has the log as a whole."""
        self.lost = False
        """Whether the follower knows that the engine does not answer."""
        self.session = b""
        """The session of this process."""
        self.fence: int | None = None
        """The token of this process while it leads."""
        self.leader = b""
        """The session that leads; empty for none."""
        self._waiting: list[Deferred[None]] = []
        self._place = (0, 0)
        self._epoch = ""
        self._next_seq = 1

    def when_ready(self) -> Deferred[None]:
        """
        Wait until the follower has the log as a whole.

        :return: fails with :class:`EngineLost`.
        """
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        return done

    def abandon(self) -> None:
        """Fail what waits for the log."""
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done.errback(EngineLost())

    def restore(self, answer: Sequence[Any]) -> None:
        """Take the log as a whole, and give it to the follower."""
        epoch, next_seq, state, self.leader, newest, entries, epochs = answer
        self._epoch, self._next_seq = epoch.decode(), next_seq
        self._place = _place(newest)
        self.ready, self.known, self.lost = True, True, False
        stored = [
            _stored(_place(place)[0], fields)
            for place, fields in entries
            if fields[0] == b"i"
        ]
        known = read_epochs(epochs.decode())
        snapshot = Snapshot(self._epoch, next_seq, stored, state, known)
        self.follower.restored(snapshot)
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done.callback(None)

    def add(
        self, entries: list[tuple[bytes, Fields]], ended: dict[bytes, None]
    ) -> bool:
        """
        Take the next entries.

        :param ended: sessions that have ended.
        :return: False when they do not continue the copy.
        """
        stored: list[Stored] = []
        for written, fields in entries:
            place = _place(written)
            if place <= self._place:
                continue
            if fields[0] == b"i":
                entry = _stored(place[0], fields)
                if (entry.epoch, entry.seq) != (self._epoch, self._next_seq):
                    self._give(stored)
                    return False
                self._next_seq += 1
                stored.append(entry)
            self._place = place
            if fields[0] == b"l":
                self._give(stored)
                stored = []
                leader = b"" if fields[1] in ended else fields[1]
                former = fields[5] if len(fields) > 5 else b""
                self.elect(leader, int(fields[3]), former)
            elif fields[0] == b"s":
                self._give(stored)
                stored = []
                self.follower.announced(fields[1])
        self._give(stored)
        return True

    def _give(self, stored: list[Stored]) -> None:
        if stored:
            self.follower.added(stored)

    def elect(self, leader: bytes, token: int = 0, former: bytes = b"") -> None:
        """
        Take who leads.

        :param token: of the leader.
        :param former: the session that has returned the lease.
        """
        self.leader = leader
        self.token = max(self.token, token)
        if self.fence is not None and token > self.fence:
            self.depose()
        if not leader and (not former or former != self.session):
            self.follower.leaderless()

    def depose(self) -> None:
        """Lead no more."""
        if self.fence is not None:
            self.fence = None
            self.follower.deposed()

    def lose(self) -> None:
        """The engine does not answer."""
        self.ready = False
        self.leader = b""
        self.attempt += 1
        self.depose()
        if not self.lost:
            self.lost = True
            self.follower.lost()
        self.abandon()


def _place(written: bytes) -> tuple[int, int]:
    first, _, second = written.partition(b"-")
    return int(first), int(second)


def _stored(seq: int, fields: Fields) -> Stored:
    return Stored(fields[3].decode(), seq, int(fields[5]), fields[1])


def write_epochs(epochs: Sequence[tuple[int, str]]) -> str:
    """Write the epochs of a log as the engine keeps them."""
    return ",".join(f"{first} {epoch}" for first, epoch in epochs)


def read_epochs(written: str) -> list[tuple[int, str]]:
    """Read what :func:`write_epochs` wrote."""
    pairs = (one.split(" ") for one in written.split(","))
    return [(int(first), epoch) for first, epoch in pairs]


def remember(ended: dict[bytes, None], session: bytes) -> None:
    """Remember a session that has ended, and no more than the last ones."""
    ended[session] = None
    while len(ended) > _ENDED:
        del ended[next(iter(ended))]
