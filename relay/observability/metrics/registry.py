"""
All metrics of a daemon, as they are when somebody asks for them.

Nothing is computed beforehand: what happens is counted in plain integers where it
happens, and a scrape adds them up. It does so in steps that share a part of each turn
of the reactor, so that no stream waits for a scrape.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Protocol

from twisted.internet.defer import Deferred, DeferredLock
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.observability.metrics.family import Family
from relay.observability.metrics.samples import Samples, TextFormat
from relay.observability.metrics.scrape import Scrape
from relay.observability.metrics.series import Bounds
from relay.reactor.turns import Work, in_turns, turns_of
from relay.tally import Key

SCRAPES = Work(0.004, 0.010)
"""Adding up the metrics, and writing them."""

Value = float | Mapping[Key, float]
"""The value of a family without labels; else values by their labels."""


ONLY_WORKER = "1"
"""The label ``worker`` of a daemon that is one process."""
CONTROL = "control"
"""The label ``worker`` of a control process."""


class Others(Protocol):
    """The samples of the other processes of a daemon."""

    async def all(self, wanted: Collection[str] | None) -> Mapping[str, Samples]:
        """Return their samples by the value of the label ``worker``."""

    async def merge(self, into: Samples, wanted: Collection[str] | None) -> None:
        """Add their samples."""


class Collector(Protocol):
    """Adds samples to a scrape."""

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples, a part of them with each step, of 1 to 2 ms."""


class Metrics:
    """
    The families of a daemon, and what adds their samples.

    :param families: all families, in the order in which they are written.
    :param bounds: of the number of series; None for no bound.
    :param others: the other processes of the daemon; None for a daemon that is one
        process.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        families: Iterable[Family],
        bounds: Bounds | None = None,
        others: Others | None = None,
    ) -> None:
        self._others = others
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
        self,
        wanted: Collection[str] | None = None,
        exemplars: bool = False,
        by_worker: bool = False,
    ) -> Deferred[Scrape]:
        """
        Add up the metrics, and write them.

        :param wanted: the names of the families that are asked for; None for all.
        :param exemplars: whether in the format OpenMetrics 1.0, which has exemplars.
        :param by_worker: whether each series has the label ``worker``.
        """
        asked = self._lock.run(
            Deferred.fromCoroutine,
            self._scrape(wanted, TextFormat(exemplars), by_worker),
        )
        return asked

    def lines(self, wanted: Collection[str] | None = None) -> Deferred[list[bytes]]:
        """
        Add up the metrics, for another process of the daemon.

        :param wanted: as above.
        :return: fires with lines of JSON; see :meth:`Samples.lines`.
        """
        return self._lock.run(Deferred.fromCoroutine, self._lines(wanted))

    async def _lines(self, wanted: Collection[str] | None) -> list[bytes]:
        samples, found = Samples(wanted, self._bounds), list[bytes]()

        def steps() -> Iterator[None]:
            yield from self._collect(samples)
            for family in self._families:
                for line in samples.lines(family):
                    found.append(line)
                    yield

        await in_turns(self._turns, steps())
        return found

    async def _scrape(
        self, wanted: Collection[str] | None, form: TextFormat, by_worker: bool
    ) -> Scrape:
        # Each worker has bounded its series.
        bounds = self._bounds if self._others is None else None
        samples, pieces = Samples(wanted, bounds), list[bytes]()
        await in_turns(self._turns, self._collect(samples))
        others = self._others
        if others is None:
            parts = {ONLY_WORKER: samples}
        elif by_worker:
            parts = {CONTROL: samples, **await others.all(wanted)}
        else:
            await others.merge(samples, wanted)
            parts = {"": samples}
        await in_turns(
            self._turns, self._write(samples.wants, parts, by_worker, form, pieces)
        )
        return Scrape(form.content_type, pieces)

    def _collect(self, samples: Samples) -> Iterator[None]:
        for collector in self._collectors:
            try:
                yield from collector.collect(samples)
            except Exception:
                self.log.failure(
                    "{collector}: its metrics are missing",
                    collector=type(collector).__name__,
                )

    def _write(
        self,
        wants: Callable[[Family], bool],
        parts: Mapping[str, Samples],
        by_worker: bool,
        form: TextFormat,
        pieces: list[bytes],
    ) -> Iterator[None]:
        for family in filter(wants, self._families):
            found = chain.from_iterable(
                part.of(family, worker if by_worker else None)
                for worker, part in parts.items()
            )
            for piece in form.write(family, found):
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
