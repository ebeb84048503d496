"""Run a `Streams` scenario against one server."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from bench.instruments.machine import Core
from bench.instruments.processes import BenchError, resident_bytes, wait_until
from bench.instruments.profiles import Profile
from bench.instruments.programs import Figures, Publisher, Source, load
from bench.scenario import Streams
from bench.servers.server import BROADCAST, Place, Running

LEAVE_BOUND_S = 30


@dataclass
class Memory:
    """The memory of a server's processes, before its streams and with them."""

    pids: list[int]
    before_bytes: int = field(init=False)
    with_streams_bytes: int = 0

    def __post_init__(self) -> None:
        self.before_bytes = resident_bytes(self.pids)

    def at(self, phase: str) -> None:
        """Look once the window is over, while every stream is still open."""
        if phase == "draining":
            self.with_streams_bytes = resident_bytes(self.pids)


def measure(
    scenario: Streams,
    server: Running,
    source: Source,
    place: Place,
    core: Core,
    profile: Profile | None = None,
) -> Figures:
    """
    Open the scenario's streams through a server and account for every event.

    :param core: where the load client and a publisher run.
    :param profile: looks at the server in the window.
    :returns: the load client's counts, and what follows from them.
    """
    if scenario.fan_out:
        return _measure_fan_out(scenario, server, source, place, core, profile)
    before = source.stats()
    if before["open"]:
        raise BenchError("the source has streams open before the run")
    path = (
        f"{server.prefix}/events?interval_us={scenario.interval_us}"
        f"&bytes={scenario.event_bytes}"
    )
    figures = _load(scenario, server, place, core, path, profile)
    gone_from_s = time.monotonic()
    left_open = await_gone(source)
    gone_s = time.monotonic() - gone_from_s
    stalled = source.stats()["stalled"] - before["stalled"]
    return {
        **figures,
        "left_open": left_open,
        "all_gone_ms": round(gone_s * 1000),
        "stalled": stalled,
    }


def _measure_fan_out(
    scenario: Streams,
    server: Running,
    source: Source,
    place: Place,
    core: Core,
    profile: Profile | None,
) -> Figures:
    """
    Have the source, or a publisher where there is one, send to all streams.

    It begins when all are open, so that what opening costs is told apart.
    """
    path = f"{server.prefix}{BROADCAST}"
    if server.publish is None:
        before = source.stats()
        figures = _load(scenario, server, place, core, path, profile, source)
        stalled = source.stats()["stalled"] - before["stalled"]
        return {**figures, "turned_down": 0, "stalled": stalled}
    port, to = server.publish
    publisher = Publisher(core, port, to, scenario.interval_us, scenario.event_bytes)
    with publisher:
        figures = _load(scenario, server, place, core, path, profile, publisher)
        return {**figures, **publisher.end()}


def _load(
    scenario: Streams,
    server: Running,
    place: Place,
    core: Core,
    path: str,
    profile: Profile | None,
    sender: Source | Publisher | None = None,
) -> Figures:
    """Run the load client; ``sender`` starts when all streams are open."""
    memory = Memory(server.pids)

    def at(phase: str) -> None:
        if phase == "settling" and sender is not None:
            sender.start()
        if phase == "draining" and sender is not None:
            sender.ease()
        memory.at(phase)
        if profile is not None:
            profile.at(phase)

    options: dict[str, object] = {
        "port": server.port,
        "path": path,
        "streams": scenario.streams,
        "opening": scenario.opening,
        "settle-ms": scenario.settle_ms,
        "window-ms": scenario.window_s * 1000,
        "drain-ms": scenario.interval_us // 1000 + scenario.drain_ms,
        "late-ms": scenario.late_ms,
        "event-bytes": scenario.event_bytes,
    }
    if scenario.fan_out:
        options["first-sequence"] = 0
    if scenario.post_bytes:
        options["post-bytes"] = scenario.post_bytes
    if place.tls is not None:
        options["trust"] = place.tls.certificate
    if server.header is not None:
        options["header"] = server.header
    report = load(
        core,
        options,
        cpu_of=server.pids,
        at=at,
        bound_s=scenario.window_s + scenario.settle_ms / 1000 + 120,
    )
    return derived(expected(scenario), report, memory)


def await_gone(source: Source) -> int:
    """
    Wait, for a bounded time, until the source sees no client.

    :returns: how many streams it still has.
    """
    try:
        wait_until(
            lambda: source.stats()["open"] == 0,
            "the source has no stream open",
            bound_s=LEAVE_BOUND_S,
        )
    except BenchError:
        return source.stats()["open"]
    return 0


def expected(scenario: Streams) -> float:
    """
    Return the number of events that an undelayed source sends in the window.

    Where one event is for all, a window can begin after one and end before another.
    """
    of_each = scenario.window_s * 1_000_000 / scenario.interval_us
    return scenario.streams * (of_each - scenario.fan_out)


def derived(expected: float, report: Figures, memory: Memory) -> Figures:
    """
    Turn what the load client counted into the figures that are compared.

    :param expected: how many events the clients are to get of those of the window.
    """
    opened, arrived = max(report["opened"], 1), max(report["arrived"], 1)
    latency, opening = report.pop("latency_us"), report.pop("open_us")
    open_ns, window_ns = report.pop("open_ns"), report.pop("window_ns")
    open_cpu_ns = report.pop("open_cpu_ns")
    window_cpu_ns = report.pop("window_cpu_ns")
    del report["window_from_ns"]
    grown_bytes = memory.with_streams_bytes - memory.before_bytes
    return {
        **report,
        "expected": round(expected),
        "short_percent": round(max(0.0, 100 * (1 - report["events"] / expected)), 2),
        "events_per_s": round(arrived * 1e9 / window_ns),
        "cpu_us_per_event": round(window_cpu_ns / arrived / 1000, 2),
        "cpu_share": round(window_cpu_ns / window_ns, 3),
        **{f"latency_{name}_us": value for name, value in latency.items()},
        "opened_per_s": round(opened * 1e9 / open_ns),
        "cpu_us_per_open": round(open_cpu_ns / opened / 1000, 1),
        **{f"open_{name}_us": value for name, value in opening.items()},
        "memory_before_mib": round(memory.before_bytes / 2**20, 1),
        "memory_kb_per_stream": round(grown_bytes / opened / 1000, 2),
    }
