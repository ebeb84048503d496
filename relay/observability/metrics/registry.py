"""
All metrics of a daemon, as they are when somebody asks for them.

Nothing is computed beforehand: what happens is counted in plain integers where it
happens, and a scrape adds them up. It does so in steps that share a part of each turn
of the reactor, so that no stream waits for a scrape.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.observability.metrics.family import Family
from relay.observability.metrics.samples import Samples, TextFormat
from relay.observability.metrics.scrape import Scrape
from relay.observability.metrics.series import Bounds
from relay.reactor.turns import Work, turns_of
from relay.tally import Key

SCRAPES = Work(0.004, 0.010)
"""Adding up the metrics, and writing them."""

Value = float | Mapping[Key, float]
"""The value of a family without labels; else values by their labels."""


class Collector(Protocol):
    """Adds samples to a scrape."""

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples, a part of them with each step, of 1 to 2 ms."""


class Metrics:
    """
    The families of a daemon, and what adds their samples.

    :param families: all families, in the order in which they are written.
    :param bounds: of the number of series; None for no bound.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        families: Iterable[Family],
        bounds: Bounds | None = None,
    ) -> None:
        self._bounds = bounds
        self._turns = turns_of(clock, SCRAPES)
        self._families = tuple(families)
        self._collectors: list[Collector] = []
        self._lock = DeferredLock()

    def add(self, collector: Collector) -> None:
        """Let a collector add its samples to every scrape."""
        self._collectors.append(collector)

    def read(self, family: Family, read: Callable[[], Value | None]) -> None:
        """
        Let a function return the value of a counter or gauge at every scrape.

        :param read: returns a number; for a family with labels, numbers by the values
            of the labels; None when there is nothing to report.
        """
        self.add(_Reading(family, read))

    def select(self, named: Collection[str], without: Collection[str]) -> set[str]:
        """
        Return the names of families.

        :param named: names of families or samples; empty for all families.
        :param without: names of families that are left out.
        :raises ValueError: for a name that no family has.
        """
        known = {one.name: one.name for one in self._families}
        known |= {name: one.name for one in self._families for name in one.sample_names}
        for name in (*named, *without):
            if name not in known:
                raise ValueError(f"no family of metrics is called {name}")
        wanted = {known[name] for name in named} if named else set(known.values())
        return wanted - {known[name] for name in without}

    def scrape(
        self, wanted: Collection[str] | None = None, exemplars: bool = False
    ) -> Deferred[Scrape]:
        """
        Add up the metrics, and write them.

        :param wanted: the names of the families that are asked for; None for all.
        :param exemplars: whether in the format OpenMetrics 1.0, which has exemplars.
        """
        return self._lock.run(self._scrape, wanted, TextFormat(exemplars))

    def _scrape(
        self, wanted: Collection[str] | None, form: TextFormat
    ) -> Deferred[Scrape]:
        done: Deferred[Scrape] = Deferred()
        pieces: list[bytes] = []
        steps = self._steps(Samples(wanted, self._bounds), form, pieces)

        def go_on() -> None:
            try:
                while self._turns.has_time():
                    next(steps)
            except StopIteration:
                done.callback(Scrape(form.content_type, pieces))
            except Exception:
                done.errback(Failure())
            else:
                self._turns.postpone(go_on)

        go_on()
        return done

    def _steps(
        self, samples: Samples, form: TextFormat, pieces: list[bytes]
    ) -> Iterator[None]:
        for collector in self._collectors:
            try:
                yield from collector.collect(samples)
            except Exception:
                self.log.failure(
                    "{collector}: its metrics are missing",
                    collector=type(collector).__name__,
                )
        for family in self._families:
            if samples.wants(family):
                for piece in form.write(family, samples.of(family)):
                    pieces.append(piece)
                    yield
        pieces.append(form.end)


class _Reading:
    """Adds what a function returns."""

    def __init__(self, family: Family, read: Callable[[], Value | None]) -> None:
        self._family = family
        self._read = read

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples of the family."""
        if into.wants(self._family):
            value = self._read()
            if isinstance(value, Mapping):
                into.put_all(self._family, value)
            elif value is not None:
                into.put(self._family, value)
        yield
