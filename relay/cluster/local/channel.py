"""
A channel in a hub: its log, its followers and its leader.

A follower is a position in the log, not a queue: while its member takes no messages,
its entries stay in the log, and if they are dropped there it gets the log as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from relay.cluster.link import (
    Appended,
    ChannelName,
    Fenced,
    Lead,
    Snapshot,
    Stored,
)
from relay.cluster.local.durable import History
from relay.cluster.local.log import HubLog
from relay.cluster.local.messages import (
    Added,
    Announced,
    Bounds,
    Leaderless,
    Part,
    Restored,
)
from relay.cluster.local.session import Session

PART_BYTES = 256 * 1024
"""The most bytes of items in one message, unless one item is larger."""


class _Following:
    """How far a member has got in a log."""

    __slots__ = ("leaderless_due", "next_seq", "restoring", "state_due")

    def __init__(self) -> None:
        self.next_seq = 0
        self.restoring = True
        self.state_due: int | None = None
        """The number of the entry before which the leader announced its state, while
        the member lacks it."""
        self.leaderless_due = False


class HubChannel:
    """
    One channel.

    :param copy: a follower's, if the hub restores the log from one.
    :param opening: the first item after the copy; None for none.
    :param at_ms: now, in milliseconds since the Unix epoch.
    :param history: the stored log of a durable channel; None of another one.
    """

    def __init__(
        self,
        name: ChannelName,
        bounds: Bounds,
        copy: Snapshot | None = None,
        opening: bytes | None = None,
        at_ms: int = 0,
        history: History | None = None,
    ) -> None:
        self.name = name
        self.history = history
        if history is not None:
            self.log = HubLog(bounds, history.copy(), is_exact=True)
        else:
            self.log = HubLog(bounds, copy)
        if copy is not None and opening is not None:
            self.log.append([opening], at_ms)
        self.leader: Session | None = None
        self._fence = 0
        self._was_led = copy is not None
        """Whether anybody may have led since the channel is followed."""
        self._last: tuple[int, Appended] | None = None
        """The newest append of a leader, and its token."""
        self._followers: dict[Session, _Following] = {}

    @property
    def is_followed(self) -> bool:
        """Whether any member follows the log."""
        return bool(self._followers)

    def follow(self, session: Session, bounds: Bounds) -> None:
        """Send a member the log, and its next entries from now on."""
        self.log.bounds = bounds
        self.log.trim()
        session.channels.add(self.name)
        self._followers[session] = _Following()
        self.catch_up(session)

    def drop(self, session: Session) -> None:
        """A member follows the log no more, and leads the channel no more."""
        session.channels.discard(self.name)
        session.behind.discard(self.name)
        self._followers.pop(session, None)
        if self.leader is session:
            self._give_up(session)
        if not self._followers:
            self._was_led = False

    def lead(self, session: Session, fence: int) -> Lead | None:
        """
        Make a member the leader.

        :param fence: its token.
        :return: None when another member leads, or when this one does not follow.
        """
        if self.leader not in (None, session) or session not in self._followers:
            return None
        self.leader, self._fence = session, fence
        first, self._was_led = not self._was_led, True
        return Lead(fence, self.log.next_seq, first)

    def resign(self, session: Session, *, unless_followed: bool) -> bool:
        """
        Take the lease back from a leader.

        :param unless_followed: leave it while another member follows the channel.
        :return: whether the member had it, and has it no more.
        """
        if self.leader is not session:
            return False
        if unless_followed and len(self._followers) > 1:
            return False
        self._give_up(session)
        return True

    def _give_up(self, former: Session) -> None:
        # Of a source that nobody runs nothing is known.
        self.leader, self.log.state = None, b""
        for session, following in self._followers.items():
            if session is not former:
                following.leaderless_due = True
                self.catch_up(session)

    def announce(self, session: Session, state: bytes, fence: int) -> None:
        """Pass the state of the source on, if it is the leader's."""
        if self.leader is not session or self._fence != fence:
            return
        self.log.state = state
        for other, following in self._followers.items():
            following.state_due = self.log.next_seq
            self.catch_up(other)

    def check(
        self, session: Session, fence: int, first_seq: int | None, size: int
    ) -> Appended | None:
        """
        Check the append of a leader.

        :return: where the same items were appended before; None if they are to be
            appended now.
        :raises Fenced: when the member does not lead, or its log is another one.
        """
        if self.leader is not session or self._fence != fence:
            raise Fenced()
        if first_seq is None or first_seq == self.log.next_seq:
            return None
        if self._last is not None:
            token, last = self._last
            is_newest = first_seq + size == self.log.next_seq
            is_same = (last.first_seq, last.size) == (first_seq, size)
            if token == fence and is_newest and is_same:
                return last
        raise Fenced()

    def append(
        self, session: Session, items: Sequence[bytes], at_ms: int, fence: int | None
    ) -> tuple[Appended, bool]:
        """
        Append items and pass them on.

        :param session: of the member that appends.
        :param fence: its token; None for a publication.
        :return: where they are, and whether they are sent to the member itself.
        """
        appended = self.log.append(items, at_ms)
        if fence is not None:
            self._last = fence, appended
        first_seq, end = appended.first_seq, self.log.next_seq
        added: Added | None = None
        sent = True
        for other, following in self._followers.items():
            if other.paused or following.restoring or following.next_seq != first_seq:
                self.catch_up(other)
            elif other is session:
                following.next_seq = end
                sent = False
            else:
                if added is None:
                    # The members share one message, which is encoded once.
                    entries = [
                        Stored(appended.epoch, seq, at_ms, item)
                        for seq, item in enumerate(items, first_seq)
                    ]
                    added = Added(self.name, entries)
                following.next_seq = end
                other.send(added)
        return appended, sent

    def catch_up(self, session: Session) -> None:
        """Send a member what it lacks, as long as it takes messages."""
        following = self._followers[session]
        while self._lacks(following):
            if session.paused:
                session.behind.add(self.name)
                return
            self._send_next(session, following)

    def _lacks(self, following: _Following) -> bool:
        return (
            following.restoring
            or following.next_seq < self.log.next_seq
            or following.state_due is not None
            or following.leaderless_due
        )

    def _send_next(self, session: Session, following: _Following) -> None:
        log = self.log
        if following.next_seq < log.first_seq:
            following.restoring = True
            following.next_seq = log.first_seq
        entries = log.read(following.next_seq, PART_BYTES)
        if following.restoring:
            following.next_seq += len(entries)
            if following.next_seq < log.next_seq:
                session.send(Part(self.name, entries))
                return
            following.restoring = False
            following.state_due = None
            following.leaderless_due = self.leader is None
            snapshot = Snapshot(log.epoch, log.next_seq, entries, log.state, log.epochs)
            session.send(Restored(self.name, snapshot))
            return
        state_seq = following.state_due
        if state_seq is not None:
            del entries[max(0, state_seq - following.next_seq) :]
        if entries:
            following.next_seq += len(entries)
            session.send(Added(self.name, entries))
        elif state_seq is not None:
            following.state_due = None
            session.send(Announced(self.name, log.state))
        else:
            following.leaderless_due = False
            if self.leader is None:
                session.send(Leaderless(self.name))
