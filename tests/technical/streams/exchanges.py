"""Exchanges whose state a test sets, and the parts that list them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.sent_events import SentEvents
from relay.http.client_stream import Ledger
from relay.management.http.parameters import Parameter
from relay.management.http.query import Query
from relay.model.outcome import Outcome
from relay.model.progress import NO_PROGRESS, Progress
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange, LiveExchanges
from relay.observability.stream_facts import Phase, StreamFacts
from relay.observability.timeline import Timeline
from relay.technical.streams.filters import FILTERS, StreamFilter
from relay.technical.streams.listing import Streams
from relay.technical.streams.watch import Watches

NOW_MS = 1_700_000_000_000


def query(
    parameters: Mapping[str, str], known: Collection[Parameter] = FILTERS
) -> Query:
    """Write a query."""
    sent = {name.encode(): [value.encode()] for name, value in parameters.items()}
    return Query(sent, known)


def wanted(**parameters: str) -> StreamFilter:
    """Parse the filters of a query."""
    return StreamFilter(query(parameters))


class Exchange:
    """An exchange under way that streams."""

    streams = True
    ends_at_once = True
    leaves_evenly = False
    events = SentEvents(Ledger(), Timeline())

    def __init__(self, clock: Clock, live: LiveExchanges, name: str) -> None:
        self.record = AccessRecord("GET", "h", f"/{name}", "192.0.2.1", "192.0.2.1")
        self.record.request_id = name
        self.record.listener = "default"
        self.record.begun_s = clock.seconds()
        self.record.begun_ms = NOW_MS + round(clock.seconds() * 1000)
        self.record.ttfb_ms = 0
        self.record.status = 200
        self.facts = StreamFacts(
            Phase.STREAM, 0, 0, 0, False, False, False, 0, None, {}, NO_PROGRESS
        )
        self.ends: list[tuple[Outcome, str | None]] = []
        self._live = live

    @property
    def transferred(self) -> Transferred:
        """What the client was sent."""
        facts = self.facts
        return Transferred(facts.bytes_in, facts.bytes_out, facts.events)

    def sends(self, events: int, size_bytes: int) -> None:
        """Send events to the client."""
        self.facts.events += events
        self.facts.bytes_out += size_bytes

    def lags(self, events: int, size_bytes: int, ms: int) -> None:
        """Put the client behind the head of its channel."""
        self.facts.progress = Progress(
            "live", 4, "4-e", 4 + events, events, size_bytes, ms, 5.0
        )

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Send nothing."""

    def end(self, outcome: Outcome, key: str | None = None) -> None:
        """End."""
        self.ends.append((outcome, key))
        self.record.outcome, self.record.error_key = outcome, key
        self._live.ended(self)


class View:
    """Looks at these exchanges."""

    def is_full(self, exchange: LiveExchange) -> bool:
        """Whether the client is full."""
        return cast(Exchange, exchange).facts.paused

    def phase(self, exchange: LiveExchange) -> Phase:
        """Return the phase."""
        return self.facts(exchange).phase

    def progress(self, exchange: LiveExchange) -> Progress:
        """Return the progress."""
        return self.facts(exchange).progress

    def unsent_bytes(self, exchange: LiveExchange) -> int:
        """Count what waits."""
        return self.facts(exchange).unsent_bytes

    def facts(self, exchange: LiveExchange) -> StreamFacts:
        """Return the facts that the test has set."""
        return cast(Exchange, exchange).facts


class StreamsCase(SynchronousTestCase):
    """The live streams of a process, on a clock that the test advances."""

    def setUp(self) -> None:
        """Begin without streams."""
        self.clock = Clock()
        self.live = LiveExchanges()
        self.view = View()
        self.streams = Streams(cast(Any, self.clock), self.live, self.view)
        self.watches = Watches()
        self.addCleanup(self.streams.rates.stop)

    def begin(self, name: str, **members: object) -> Exchange:
        """
        Begin an exchange.

        :param members: of its record.
        """
        exchange = Exchange(self.clock, self.live, name)
        for member, value in members.items():
            setattr(exchange.record, member, value)
        self.live.began(exchange)
        self.watches.began(exchange)
        return exchange

    def finish(self, exchange: Exchange) -> None:
        """End an exchange, as its client does."""
        exchange.end(Outcome.CLIENT_GONE)
        self.watches.ended(exchange)

    def turns(self, count: int = 100) -> None:
        """Run turns of the reactor, in which no time passes."""
        for _ in range(count):
            self.clock.advance(0)

    def turn(self) -> None:
        """Run what is due, and nothing that is scheduled in the meantime."""
        now_s = self.clock.seconds()
        for call in [one for one in self.clock.calls if one.getTime() <= now_s]:
            self.clock.calls.remove(call)
            call.called = 1
            call.func(*call.args, **call.kw)


def ids(shown: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name streams by their ids."""
    return [one["id"] for one in shown]
