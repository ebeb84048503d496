"""
A process's part in a channel whose log several processes share.

Theory of operation. The replica follows the log of the engine and adds each entry to
the log of its channel, from which its subscribers read as always. An entry is delivered
by nobody before the engine has it, so that a process that dies takes nothing along.

A process with subscribers asks to lead. The one that is granted the lease waits until
its copy of the log is complete, and then runs the source, from the source's id of the
newest event on. It appends what it reads under the token of its lease, one batch at a
time, each with the number that its first entry is to have: a batch whose answer was
lost is in the log that the engine shows afterwards, or is read from the source again.
The other processes wait until nobody leads.

When the engine has lost entries that this process has, the copy goes back to what the
engine has, and the subscribers that were given more are told of a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.channel.channel import ChannelState
from relay.channel.entry import Entry, GapReason
from relay.channel.message import Message
from relay.channel.source import OpenChannel
from relay.channel.verdict import SourceRefusal
from relay.channel.writer import (
    ArchiveClosed,
    IdempotencyKey,
    NotKept,
    WrittenChannel,
)
from relay.cluster.epochs import common_end, epochs_of
from relay.cluster.items import read_item, write_item
from relay.cluster.link import (
    Appended,
    ChannelLink,
    ChannelName,
    EngineLost,
    Fenced,
    Lead,
    Snapshot,
    Stored,
)
from relay.cluster.outbox import Outbox
from relay.cluster.source_state import SourceState


class Replica:
    """
    Follows the log of one channel, and leads it when it is to.

    :param link: to the engine.
    :param opened: the channel; its log is empty.
    :param start: starts the source of the channel, unless it runs.
    :param published: whether the events come from publishers: then nobody leads.
    """

    _log = Logger()

    def __init__(
        self,
        link: ChannelLink,
        name: ChannelName,
        opened: OpenChannel,
        start: Callable[[OpenChannel], None],
        clock: IReactorTime,
        published: bool,
    ) -> None:
        self._link = link
        self._name = name
        self._opened = opened
        self._channel = opened.channel
        self._start = start
        self._clock = clock
        self._published = published
        self._known = False
        """Whether the log of the engine was received at least once."""
        self._answers = False
        """Whether the engine answers."""
        self._placed = False
        """Whether subscribers wait for the log no more."""
        self._asking = False
        self._lead: Lead | None = None
        self._runs = False
        """Whether this process runs the source, under its lease."""
        self._state: SourceState | None = None
        """What the leader has announced; None while nobody leads, or none has."""
        self._outbox = Outbox(self._append)
        self._publications = 0
        """How many publications are under way."""
        self._closed = False
        # Responses wait until places are known: what a client publishes after its
        # response is to come to the client.
        self._channel.verdict.ask()
        self._channel.places.shared = True
        self._channel.wait_for_log()
        opening = write_item(GapReason.UPSTREAM_RECONNECT) if published else None
        link.follow(name, self._channel.options.history, self, opening)

    # What the channel asks for.

    def submit(
        self,
        channel: WrittenChannel,
        items: Sequence[Message | GapReason],
        key: IdempotencyKey | None = None,
    ) -> Deferred[list[Entry]]:
        """Append to the log of the engine."""
        if self._published:
            return self._publish(items, key)
        if not self._runs:
            return fail(ArchiveClosed())
        done = self._outbox.add([write_item(one) for one in items])
        return done.addCallback(self._numbered, items)

    def _publish(
        self, items: Sequence[Message | GapReason], key: IdempotencyKey | None
    ) -> Deferred[list[Entry]]:
        named = None
        if key is not None:
            name, _, content = key.key.partition(".")
            named = name, content
        self._publications += 1
        done = self._link.append(
            self._name, [write_item(one) for one in items], key=named
        )
        done.addBoth(self._is_over)
        return done.addCallbacks(self._numbered, _not_kept, (items,))

    def _is_over(self, result: Appended | Failure) -> Appended | Failure:
        self._publications -= 1
        return result

    def _numbered(
        self, appended: Appended, items: Sequence[Message | GapReason]
    ) -> list[Entry]:
        log, now_s = self._channel.log, self._clock.seconds()
        epoch, seq, at_ms, size, repeated = appended
        entries = log.numbered(epoch, seq, items[:size], at_ms, now_s, None)
        if not repeated:
            # By this process alone: the replicas count what they deliver.
            self._channel.counts.added(entries)
        return entries

    def read(self) -> None:
        """Ask to lead: the channel has a reader."""
        if not (self._runs or self._published):
            self._channel.verdict.ask()
        self._ask()

    def may_close(self) -> Deferred[bool]:
        """Return the lease, unless other processes follow the channel."""
        if self._publications or self._asking:
            return succeed(False)
        if self._lead is None:
            return succeed(True)
        done = self._link.resign(self._name, unless_followed=True)
        return done.addCallbacks(self._resigned, lambda _: False)

    def _resigned(self, returned: bool) -> bool:
        if returned:
            self._stop()
        return returned

    def tell(self) -> None:
        """Announce the state of the source."""
        self._announce(SourceState.of(self._opened))

    def end(self) -> None:
        """Announce the end, which is acted on when it comes behind the last event."""
        self._announce(SourceState.of(self._opened, ended=True))

    def refuse(self, refusal: SourceRefusal) -> None:
        """Announce a refusal."""
        self._announce(SourceState.of(self._opened, refusal=refusal))

    def _announce(self, state: SourceState) -> None:
        if self._runs:
            self._outbox.then(lambda: self._pass_on(state.write()))

    def _pass_on(self, state: bytes) -> None:
        if self._lead is not None:
            self._link.announce(self._name, state, self._lead.fence)

    def close(self) -> None:
        """Follow the log no more, and give the lease back."""
        self._closed = True
        self._link.unfollow(self._name)
        self._outbox.fail(ArchiveClosed())

    # What the link reports.

    def held(self) -> Snapshot | None:
        """Return the copy, for an engine that has lost the log."""
        log = self._channel.log
        if not self._known:
            return None
        entries = [
            Stored(
                log.epoch_of(one.seq),
                one.seq,
                one.at_ms,
                write_item(one.gap.reason if one.gap else _message(one)),
            )
            for one in log.entries(log.first_seq, log.held_bytes)
        ]
        state = b"" if self._state is None else self._state.write()
        return Snapshot(log.epoch, log.next_seq, entries, state, log.epochs)

    def restored(self, snapshot: Snapshot) -> None:
        """Make the log of the channel that of the engine."""
        if self._closed:
            return
        self._answers = True
        log, theirs = self._channel.log, epochs_of(snapshot)
        since = snapshot.next_seq
        if snapshot.entries:
            since = snapshot.entries[0].seq
        common = min(common_end(log.epochs, theirs), snapshot.next_seq)
        if self._known and common < log.next_seq:
            self._channel.rewind(common)
        if not self._known or since > log.next_seq:
            if self._known:
                # The engine has dropped what is between.
                self._channel.rewind(0)
            log.begin(since, [one for one in theirs if one[0] <= since] or theirs[:1])
            self._known = True
        self.added([one for one in snapshot.entries if one.seq >= log.next_seq])
        self._turn(snapshot.epoch)
        self._state = None
        if snapshot.state:
            self.announced(snapshot.state)
        if self._published:
            self._settle(may_open=False)
        self._resume(snapshot)
        self._ask()

    def _resume(self, snapshot: Snapshot) -> None:
        """Find out what has become of a batch whose answer was lost."""
        self._lead, self._asking = None, False
        if self._outbox.settle(snapshot) is None:
            self._stop()

    def added(self, entries: Sequence[Stored]) -> None:
        """Add entries to the log of the channel, and deliver them."""
        log, now_s = self._channel.log, self._clock.seconds()
        for epoch, run in groupby(entries, lambda one: one.epoch):
            stored = list(run)
            self._turn(epoch)
            last = log.last_event_id
            made: list[Entry] = []
            for one in stored:
                (entry,) = log.numbered(
                    epoch, one.seq, [read_item(one.item)], one.at_ms, now_s, last
                )
                if entry.message is not None:
                    last = entry.id
                made.append(entry)
            self._channel.add(made, counted=True)
        self._take_over()

    def _turn(self, epoch: str) -> None:
        log = self._channel.log
        if epoch != log.epoch:
            # A subscriber may have come from a process that was ahead of this one.
            self._channel.rewind(log.next_seq)
            log.turn(epoch)

    def announced(self, state: bytes) -> None:
        """Take over the state of the source that another process runs."""
        self._state = found = SourceState.read(state)
        if not self._runs:
            found.show_in(self._opened)
        if found.refusal is not None:
            self._channel.refuse(found.refusal)
        elif self._placed and not found.pending and not self._runs:
            self._channel.verdict.settle()
        if found.ended and (self._runs or self._placed):
            self._channel.end()

    def leaderless(self) -> None:
        """Ask to lead: nothing is known of the source any more."""
        self._state = None
        self._ask()

    def deposed(self) -> None:
        """Stop the source: this process does not lead any more."""
        self._stop()
        self._ask()

    def lost(self) -> None:
        """Wait for the engine: until then nothing is appended."""
        self._answers = False

    # Leading.

    def _ask(self) -> None:
        wanted = self._channel.subscribers and not self._published
        is_open = self._channel.state is ChannelState.OPEN and not self._closed
        able = self._answers and self._lead is None and not self._asking
        if wanted and is_open and able:
            self._asking = True
            self._link.lead(self._name).addCallbacks(self._asked, self._not_asked)

    def _not_asked(self, failure: Failure) -> None:
        self._asking = False
        if not isinstance(failure.value, EngineLost):
            self._log.failure("a channel's lease could not be asked for", failure)

    def _asked(self, lead: Lead | None) -> None:
        self._asking = False
        if self._closed or self._channel.state is not ChannelState.OPEN:
            return
        if lead is None:
            if self._runs:
                self._stop()
            self._settle(may_open=False)
            if self._state is not None and self._state.ended:
                self._channel.end()
            return
        self._lead = lead
        self._take_over()

    def _take_over(self) -> None:
        """Run the source, when this process leads and its copy is complete."""
        lead, log = self._lead, self._channel.log
        if lead is None or log.next_seq < lead.next_seq or self._outbox.is_open:
            return
        self._outbox.open(lead.next_seq)
        if self._runs:
            # The engine was away, and the source has gone on.
            self.tell()
            return
        self._runs = True
        if log.holds_any:
            self._channel.gap_due = self._channel.places.go_on()
        else:
            # An earlier leader may have read events that it did not append.
            self._channel.gap_due = not lead.first
        self._settle(may_open=not log.holds_any)
        try:
            self._start(self._opened)
        except Exception:
            self._log.failure(
                "API {api}, channel {channel}: its source cannot be started",
                **self._opened.log_names,
            )
        self.tell()

    def _append(self, items: Sequence[bytes], first_seq: int) -> Deferred[Appended]:
        assert self._lead is not None
        done = self._link.append(
            self._name, items, fence=self._lead.fence, first_seq=first_seq
        )
        return done.addErrback(self._not_appended)

    def _not_appended(self, failure: Failure) -> Failure:
        if isinstance(failure.value, Fenced):
            self.deposed()
        return failure

    def _stop(self) -> None:
        self._lead, self._runs = None, False
        self._outbox.fail(ArchiveClosed())
        self._opened.stop_source()

    def _settle(self, may_open: bool) -> None:
        if not self._placed:
            self._placed = True
            self._channel.settle_places(may_open)
        state, judges = self._state, self._channel.options.source_refusal == "status"
        if judges and not self._published and (self._runs or state is None):
            # Who runs the source is still to tell.
            return
        if state is None or self._runs:
            self._channel.verdict.settle()
        elif state.refusal is not None:
            self._channel.refuse(state.refusal)
        elif not state.pending:
            self._channel.verdict.settle()


def _message(entry: Entry) -> Message:
    assert entry.message is not None
    return entry.message


def _not_kept(failure: Failure) -> Failure:
    if isinstance(failure.value, EngineLost):
        raise NotKept() from None
    return failure
