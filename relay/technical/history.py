"""The last hour of this daemon, as columns of samples or as a stream of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, IReactorTime
from zope.interface import implementer

from relay.eventstream.encoder import encode
from relay.eventstream.event import Event
from relay.management.http.answers import EVENT_STREAM, JSON, Answer
from relay.management.http.errors import Unavailable
from relay.management.http.parameters import Instant, Words
from relay.management.http.query import Query, bad
from relay.management.http.reply import Reply, dump
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import Samples
from relay.observability.history.history import (
    API_SERIES,
    NODE_SERIES,
    PERIOD_S,
    History,
)
from relay.reactor.deadline import Deadline

MOST_APIS = 200
"""How many APIs one request may name."""
MOST_WATCHERS = 64
"""How many clients may follow the samples at one time."""
PARAMETERS = (
    Words("apis", "Ids of APIs; without them, the series of the daemon are returned."),
    Words(
        "series",
        "By default all: the series of the daemon, or of each API.",
        tuple(dict.fromkeys((*NODE_SERIES, *API_SERIES))),
    ),
    Instant("sinceMs", "Samples until then are left out."),
)
STALL_MS = 60_000
"""For how long a client that follows may take nothing, in milliseconds."""


class Selection:
    """
    The series that a request asks for.

    :param history: has them.
    :raises BadRequest: naming the parameter whose value is malformed.
    """

    def __init__(self, history: History, query: Query) -> None:
        self._history = history
        self._of_apis = "apis" in query.given
        self._apis = list(dict.fromkeys(query.many("apis")))
        if self._of_apis and not 1 <= len(self._apis) <= MOST_APIS:
            raise bad("apis", f"takes 1 to {MOST_APIS} ids of APIs")
        known = API_SERIES if self._of_apis else NODE_SERIES
        self._names: Sequence[str] = query.many("series") or known
        for name in self._names:
            if name not in known:
                raise bad("series", f"takes {', '.join(sorted(known))}", name)

    def document(self, since_ms: int = 0) -> dict[str, Any]:
        """
        Return the samples as columns.

        :param since_ms: those until then are left out.
        """
        return {
            "intervalMs": round(PERIOD_S * 1000),
            "timestamps": self._history.timestamps(since_ms),
            **self._columns(since_ms),
        }

    def samples(self, since_ms: int) -> list[dict[str, Any]]:
        """Return the samples one by one, without those until a time."""
        columns = self._columns(since_ms)
        return [
            {"timestamp": at_ms, **_row(columns, number)}
            for number, at_ms in enumerate(self._history.timestamps(since_ms))
        ]

    def _columns(self, since_ms: int) -> dict[str, Any]:
        if not self._of_apis:
            return {"series": self._history.of_node(self._names, since_ms)}
        return {
            "apis": {
                api_id: self._history.of_api(api_id, self._names, since_ms)
                for api_id in self._apis
            }
        }


def _row(columns: Any, number: int) -> Any:
    """Return one sample of columns that are nested in objects."""
    if isinstance(columns, dict):
        return {name: _row(one, number) for name, one in columns.items()}
    return columns if columns is None else columns[number]


class NodeHistory:
    """
    The resource family of the history.

    :param history: of the daemon.
    :param clock: of the timeouts of those that follow it.
    """

    def __init__(self, history: History, clock: IReactorTime) -> None:
        self._history = history
        self._clock = clock
        self._watchers: set[HistoryWatch] = set()

    @route(
        "GET",
        "/history",
        query=PARAMETERS,
        answers={200: Answer({JSON: Samples, EVENT_STREAM: None})},
    )
    async def show(self, call: RestCall) -> Reply:
        """Return the samples; as an event stream, also those to come."""
        selection = Selection(self._history, call.query)
        since_ms = call.query.instant("sinceMs") or 0
        if not call.wants_events:
            return Reply(200, selection.document(since_ms))
        if len(self._watchers) >= MOST_WATCHERS:
            raise Unavailable(
                f"{MOST_WATCHERS} clients follow the history already",
                "history.tooManyWatchers",
            )
        watch = HistoryWatch(
            self._history, selection, since_ms, self._clock, self._watchers
        )
        return Reply(200, headers={"Content-Type": "text/event-stream"}, live=watch)


@implementer(IPushProducer)
class HistoryWatch:
    """
    Writes the samples so far to one client, and then each that is taken.

    :param selection: the series that the client asks for.
    :param since_ms: samples until then are left out.
    :param watchers: all of its kind: it is among them from its start to its end.
    """

    def __init__(
        self,
        history: History,
        selection: Selection,
        since_ms: int,
        clock: IReactorTime,
        watchers: set[HistoryWatch],
    ) -> None:
        self._history = history
        self._selection = selection
        self._watchers = watchers
        self._sent_ms = since_ms
        """The time of the newest sample that was sent."""
        self._paused = False
        self._write: Callable[[bytes], object] | None = None
        self._abort: Callable[[], object] | None = None
        self._stall = Deadline(clock, STALL_MS)

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """
        Write the samples so far, and then those that are taken.

        :param write: takes bytes for the client.
        :param abort: drops the connection of the client.
        :return: never fires: there is always another sample.
        """
        self._write, self._abort = write, abort
        self._watchers.add(self)
        self._history.follow(self._sampled)
        document = self._selection.document(self._sent_ms)
        self._send("history", document, max(document["timestamps"], default=0))
        return Deferred()

    def pauseProducing(self) -> None:
        """The client takes no more for now."""
        self._paused = True
        if self._abort is not None:
            self._stall.start(self._abort)

    def resumeProducing(self) -> None:
        """The client takes more."""
        self._paused = False
        self._stall.stop()
        self._sampled()

    def stopProducing(self) -> None:
        """Write nothing more: the client has left."""
        self._write = self._abort = None
        self._history.unfollow(self._sampled)
        self._watchers.discard(self)
        self._stall.stop()

    def _sampled(self) -> None:
        """Write the samples that the client has not been sent."""
        if self._paused or self._write is None:
            return
        for sample in self._selection.samples(self._sent_ms):
            self._send("sample", sample, sample["timestamp"])

    def _send(self, name: str, content: dict[str, Any], at_ms: int) -> None:
        self._sent_ms = max(self._sent_ms, at_ms)
        if self._write is not None:
            self._write(encode(Event(name, dump(content).decode(), str(at_ms))))
