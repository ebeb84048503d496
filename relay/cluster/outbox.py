"""What a leader has read from its source, on its way to the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from relay.channel.writer import ArchiveClosed
from relay.cluster.link import Appended, EngineLost, Snapshot

MOST_ITEMS = 1024
"""How many items one batch has, unless a single addition has more."""


class _Addition(NamedTuple):
    items: Sequence[bytes]
    done: Deferred[Appended]


class _Batch(NamedTuple):
    first_seq: int
    additions: list[_Addition]

    @property
    def items(self) -> list[bytes]:
        return [item for one in self.additions for item in one.items]


class Outbox:
    """
    Appends items in order, one batch at a time.

    While the engine does not answer, everything is kept. How much that is, is for the
    caller to bound.

    :param append: appends items at a number. Its failure with
        :class:`~relay.cluster.link.EngineLost` leaves it open whether they are in the
        log; after any other failure the outbox is to be emptied by :meth:`fail`.
    """

    def __init__(
        self, append: Callable[[Sequence[bytes], int], Deferred[Appended]]
    ) -> None:
        self._append = append
        self._waiting: list[_Addition | Callable[[], None]] = []
        self._batch: _Batch | None = None
        """The batch that was sent and not answered."""
        self._next_seq = 0
        self.is_open = False
        """Whether batches are sent."""

    def add(self, items: Sequence[bytes]) -> Deferred[Appended]:
        """
        Append items after everything that was added before.

        :return: fires when the engine has them; fails as :meth:`fail` says.
        """
        addition = _Addition(items, Deferred())
        self._waiting.append(addition)
        self._send()
        return addition.done

    def then(self, act: Callable[[], None]) -> None:
        """Call back when everything that was added before is in the log."""
        self._waiting.append(act)
        self._send()

    def open(self, next_seq: int) -> None:
        """
        Send from now on, beginning with a batch that was not answered.

        :param next_seq: the number of the next entry of the log.
        """
        self.is_open, self._next_seq = True, next_seq
        batch = self._batch
        if batch is not None:
            self._batch = None
            self._waiting[:0] = batch.additions
        self._send()

    def settle(self, snapshot: Snapshot) -> bool | None:
        """
        Stop sending, and look for the batch that was not answered in the log.

        :param snapshot: the log, as the engine shows it now.
        :return: True when everything can go on; None when other entries are in the
            place of the batch, so that nothing of the outbox can follow.
        """
        self.is_open = False
        batch = self._batch
        if batch is None:
            return True if snapshot.next_seq == self._next_seq else None
        if snapshot.next_seq == batch.first_seq:
            return True
        items = batch.items
        end = batch.first_seq + len(items)
        found = [one for one in snapshot.entries if batch.first_seq <= one.seq < end]
        if snapshot.next_seq != end or [one.item for one in found] != items:
            return None
        self._batch, self._next_seq = None, end
        at = found[0]
        self._answer(batch, Appended(at.epoch, at.seq, at.at_ms, len(items)))
        return True

    def fail(self, reason: Exception) -> None:
        """Drop everything that is not known to be in the log."""
        self.is_open = False
        batch, self._batch = self._batch, None
        waiting, self._waiting = self._waiting, []
        for one in [*(batch.additions if batch else ()), *waiting]:
            if isinstance(one, _Addition):
                one.done.errback(reason)

    def _send(self) -> None:
        while self.is_open and self._batch is None and self._waiting:
            first = self._waiting[0]
            if not isinstance(first, _Addition):
                del self._waiting[0]
                first()
                continue
            additions: list[_Addition] = []
            size = 0
            for one in self._waiting:
                if not isinstance(one, _Addition):
                    break
                size += len(one.items)
                if additions and size > MOST_ITEMS:
                    break
                additions.append(one)
            del self._waiting[: len(additions)]
            batch = self._batch = _Batch(self._next_seq, additions)
            done = self._append(batch.items, batch.first_seq)
            done.addCallbacks(self._sent, self._not_sent, (batch,), {}, (batch,), {})
            if self._batch is batch:
                return

    def _sent(self, appended: Appended, batch: _Batch) -> None:
        if self._batch is batch:
            self._batch = None
            self._next_seq = batch.first_seq + len(batch.items)
            self._answer(batch, appended)
            self._send()

    def _not_sent(self, failure: Failure, batch: _Batch) -> None:
        lost = isinstance(failure.value, EngineLost)
        if not lost and self._batch is batch:
            self.fail(ArchiveClosed())

    def _answer(self, batch: _Batch, appended: Appended) -> None:
        seq = appended.first_seq
        for items, done in batch.additions:
            size = len(items)
            done.callback(appended._replace(first_seq=seq, size=size))
            seq += size
