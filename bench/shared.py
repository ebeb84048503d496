"""
Run a `Shared` scenario: a source that is killed repeatedly, many clients of a channel.

First the clients watch the source die and come back; then all of them are cut at once
and come back themselves.
"""

from __future__ import annotations

import bisect
import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen

from bench.instruments import event_log
from bench.instruments.machine import Core
from bench.instruments.processes import (
    BenchError,
    accepts,
    forget_peak,
    free_port,
    peak_bytes,
    start,
    stop,
    wait_until,
)
from bench.instruments.programs import Figures, load
from bench.scenario import Shared
from bench.servers.server import Running
from bench.streams import Memory, derived

DOWN_S = 0.2
"""The time for which the source is down."""
GONE_BOUND_S = 30


class DyingSource:
    """
    The source of `bench/instruments/event_log.py`, to be killed and started again.

    :param scenario: how fast it sends, and how much.
    :param directory: its own.
    :param core: where it runs.
    """

    def __init__(self, scenario: Shared, directory: Path, core: Core) -> None:
        self.directory = directory
        directory.mkdir()
        self.port = free_port()
        self._options = [str(scenario.interval_us), str(scenario.event_bytes)]
        self._core = core
        self._process: Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it accepts."""
        program = str(Path(event_log.__file__))
        arguments = [str(self.port), str(self.directory), *self._options]
        # Neither site-packages nor the environment: it is to be back soon.
        self._process = start(
            [sys.executable, "-I", "-S", program, *arguments], self._core
        )
        wait_until(lambda: accepts(self.port), "the source accepts connections")

    def die(self, *, in_an_event: bool) -> None:
        """End it: half an event is sent, or it is killed wherever it is."""
        process, self._process = self._process, None
        if process is None:
            return
        if not in_an_event:
            process.kill()
        stop(process)

    def published(self, from_ns: int, window_s: int) -> int:
        """Count the events that it made in a window of time."""
        made = event_log.stamps(self.directory)
        until_ns = from_ns + window_s * 1_000_000_000
        return bisect.bisect_left(made, until_ns) - bisect.bisect_left(made, from_ns)

    @property
    def open_now(self) -> int:
        """How many connections it has."""
        return int((self.directory / "connections").read_text().split()[-1])


@contextmanager
def dying_source(
    scenario: Shared, directory: Path, core: Core
) -> Iterator[DyingSource]:
    """Run the source for as long as the block lasts, whatever happens to it then."""
    source = DyingSource(scenario, directory, core)
    source.start()
    try:
        yield source
    finally:
        source.die(in_an_event=False)


def measure(
    scenario: Shared, server: Running, source: DyingSource, core: Core
) -> Figures:
    """
    Kill the source in the window, cut all clients after it, and count.

    :param core: where the load client runs.
    :returns: the load client's counts, and what follows from them.
    """
    memory = Memory(server.pids)
    deaths: list[Future[int]] = []
    held_bytes: list[int] = []
    with ThreadPoolExecutor(1) as pool:

        def at(phase: str) -> None:
            memory.at(phase)
            if phase == "window":
                deaths.append(pool.submit(_kill, scenario, source))
            elif phase == "draining":
                forget_peak(server.pids)
                held_bytes.append(peak_bytes(server.pids))

        report = load(
            core,
            {
                "port": server.port,
                "path": server.prefix,
                "streams": scenario.streams,
                "opening": scenario.opening,
                "settle-ms": scenario.settle_ms,
                "window-ms": scenario.window_s * 1000,
                "drain-ms": 5000,
                "late-ms": scenario.late_ms,
                "event-bytes": scenario.event_bytes,
                "first-sequence": 0,
                "storm-ms": scenario.storm_s * 1000,
                "away-ms": scenario.away_ms,
            },
            cpu_of=server.pids,
            at=at,
            bound_s=scenario.window_s + scenario.storm_s + 180,
        )
        grown_bytes = peak_bytes(server.pids) - held_bytes[0]
        kills = deaths[0].result()
    published = source.published(report["window_from_ns"], scenario.window_s)
    storm = of_the_storm(report)
    return {
        **derived(published * scenario.streams, report, memory),
        **storm,
        "storm_kb_per_stream": round(grown_bytes / scenario.streams / 1000, 2),
        "kills": kills,
        "most_upstreams": event_log.most_connections(source.directory),
        "left_open": _await_gone(source),
    }


def _kill(scenario: Shared, source: DyingSource) -> int:
    """Kill the source once in each part of the window; return the number of kills."""
    begun_s, part_s = time.monotonic(), scenario.window_s / scenario.kills
    for turn in range(scenario.kills):
        at_s = begun_s + (turn + random.uniform(0.2, 0.8)) * part_s
        time.sleep(max(0.0, at_s - time.monotonic()))
        source.die(in_an_event=turn % 2 == 1)
        time.sleep(DOWN_S)
        source.start()
    return scenario.kills


def of_the_storm(report: Figures) -> Figures:
    """Compute the figures of the storm from its counts."""
    returned, events = max(report["storm_returned"], 1), max(report["storm_events"], 1)
    opening = report.pop("storm_open_us")
    cpu_ns, open_ns = report.pop("storm_cpu_ns"), report.pop("storm_open_ns")
    return {
        "storm_unreturned": report["streams"] - report.pop("storm_returned"),
        "storm_unfinished": report.pop("storm_unfinished"),
        "storm_events": report.pop("storm_events"),
        "storm_ms": round(report.pop("storm_ns") / 1e6),
        "storm_returned_per_s": round(returned * 1e9 / open_ns),
        "storm_cpu_us_per_event": round(cpu_ns / events / 1000, 2),
        "storm_open_p99_us": opening["p99"],
    }


def _await_gone(source: DyingSource) -> int:
    """
    Wait for a bounded time until no client reads; return the number of clients left.
    """
    with suppress(BenchError):
        wait_until(lambda: not source.open_now, "nobody reads", bound_s=GONE_BOUND_S)
    return source.open_now
