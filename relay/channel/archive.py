"""
Histories that outlive the process.

What is published to a durable channel is kept first and delivered then: a publication
that was answered is in the store, and an event that a client has seen is, too. Events
are kept in batches, one at a time, each in one transaction.

A channel may be closed and opened again while the process runs. It goes on with the log
that it had: to begin anew at the first place would put other events where clients, and
the store, have theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.log import Log
from relay.channel.message import Message
from relay.channel.writer import ArchiveClosed, IdempotencyKey, NotKept, WrittenChannel
from relay.model.records import HistoryEntry, Publication
from relay.model.schema.errors import Unavailable

ALL_BYTES = 2**62
BATCH_S = 0.005
"""How long a batch waits for company, beside the time that the one before it takes."""
PRUNE_S = 60.0
"""Interval at which channels without publications are checked for old entries."""
LINEAGE_MS = 86_400_000
"""How much longer than its event the newest place of a channel is known, so that it
goes on with its epoch after a restart, and its clients get no gap."""


class Keeper(Protocol):
    """Where histories are kept: the store, for one API."""

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Return all stored histories."""

    def keep(
        self,
        entries: list[HistoryEntry],
        oldest: dict[str, int],
        publications: list[Publication],
    ) -> Deferred[None]:
        """Keep a batch; fires when it is safe."""


class _Submitted(NamedTuple):
    channel: WrittenChannel
    items: Sequence[Message | GapReason]
    key: IdempotencyKey | None
    done: Deferred[list[Entry]]
    at_s: float


class _Line(NamedTuple):
    """The log of a channel that is, or was, open in this process."""

    log: Log
    newest: Entry
    pruned_to: int
    """The oldest place that the store still has."""


class Archive:
    """
    Keeps the histories of one API's channels.

    :param keeper: the store of histories.
    :param clock: the clock of retries.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param api_id: of the API, for the log.
    """

    _log = Logger()

    def __init__(
        self,
        keeper: Keeper,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        api_id: str = "",
    ) -> None:
        self._api_id = api_id
        self._failing = False
        """Whether the current failure of the store was logged."""
        self._keeper = keeper
        self._clock = clock
        self._wall_ms = wall_ms
        self._waiting: list[_Submitted] = []
        self._scheduled = False
        self._busy = False
        self._closed = False
        self._loaded: dict[str, list[HistoryEntry]] = {}
        """By digest what earlier processes kept, without holes."""
        self._lines: dict[str, _Line] = {}
        self._under_way: Counter[WrittenChannel] = Counter()
        self._pruned_s = clock.seconds()
        self.publications: list[Publication] = []
        """What earlier processes answered under a key."""

    def load(self) -> Deferred[None]:
        """Read what earlier processes kept, before the first channel opens."""
        return self._keeper.load().addCallback(self._take)

    def _take(self, kept: tuple[list[HistoryEntry], list[Publication]]) -> None:
        rows: dict[str, list[HistoryEntry]] = {}
        for row in kept[0]:
            known = rows.setdefault(row.channel, [])
            if known and (known[-1].epoch, known[-1].seq + 1) != (row.epoch, row.seq):
                known.clear()
            known.append(row)
        self._loaded, self._lines = rows, {}
        self.publications = kept[1]

    def reset(self) -> None:
        """
        Drop the waiting events: the process no longer serves the channels.

        These events are not published. If they were stored after the history is read
        again, their places could collide with places in that history. Batches that were
        sent to the store before are in it when :meth:`load` reads the history, or have
        been refused.
        """
        self._fail_waiting(ArchiveClosed())

    def kept(self, digest: str) -> tuple[str, list[Entry]] | None:
        """
        Return the history of a channel.

        :param digest: of its key.
        :return: its epoch and its entries without a hole, at least one; None without
            a stored history.
        """
        line = self._lines.get(digest)
        if line is not None:
            log = line.log
            return log.epoch, log.entries(log.first_seq, ALL_BYTES) or [line.newest]
        rows = self._loaded.get(digest)
        if rows is None:
            return None
        return rows[-1].epoch, [_entry(row) for row in rows]

    def holds(self, channel: WrittenChannel) -> bool:
        """
        Whether entries of a channel are being stored.

        :param channel: the channel; while they are, it must stay open.
        """
        return self._under_way[channel] > 0

    def submit(
        self,
        channel: WrittenChannel,
        items: Sequence[Message | GapReason],
        key: IdempotencyKey | None = None,
    ) -> Deferred[list[Entry]]:
        """
        Keep some entries, then add them to the channel and deliver them.

        :param channel: whose they are.
        :param items: in order.
        :param key: under which the ids are to be remembered.
        :return: fires with the entries once they are safe and delivered.
        """
        done: Deferred[list[Entry]] = Deferred()
        if self._closed:
            done.errback(ArchiveClosed())
            return done
        self._waiting.append(
            _Submitted(channel, items, key, done, self._clock.seconds())
        )
        self._under_way[channel] += 1
        if not self._busy and not self._scheduled:
            self._scheduled = True
            self._clock.callLater(BATCH_S, self._flush)
        return done

    def close(self) -> None:
        """Keep nothing more: another process, or another deployment, does."""
        self._closed = True
        self._fail_waiting(ArchiveClosed())

    def _fail_waiting(self, reason: Exception) -> None:
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            self._settle(one.channel)
            one.done.errback(reason)

    def _settle(self, channel: WrittenChannel) -> None:
        self._under_way[channel] -= 1
        if not self._under_way[channel]:
            del self._under_way[channel]

    def _flush(self) -> None:
        self._scheduled = False
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        self._busy = True
        staged: list[tuple[_Submitted, list[Entry]]] = []
        try:
            kept = self._keep(batch, staged)
        except Exception:
            staged = [(one, []) for one in batch]
            kept = fail()
        kept.addCallback(self._deliver, staged).addErrback(self._fail, staged)
        kept.addBoth(self._next)

    def _keep(
        self,
        batch: list[_Submitted],
        staged: list[tuple[_Submitted, list[Entry]]],
    ) -> Deferred[None]:
        """Stage a batch, and send it to the store."""
        now_ms = self._wall_ms()
        rows: list[HistoryEntry] = []
        oldest = self._too_old(now_ms, batch[0].channel.options.history.max_age_ms)
        publications: list[Publication] = []
        before: dict[WrittenChannel, list[Entry]] = {}
        for one in batch:
            log, digest = one.channel.log, one.channel.digest
            ahead = before.setdefault(one.channel, [])
            entries = log.stage(one.items, now_ms, one.at_s, ahead)
            ahead += entries
            staged.append((one, entries))
            rows += [_row(digest, log.epoch, entry) for entry in entries]
            oldest[digest] = log.first_seq
            if one.key is not None:
                ids = tuple(entry.id for entry in entries)
                publications.append(Publication(*one.key, ids, now_ms))
        return self._keeper.keep(rows, oldest, publications)

    def _too_old(self, now_ms: int, max_age_ms: int) -> dict[str, int]:
        """Drop old entries, and report the first place that the store must keep."""
        if self._clock.seconds() - self._pruned_s < PRUNE_S:
            return {}
        self._pruned_s = self._clock.seconds()
        oldest_ms = now_ms - max_age_ms
        oldest: dict[str, int] = {}
        for digest, rows in list(self._loaded.items()):
            newest = rows[-1]
            if newest.at_ms < oldest_ms - LINEAGE_MS:
                oldest[digest] = newest.seq + 1
                del self._loaded[digest]
            elif rows[0].at_ms < oldest_ms and len(rows) > 1:
                young = [row for row in rows[:-1] if row.at_ms >= oldest_ms]
                self._loaded[digest] = [*young, newest]
                oldest[digest] = self._loaded[digest][0].seq
        for digest, line in list(self._lines.items()):
            line.log.evict(now_ms)
            first = min(line.log.first_seq, line.newest.seq)
            if line.newest.at_ms < oldest_ms - LINEAGE_MS:
                oldest[digest] = line.newest.seq + 1
                del self._lines[digest]
            elif first > line.pruned_to:
                oldest[digest] = first
                self._lines[digest] = line._replace(pruned_to=first)
        return oldest

    def _deliver(self, _: None, staged: list[tuple[_Submitted, list[Entry]]]) -> None:
        if self._failing:
            self._failing = False
            self._log.info("API {api_id}: events are kept again", api_id=self._api_id)
        for one, entries in staged:
            channel, log = one.channel, one.channel.log
            if entries:
                self._loaded.pop(channel.digest, None)
                line = _Line(log, entries[-1], log.first_seq)
                self._lines[channel.digest] = line
            channel.add(entries)
            self._settle(channel)
            one.done.callback(entries)

    def _fail(
        self, failure: Failure, staged: list[tuple[_Submitted, list[Entry]]]
    ) -> None:
        unavailable = isinstance(failure.value, Unavailable)
        reason: Exception | Failure = failure
        if unavailable:
            if not self._failing:
                self._log.error(
                    "API {api_id}: events cannot be kept: {reason}",
                    api_id=self._api_id,
                    reason=failure.getErrorMessage(),
                )
            self._failing = True
            reason = NotKept()
        for one, _ in staged:
            if not one.done.called:
                self._settle(one.channel)
                one.done.errback(reason)
        if unavailable:
            # These events have waited for the store as long as the failed ones.
            self._fail_waiting(NotKept())

    def _next(self, _: object) -> None:
        self._busy = False
        if self._waiting and not self._scheduled:
            self._scheduled = True
            self._clock.callLater(0, self._flush)


def _row(digest: str, epoch: str, entry: Entry) -> HistoryEntry:
    content: dict[str, Any] = {"id": entry.id}
    if entry.gap is not None:
        content["gap"] = {"reason": entry.gap.reason.value, "after": entry.gap.after}
    message = entry.message
    if message is not None:
        content["message"] = {
            "data": message.data,
            "type": message.type,
            "id": message.id,
            "topic": message.topic,
            "timestamp_ms": message.timestamp_ms,
            "binary": message.binary,
            "metadata": dict(message.metadata) if message.metadata else None,
            "headers": dict(message.headers) if message.headers else None,
        }
    return HistoryEntry(digest, epoch, entry.seq, entry.at_ms, content)


def _entry(row: HistoryEntry) -> Entry:
    content = row.content
    message = Message(**content["message"]) if "message" in content else None
    gap = None
    if "gap" in content:
        gap_fields = content["gap"]
        gap = Gap(GapReason(gap_fields["reason"]), gap_fields["after"])
    return Entry(row.seq, content["id"], message, gap, row.at_ms)
