"""
Histories that outlive the process.

What is published to a durable channel is kept first and delivered then: a publication
that was answered is in the store, and an event that a client has seen is, too. Events
are kept in batches, one at a time, each in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.message import Message
from relay.model.records import HistoryEntry, Publication

if TYPE_CHECKING:
    from relay.channel.channel import Channel

BATCH_S = 0.005
"""How long a batch waits for company, beside the time that the one before it takes."""


class Keeper(Protocol):
    """Where histories are kept: the store, for one API."""

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Give all that is kept."""

    def keep(
        self,
        entries: list[HistoryEntry],
        oldest: dict[str, int],
        publications: list[Publication],
    ) -> Deferred[None]:
        """Keep a batch; fires when it is safe."""


class ArchiveClosed(Exception):
    """The channel is served elsewhere now."""


class IdempotencyKey(NamedTuple):
    """Under which a publication is remembered."""

    topic: str
    key: str


class _Submitted(NamedTuple):
    channel: Channel
    items: Sequence[Message | GapReason]
    key: IdempotencyKey | None
    done: Deferred[list[Entry]]


class Archive:
    """
    Keeps the histories of one API's channels.

    :param keeper: where to.
    :param clock: what calls later.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self, keeper: Keeper, clock: IReactorTime, wall_ms: Callable[[], int]
    ) -> None:
        self._keeper = keeper
        self._clock = clock
        self._wall_ms = wall_ms
        self._waiting: list[_Submitted] = []
        self._scheduled = False
        self._busy = False
        self._closed = False
        self._loaded: dict[str, list[HistoryEntry]] = {}
        self.publications: list[Publication] = []
        """What earlier processes answered under a key."""

    def load(self) -> Deferred[None]:
        """Read what earlier processes kept, before the first channel opens."""
        self._loaded.clear()
        return self._keeper.load().addCallback(self._take)

    def _take(self, kept: tuple[list[HistoryEntry], list[Publication]]) -> None:
        for entry in kept[0]:
            self._loaded.setdefault(entry.channel, []).append(entry)
        self.publications = kept[1]

    def kept(self, digest: str) -> tuple[str, list[Entry]] | None:
        """
        Give the history of a channel.

        :param digest: of its key.
        :return: its epoch and its entries without a hole, None when none is kept.
        """
        rows = self._loaded.pop(digest, None)
        if not rows:
            return None
        newest = rows[-1]
        entries: list[Entry] = []
        for row in reversed(rows):
            expected = newest.seq - len(entries)
            if row.epoch != newest.epoch or row.seq != expected:
                break
            entries.append(_entry(row))
        entries.reverse()
        return newest.epoch, entries

    def submit(
        self,
        channel: Channel,
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
        self._waiting.append(_Submitted(channel, items, key, done))
        if not self._busy and not self._scheduled:
            self._scheduled = True
            self._clock.callLater(BATCH_S, self._flush)
        return done

    def close(self) -> None:
        """Keep nothing more: another process, or another deployment, does."""
        self._closed = True
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.done.errback(ArchiveClosed())

    def _flush(self) -> None:
        self._scheduled = False
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        self._busy = True
        now_ms = self._wall_ms()
        staged: list[tuple[_Submitted, list[Entry]]] = []
        rows: list[HistoryEntry] = []
        oldest: dict[str, int] = {}
        publications: list[Publication] = []
        before: dict[Channel, list[Entry]] = {}
        for one in batch:
            log, digest = one.channel.log, one.channel.digest
            ahead = before.setdefault(one.channel, [])
            entries = log.stage(one.items, now_ms, ahead)
            ahead += entries
            staged.append((one, entries))
            rows += [_row(digest, log.epoch, entry) for entry in entries]
            oldest[digest] = log.first_seq
            if one.key is not None:
                ids = tuple(entry.id for entry in entries)
                publications.append(Publication(*one.key, ids, now_ms))
        kept = self._keeper.keep(rows, oldest, publications)
        kept.addCallback(self._deliver, staged).addErrback(self._fail, staged)
        kept.addBoth(self._next)

    def _deliver(self, _: None, staged: list[tuple[_Submitted, list[Entry]]]) -> None:
        for one, entries in staged:
            one.channel.add(entries)
            one.done.callback(entries)

    def _fail(
        self, failure: Failure, staged: list[tuple[_Submitted, list[Entry]]]
    ) -> None:
        for one, _ in staged:
            if not one.done.called:
                one.done.errback(failure)

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
        told = content["gap"]
        gap = Gap(GapReason(told["reason"]), told["after"])
    return Entry(row.seq, content["id"], message, gap, row.at_ms)
