"""
One watcher of the live streams: a snapshot of them, and then what changes.

Theory of operation. A watcher keeps of each stream the counts that it was told last.
Every :data:`TICK_S` it is told of new streams and of streams that have ended. Every
``interval_s`` all streams are compared with what it was told, and it is told of those
that differ: at most :data:`MOST_CHANGES` of them, and of the others next time. So
changes are joined and not queued; only ended streams are, up to :data:`MOST_ENDED`.
While the client takes nothing, nothing is compared. When more streams have ended than
the queue holds, the watcher is told of a gap, and given a new snapshot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IPushProducer
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.eventstream.encoder import HEARTBEAT, encode
from relay.eventstream.event import Event
from relay.management.http.reply import dump
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange
from relay.reactor.deadline import Deadline
from relay.reactor.turns import in_turns
from relay.technical.streams.filters import StreamFilter
from relay.technical.streams.listing import Streams
from relay.technical.streams.stream import Stream, closed_json
from relay.technical.streams.turns import SLICE

TICK_S = 0.25
"""The time between two looks at new and ended streams, in seconds."""
HEARTBEAT_S = 5.0
"""After how long without an event a heartbeat is sent, in seconds."""
STALL_MS = 60_000
"""For how long the client may take nothing, in milliseconds."""
MOST_CHANGES = 1000
"""How many changed streams are reported after one comparison."""
MOST_BEGUN = 1000
"""How many new streams are kept for the next tick; a comparison finds the others."""
MOST_ENDED = 1000
"""How many ended streams are kept until they are reported."""
BATCH = 100
"""How many streams one event of the snapshot has at most."""


class _Mark(NamedTuple):
    """What is compared of a stream."""

    transferred: Transferred
    full: bool
    status: int
    endpoint: str | None


@implementer(IPushProducer)
class Watch:
    """
    Reports the streams that pass a filter to one client.

    :param streams: the live streams.
    :param watches: informs it from its start to its end.
    :param wanted: the filter.
    :param interval_s: the time between two comparisons, in seconds.
    :param with_path: whether paths are shown.
    """

    _log = Logger()

    def __init__(
        self,
        streams: Streams,
        watches: Watches,
        wanted: StreamFilter,
        interval_s: float,
        with_path: bool,
    ) -> None:
        self._streams = streams
        self._clock = streams.clock
        self._wanted = wanted
        self._watches = watches
        self._write: Callable[[bytes], object] = _drop
        self._abort: Callable[[], object] = _nothing
        self._interval_s = interval_s
        self._with_path = with_path
        self._told: dict[str, _Mark] = {}
        """What was last reported of each stream, by its id."""
        self._begun: list[LiveExchange] = []
        self._ended: deque[AccessRecord] = deque()
        self._snapshot_due = True
        self._gap = False
        self._paused = False
        self._running = False
        """Whether a round is under way, in several turns of the reactor."""
        self._over = False
        self._offset = 0
        """Where the next comparison begins."""
        self._compared_s = self._wrote_s = self._clock.seconds()
        self._out: list[bytes] = []
        self._number = 0
        self._timer: IDelayedCall | None = None
        self._stall = Deadline(self._clock, STALL_MS)

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """
        Report the snapshot, and then the changes.

        :param write: takes bytes for the client.
        :param abort: drops the connection of the client.
        :return: never fires: there is always more to report.
        """
        self._write, self._abort = write, abort
        self._watches.add(self)
        self._tick()
        return Deferred()

    def pauseProducing(self) -> None:
        """The client takes no more for now."""
        self._paused = True
        self._stall.start(self._abort)

    def resumeProducing(self) -> None:
        """The client takes more."""
        self._paused = False
        self._stall.stop()

    def stopProducing(self) -> None:
        """Report nothing more: the client has left."""
        self._over = True
        self._write, self._abort = _drop, _nothing
        self._watches.remove(self)
        self._stall.stop()
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        self._told.clear()
        self._begun.clear()
        self._ended.clear()

    def began(self, exchange: LiveExchange) -> None:
        """Note an exchange that has begun."""
        if len(self._begun) < MOST_BEGUN:
            self._begun.append(exchange)

    def ended(self, record: AccessRecord) -> None:
        """
        Note an exchange that is over.

        :param record: in its final state.
        """
        told = record.request_id in self._told
        if not told and (
            self._wanted.needs_facts or not self._wanted.admits_record(record)
        ):
            return
        if len(self._ended) < MOST_ENDED:
            self._ended.append(record)
        else:
            self._gap = True

    def _tick(self) -> None:
        self._timer = self._clock.callLater(TICK_S, self._tick)
        if self._paused or self._running:
            return
        self._running = True
        self._streams.rates.ask()
        done = in_turns(self._streams.turns, self._round())
        done.addErrback(self._failed).addCallback(self._round_over)

    def _round_over(self, _: None) -> None:
        self._running = False
        self._flush()
        if not self._over and self._clock.seconds() - self._wrote_s >= HEARTBEAT_S:
            self._send(HEARTBEAT)

    def _failed(self, failure: Failure) -> None:
        self._log.failure("a watcher of the streams failed", failure)
        self._abort()

    def _round(self) -> Iterator[None]:
        """Report what is due; return early when the client takes no more."""
        if self._gap:
            self._gap, self._snapshot_due = False, True
            self._told.clear()
            self._begun.clear()
            self._ended.clear()
            self._event("gap", '{"reason":"slow_consumer"}')
        if self._snapshot_due:
            yield from self._snapshot()
        begun, self._begun = self._begun, []
        for exchange in begun:
            if exchange.record.request_id not in self._told:
                self._open(exchange)
            if self._pass_on():
                return
            yield
        while self._ended:
            record = self._ended.popleft()
            self._told.pop(record.request_id, None)
            shown = dump(closed_json(record, self._with_path))
            self._event("closed", shown.decode())
            if self._pass_on():
                return
            yield
        now_s = self._clock.seconds()
        if now_s - self._compared_s >= self._interval_s:
            self._compared_s = now_s
            yield from self._compare()

    def _snapshot(self) -> Iterator[None]:
        batch: list[str] = []
        for number, exchange in enumerate(self._streams.live.all()):
            if exchange.record.request_id not in self._told:
                stream = self._admitted(exchange)
                if stream is not None:
                    self._told[exchange.record.request_id] = self._mark(exchange)
                    batch.append(stream.as_json(self._with_path))
            if len(batch) >= BATCH:
                self._show(batch, complete=False)
                batch = []
                if self._pass_on():
                    return
            if number % SLICE == SLICE - 1:
                yield
        self._show(batch, complete=True)
        self._snapshot_due = False

    def _compare(self) -> Iterator[None]:
        exchanges = self._streams.live.all()
        left, total = MOST_CHANGES, len(exchanges)
        begin = self._offset if self._offset < total else 0
        for number in range(total):
            place = (begin + number) % total
            left -= self._compare_one(exchanges[place])
            if not left or self._pass_on():
                self._offset = place + 1
                return
            if number % SLICE == SLICE - 1:
                yield
        self._offset = 0

    def _compare_one(self, exchange: LiveExchange) -> bool:
        """Report a stream if it has changed; return whether it was reported."""
        request_id = exchange.record.request_id
        told = self._told.get(request_id)
        if told is None:
            return self._open(exchange)
        if exchange.record.outcome is not None:
            return False
        mark = self._mark(exchange)
        # Of a client that takes nothing, the lag grows while its counts stay.
        changed = mark != told or mark.full
        if not (changed or self._wanted.needs_facts):
            return False
        stream = self._streams.look(exchange)
        if not self._wanted.admits(stream):
            del self._told[request_id]
            self._event("closed", f'{{"id":"{request_id}","outcome":null}}')
            return True
        if not changed:
            return False
        self._told[request_id] = mark
        self._event("changed", stream.changes_as_json())
        return True

    def _open(self, exchange: LiveExchange) -> bool:
        stream = self._admitted(exchange)
        if stream is None:
            return False
        self._told[exchange.record.request_id] = self._mark(exchange)
        self._event("opened", stream.as_json(self._with_path))
        return True

    def _admitted(self, exchange: LiveExchange) -> Stream | None:
        """Describe an exchange that passes the filter; None for any other."""
        record = exchange.record
        if record.outcome is not None or not self._wanted.admits_record(record):
            return None
        stream = self._streams.look(exchange)
        return stream if self._wanted.admits(stream) else None

    def _mark(self, exchange: LiveExchange) -> _Mark:
        record, full = exchange.record, self._streams.view.is_full(exchange)
        return _Mark(exchange.transferred, full, record.status, record.endpoint)

    def _show(self, batch: list[str], complete: bool) -> None:
        flag = "true" if complete else "false"
        data = f'{{"data":[{",".join(batch)}],"complete":{flag}}}'
        self._event("snapshot", data)

    def _event(self, name: str, content: str) -> None:
        self._number += 1
        self._out.append(encode(Event(name, content, str(self._number))))

    def _pass_on(self) -> bool:
        """Write what is ready; return whether the client takes no more for now."""
        if len(self._out) >= SLICE:
            self._flush()
        return self._paused or self._over

    def _flush(self) -> None:
        out, self._out = self._out, []
        if out and not self._over:
            self._send(b"".join(out))

    def _send(self, data: bytes) -> None:
        self._wrote_s = self._clock.seconds()
        self._write(data)


def _drop(data: bytes) -> None:
    """Write nothing: there is no client."""


def _nothing() -> None:
    """Drop no connection: there is none."""


class Watches:
    """All watchers of the process; as an observer of exchanges it informs each."""

    def __init__(self) -> None:
        self._all: set[Watch] = set()

    def __len__(self) -> int:
        return len(self._all)

    def add(self, watch: Watch) -> None:
        """Inform a watcher from now on."""
        self._all.add(watch)

    def remove(self, watch: Watch) -> None:
        """Inform a watcher no more; may be called again."""
        self._all.discard(watch)

    def began(self, exchange: LiveExchange) -> None:
        """Inform the watchers of an exchange that has begun."""
        for watch in self._all:
            watch.began(exchange)

    def answered(self, exchange: LiveExchange) -> None:
        """Do nothing: the next comparison finds the response head."""

    def ended(self, exchange: LiveExchange) -> None:
        """Inform the watchers of an exchange that is over."""
        for watch in self._all:
            watch.ended(exchange.record)
