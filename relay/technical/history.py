"""The last hour of this daemon, as columns of samples or as a stream of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, Self

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
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
from relay.reactor.failures import run
from relay.reactor.settled import Soon, settled

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


class Wanted(NamedTuple):
    """
    The series that a request asks for.

    :param apis: the ids of APIs; None for the series of the daemon.
    :param names: of the series.
    """

    apis: tuple[str, ...] | None
    names: tuple[str, ...]

    @classmethod
    def of(cls, query: Query) -> Self:
        """
        Parse ``apis`` and ``series``.

        :raises BadRequest: naming the parameter whose value is malformed.
        """
        apis = None
        if "apis" in query.given:
            apis = tuple(dict.fromkeys(query.many("apis")))
            if not 1 <= len(apis) <= MOST_APIS:
                raise bad("apis", f"takes 1 to {MOST_APIS} ids of APIs")
        known = NODE_SERIES if apis is None else API_SERIES
        names = tuple(query.many("series")) or known
        for name in names:
            if name not in known:
                raise bad("series", f"takes {', '.join(sorted(known))}", name)
        return cls(apis, names)


class Sampled(Protocol):
    """The samples of the daemon."""

    def document(self, wanted: Wanted, since_ms: int) -> Soon[dict[str, Any]]:
        """
        Return samples as columns.

        :param since_ms: those until then are left out.
        """

    def follow(self, callback: Callable[[], object]) -> None:
        """Call back when there are further samples, from now on."""

    def unfollow(self, callback: Callable[[], object]) -> None:
        """Call back no more; may be called again."""


class LocalSamples:
    """
    The samples of this process.

    :param history: has them.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self.follow = history.follow
        self.unfollow = history.unfollow

    def document(self, wanted: Wanted, since_ms: int) -> dict[str, Any]:
        """
        Return samples as columns.

        :param since_ms: those until then are left out.
        """
        history, names = self._history, wanted.names
        shown: dict[str, Any] = {
            "intervalMs": round(PERIOD_S * 1000),
            "timestamps": history.timestamps(since_ms),
        }
        if wanted.apis is None:
            shown["series"] = history.of_node(names, since_ms)
        else:
            shown["apis"] = {
                api_id: history.of_api(api_id, names, since_ms)
                for api_id in wanted.apis
            }
        return shown


def _samples(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the samples of columns one by one."""
    columns = {name: document[name] for name in ("series", "apis") if name in document}
    for number, at_ms in enumerate(document["timestamps"]):
        yield {"timestamp": at_ms, **_row(columns, number)}


def _row(columns: Any, number: int) -> Any:
    """Return one sample of columns that are nested in objects."""
    if isinstance(columns, dict):
        return {name: _row(one, number) for name, one in columns.items()}
    return columns if columns is None else columns[number]


class NodeHistory:
    """
    The resource family of the history.

    :param sampled: has the samples.
    :param clock: of the timeouts of those that follow it.
    """

    def __init__(self, sampled: Sampled, clock: IReactorTime) -> None:
        self._sampled = sampled
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
        wanted = Wanted.of(call.query)
        since_ms = call.query.instant("sinceMs") or 0
        if not call.wants_events:
            return Reply(200, await settled(self._sampled.document(wanted, since_ms)))
        if len(self._watchers) >= MOST_WATCHERS:
            raise Unavailable(
                f"{MOST_WATCHERS} clients follow the history already",
                "history.tooManyWatchers",
            )
        watch = HistoryWatch(
            self._sampled, wanted, since_ms, self._clock, self._watchers
        )
        return Reply(200, headers={"Content-Type": "text/event-stream"}, live=watch)


@implementer(IPushProducer)
class HistoryWatch:
    """
    Writes the samples so far to one client, and then each that is taken.

    :param sampled: has the samples.
    :param wanted: the series that the client asks for.
    :param since_ms: samples until then are left out.
    :param watchers: all of its kind: it is among them from its start to its end.
    """

    _log = Logger()

    def __init__(
        self,
        sampled: Sampled,
        wanted: Wanted,
        since_ms: int,
        clock: IReactorTime,
        watchers: set[HistoryWatch],
    ) -> None:
        self._samples = sampled
        self._wanted = wanted
        self._watchers = watchers
        self._sent_ms = since_ms
        """The time of the newest sample that was sent."""
        self._begun = self._asking = self._paused = False
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
        self._samples.follow(self._sampled)
        self._sampled()
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
        self._samples.unfollow(self._sampled)
        self._watchers.discard(self)
        self._stall.stop()

    def _sampled(self) -> None:
        """Write the samples that the client has not been sent."""
        if self._paused or self._asking or self._write is None:
            return
        self._asking = True
        run(self._report()).addErrback(self._failed)

    def _failed(self, failure: Failure) -> None:
        self._asking = False
        self._log.failure("samples for a client", failure)

    async def _report(self) -> None:
        document = await settled(self._samples.document(self._wanted, self._sent_ms))
        self._asking = False
        if self._begun:
            for sample in _samples(document):
                self._send("sample", sample, sample["timestamp"])
        else:
            self._begun = True
            self._send("history", document, max(document["timestamps"], default=0))

    def _send(self, name: str, content: dict[str, Any], at_ms: int) -> None:
        self._sent_ms = max(self._sent_ms, at_ms)
        if self._write is not None:
            self._write(encode(Event(name, dump(content).decode(), str(at_ms))))
