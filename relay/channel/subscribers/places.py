"""
The places of a log at which subscribers begin.

A client that comes back names the last event that it has. Its place is in the log; or
the source is asked for what follows, if the source is yet to be opened; or the place
may still appear, for a while after the source was opened. Otherwise a gap is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.channel import ids
from relay.channel.entry import Gap, GapReason
from relay.channel.log import Log
from relay.eventstream.continuity import Proof
from relay.eventstream.event import Event
from relay.model.api.messages.channel_options import ChannelOptions

MOST_AHEAD = 100_000
"""By how many entries a client may be ahead of this process."""


class Place(NamedTuple):
    """Where a subscriber begins."""

    position: int
    gap: Gap | None = None
    """What is known to be missing before it."""
    awaited: str | None = None
    """The source's id of the event after which it begins, while that may still come."""


class Places:
    """
    Finds the places of one log.

    :param find_none: called with a position when no awaited place appears any more.
    """

    def __init__(
        self,
        log: Log,
        options: ChannelOptions,
        clock: IReactorTime,
        find_none: Callable[[int], None],
    ) -> None:
        self.resume_source_id = ""
        """The source's id after which the source is to be opened; empty for none."""
        self.proof: Proof | None = None
        """What verifies a resume after this id; None for nothing."""
        self.shared = False
        """Whether the log may lack entries that other processes have already."""
        self._log = log
        self._options = options
        self._clock = clock
        self._find_none = find_none
        self._opened = False
        """Whether the source was opened."""
        self._opened_at = 0
        """The place of the log at which the source was opened."""
        self._window: IDelayedCall | None = None

    def find(self, last_event_id: str | None, may_open: bool) -> Place:
        """
        Find the place of a subscriber.

        :param last_event_id: the last event that the client has; None for none.
        :param may_open: whether the source can still be opened.
        """
        log = self._log
        if not last_event_id:
            return Place(log.next_seq)
        known = ids.parse(last_event_id)
        if known is not None and log.holds(known.epoch, known.seq):
            if known.seq + 1 >= log.first_seq:
                return Place(known.seq + 1)
            return self._unknown(GapReason.EVICTED, last_event_id)
        if known is not None and self._is_ahead(known):
            return Place(known.seq + 1)
        # The source's own id, as some forms show it: never sent upstream, not signed.
        named = log.find_named(last_event_id)
        if named is not None:
            return Place(named + 1)
        if known is not None and known.source_id:
            found = log.find_source(known.source_id)
            if found is not None:
                return Place(found + 1)
            given_out = log.mint.has_made(known)
            if given_out and not self._opened and may_open:
                self.resume_source_id = known.source_id
                return Place(log.next_seq)
            if known.source_id == self.resume_source_id and (
                self._opened_at >= log.first_seq
            ):
                return Place(self._opened_at)
            if given_out and self._window is not None:
                return Place(log.next_seq, awaited=known.source_id)
        return self._unknown(GapReason.UNKNOWN_ID, last_event_id)

    def _is_ahead(self, known: ids.EventId) -> bool:
        """Whether another process has delivered an entry that comes to this one."""
        ahead = known.seq - self._log.next_seq
        return self.shared and known.epoch == self._log.epoch and ahead < MOST_AHEAD

    def go_on(self) -> bool:
        """
        Open the source after the newest event of the log, when it is opened.

        :return: whether events may be missing after it: it has no id of the source.
        """
        newest = self._log.find(self._log.next_seq - 1)
        message = None if newest is None else newest.message
        if newest is None or message is None:
            return False
        self.resume_source_id, self.proof = message.id, None
        if message.id:
            before = self._log.find(newest.seq - 1)
            behind = None if before is None else before.message
            event = Event(message.type, message.data, message.id)
            self.proof = Proof("" if behind is None else behind.id, event)
        return not message.id

    def _unknown(self, reason: GapReason, last_event_id: str) -> Place:
        oldest = self._options.on_unknown_id == "oldest"
        position = self._log.first_seq if oldest else self._log.next_seq
        return Place(position, Gap(reason, last_event_id))

    def open(self, start: Callable[[], object]) -> None:
        """
        Open the source: for a while, places may still appear.

        :param start: starts it, again if that was done before.
        :raises Exception: what ``start`` raises; the source is not opened then.
        """
        opened = self._opened
        if not opened:
            self._opened = True
            self._opened_at = self._log.next_seq
            self._window = self._clock.callLater(
                self._options.resume_window_ms / 1000.0, self.close
            )
        try:
            start()
        except BaseException:
            if not opened:
                self._opened = False
                self.stop()
            raise

    def close(self) -> None:
        """No awaited place appears any more."""
        self._window = None
        self._find_none(self._opened_at)

    def stop(self) -> None:
        """Cancel the timer; places that are awaited are awaited on."""
        window, self._window = self._window, None
        if window is not None:
            window.cancel()
