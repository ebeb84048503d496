"""
The benchmark's command line: run scenarios, write the results, judge them.

The exit status is 0 when every limit was kept, 1 when one was passed (or, with
``--strict``, a target was not reached), 2 when the run itself failed, and 3 when
none of these happened but a limit (or, with ``--strict``, a target) could not be
judged, because the machine had changed its speed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import leave, report, shared, streams
from bench.instruments.machine import Cores, describe, pin, raise_file_limit
from bench.instruments.processes import BenchError
from bench.instruments.profiles import profiled
from bench.instruments.programs import Figures, Source, source
from bench.instruments.steadiness import Steadiness
from bench.result import Document, Result, not_reached
from bench.scenario import (
    CADDY,
    DIRECT,
    HAPROXY,
    NCHAN,
    NCHAN_AT_ONCE,
    NGINX,
    RELAY,
    RELAY_KEYED,
    RELAY_SCRAPED,
    RELAY_SSE,
    RELAY_SSE_SCRAPED,
    RELAY_SSE_UNMETERED,
    RELAY_SSE_WORKERS,
    RELAY_TOPIC,
    RELAY_TOPIC_WORKERS,
    RELAY_UNMETERED,
    RELAY_WORKERS,
    WORKERS,
    Leave,
    Scenario,
    Shared,
    Streams,
)
from bench.scenarios import SCENARIOS
from bench.servers.caddy import caddy_server
from bench.servers.haproxy import haproxy_server
from bench.servers.nginx import nchan_at_once_server, nchan_server, nginx_server
from bench.servers.peers import NEEDS, PROFILER, TLS, install
from bench.servers.relay import (
    relay_keyed_server,
    relay_scraped_server,
    relay_server,
    relay_sse_scraped_server,
    relay_sse_server,
    relay_sse_unmetered_server,
    relay_sse_workers_server,
    relay_topic_server,
    relay_topic_workers_server,
    relay_unmetered_server,
    relay_workers_server,
    shared_relay_server,
)
from bench.servers.server import Place, Running, Server

REACHED, MISSED, FAILED, NOT_JUDGED = range(4)
"""The exit statuses."""
RESULTS = Path(__file__).parent / "results"
QUICK_WINDOW_S = 3


@contextmanager
def no_server(place: Place) -> Iterator[Running]:
    """Return the source itself, in the place of a server."""
    yield Running(place.source_port, [], "", "none", "the load asks the source itself")


SERVERS: dict[str, Server] = {
    RELAY: relay_server,
    RELAY_KEYED: relay_keyed_server,
    RELAY_SSE: relay_sse_server,
    RELAY_TOPIC: relay_topic_server,
    RELAY_SCRAPED: relay_scraped_server,
    RELAY_UNMETERED: relay_unmetered_server,
    RELAY_SSE_SCRAPED: relay_sse_scraped_server,
    RELAY_SSE_UNMETERED: relay_sse_unmetered_server,
    RELAY_WORKERS: relay_workers_server,
    RELAY_SSE_WORKERS: relay_sse_workers_server,
    RELAY_TOPIC_WORKERS: relay_topic_workers_server,
    NGINX: nginx_server,
    HAPROXY: haproxy_server,
    CADDY: caddy_server,
    NCHAN: nchan_server,
    NCHAN_AT_ONCE: nchan_at_once_server,
    DIRECT: no_server,
}


def run_streams(
    scenario: Streams, cores: Cores, directory: Path, profiles: Path | None
) -> Result:
    """
    Measure Relay and the peers in turn, every server started fresh each time.

    :param profiles: where profiles of Relay go, if any are wanted.
    """
    result = Result(scenario, describe(cores))
    if scenario.tls and not NEEDS[TLS].there():
        result.left_out[TLS] = NEEDS[TLS].reason()
        return result
    servers = []
    for name in scenario.servers:
        if name in NEEDS and not NEEDS[name].there():
            result.left_out[name] = NEEDS[name].reason()
        else:
            servers.append(name)
    tls = leave.self_signed(directory) if scenario.tls else None
    broadcast_us = scenario.interval_us if scenario.fan_out else 0
    for turn in range(scenario.rounds):
        for name in servers:
            own = cores
            if scenario.load_beside:
                own = cores.shared_by(WORKERS.get(name, 1))
            with source(
                own.load,
                broadcast_us=broadcast_us,
                broadcast_bytes=scenario.event_bytes,
            ) as events:
                where = directory / f"{name}-{turn}"
                where.mkdir()
                place = Place(where, own.server, events.port, tls)
                with SERVERS[name](place) as server:
                    say(f"{scenario.name}: {name}, round {turn + 1}")
                    row = partial(
                        measured_once,
                        *(scenario, server, events, place, own, profiles, name),
                    )
                    figures = Steadiness(own).measured(row)
            result.servers[name] = {
                "version": server.version,
                "settings": server.settings,
            }
            result.rounds.setdefault(name, []).append(figures)
    return result


def measured_once(
    scenario: Streams,
    server: Running,
    events: Source,
    place: Place,
    cores: Cores,
    profiles: Path | None,
    name: str,
) -> Figures:
    """Measure one server, with a profile if requested."""
    if profiles is None or name not in scenario.relays:
        return streams.measure(scenario, server, events, place, cores.load)
    name = f"{scenario.name}-{name}"
    with profiled(
        server.pids[0], scenario.profiled, profiles, name, cores.load
    ) as profile:
        return streams.measure(scenario, server, events, place, cores.load, profile)


def run_leave(scenario: Leave, cores: Cores, directory: Path) -> Result:
    """Measure Relay alone: the time until the source sees that a client has left."""
    result = Result(scenario, describe(cores))
    tls = leave.self_signed(directory) if scenario.tls else None
    with leave.watching_source(scenario, tls) as watching:
        place = Place(
            directory / RELAY, cores.server, watching.port, tls, source_tls=True
        )
        place.directory.mkdir()
        with relay_server(place) as server:
            say(f"{scenario.name}: {RELAY}")
            row = partial(leave.measure, scenario, server, watching, tls)
            figures = Steadiness(cores).measured(row)
    result.servers[RELAY] = {"version": server.version, "settings": server.settings}
    result.rounds[RELAY] = [figures]
    return result


def run_shared(scenario: Shared, cores: Cores, directory: Path) -> Result:
    """Measure Relay alone: a source that is killed repeatedly, and returning
    clients."""
    result = Result(scenario, describe(cores))
    for turn in range(scenario.rounds):
        logs = directory / f"source-{turn}"
        place_directory = directory / f"{RELAY_SSE}-{turn}"
        place_directory.mkdir()
        with shared.dying_source(scenario, logs, cores.load) as events:
            place = Place(place_directory, cores.server, events.port)
            with shared_relay_server(place) as server:
                say(f"{scenario.name}: {RELAY_SSE}, round {turn + 1}")
                row = partial(shared.measure, scenario, server, events, cores.load)
                figures = Steadiness(cores).measured(row)
        result.servers[RELAY_SSE] = {
            "version": server.version,
            "settings": server.settings,
        }
        result.rounds.setdefault(RELAY_SSE, []).append(figures)
    return result


def run(scenario: Scenario, cores: Cores, profiles: Path | None) -> Result:
    """Run one scenario in a directory that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="relay-bench-") as directory:
        if isinstance(scenario, Leave):
            return run_leave(scenario, cores, Path(directory))
        if isinstance(scenario, Shared):
            return run_shared(scenario, cores, Path(directory))
        return run_streams(scenario, cores, Path(directory), profiles)


def say(line: str) -> None:
    """Print the progress."""
    print(line, file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    names = [scenario.name for scenario in SCENARIOS]
    described = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Relay on loopback."
    )
    add = described.add_argument
    add("scenario", nargs="*", help=f"of {', '.join(names)}")
    add("--quick", action="store_true", help="one round, and a window of 3 s at most")
    add("--servers", help=f"only these, with commas between: {', '.join(SERVERS)}")
    add("--streams", type=int, help="limit of concurrent streams")
    add("--window-s", type=int, help="length of the window")
    add("--rounds", type=int, help="number of rounds")
    add("--repetitions", type=int, help="number of departures")
    add("--out", type=Path, default=RESULTS, help="directory of the results")
    add("--strict", action="store_true", help="fail if a target is missed")
    add(
        "--profile",
        action="store_true",
        help="profile Relay with py-spy",
    )
    add("--no-install", action="store_true", help="omit servers that are not installed")
    add(
        "--report",
        action="store_true",
        help="run nothing: write the page and the chart from existing results",
    )
    return described


def chosen(options: argparse.Namespace) -> list[Scenario]:
    """
    Return the selected scenarios, in the selected size.

    :raises BenchError: one has no such name, or a server has none.
    """
    known = {scenario.name: scenario for scenario in SCENARIOS}
    for name in options.scenario:
        if name not in known:
            raise BenchError(
                f"no scenario is called {name}; there are {', '.join(known)}"
            )
    for name in (options.servers or RELAY).split(","):
        if name not in SERVERS:
            raise BenchError(
                f"no server is called {name}; there are {', '.join(SERVERS)}"
            )
    return [resized(known[name], options) for name in options.scenario or known]


def resized(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    """Change what the command line changes."""
    if isinstance(scenario, Leave):
        return replace(
            scenario, repetitions=options.repetitions or scenario.repetitions
        )
    wanted = options.servers.split(",") if options.servers else scenario.servers
    quick_s = min(scenario.window_s, QUICK_WINDOW_S) if options.quick else None
    window_s = options.window_s or quick_s or scenario.window_s
    if isinstance(scenario, Shared) and window_s < scenario.window_s:
        # So that it also lives for a while.
        scenario = replace(scenario, kills=min(scenario.kills, max(1, window_s // 3)))
    return replace(
        scenario,
        relays=tuple(name for name in scenario.relays if name in wanted),
        peers=tuple(name for name in scenario.peers if name in wanted),
        streams=min(scenario.streams, options.streams or scenario.streams),
        window_s=window_s,
        rounds=options.rounds or (1 if options.quick else scenario.rounds),
    )


def needs(scenarios: list[Scenario]) -> set[str]:
    """Name what these scenarios need beside Relay and a C compiler."""
    measured = [one for one in scenarios if isinstance(one, Streams)]
    named = {server for one in measured for server in one.servers if server in NEEDS}
    return named | {TLS for one in measured if one.tls}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and give its exit status."""
    options = parser().parse_args(arguments)
    try:
        if options.report:
            documents = report.kept(options.out)
            if not documents:
                raise BenchError(f"{options.out} holds no results")
        else:
            documents = [one.document() for one in measured(options)]
    except BenchError as reason:
        say(f"bench: {reason}")
        return FAILED
    print(report.write(documents, options.out))
    return judged(documents, strict=options.strict)


def judged(documents: list[Document], *, strict: bool) -> int:
    """
    Print the limits that were missed, or could not be judged.

    :param strict: whether a missed target fails the run.
    :return: the exit status.
    """
    misses = [miss for document in documents for miss in document["misses"]]
    short = [line for document in documents for line in not_reached(document)]
    # Results of earlier versions do not have it.
    unjudged = [line for one in documents for line in one.get("unjudged", [])]
    noisy = [line for one in documents for line in one.get("unjudged_targets", [])]
    for line in short:
        say(f"NOT REACHED {line}")
    for line in misses:
        say(f"MISSED {line}")
    for line in unjudged + noisy:
        say(f"NOISY {line}")
    if misses or (strict and short):
        return MISSED
    return NOT_JUDGED if unjudged or (strict and noisy) else REACHED


def measured(options: argparse.Namespace) -> list[Result]:
    """Run the requested scenarios, and write each result as soon as it is measured."""
    scenarios = chosen(options)
    check_files(scenarios, raise_file_limit())
    if not options.no_install:
        install(needs(scenarios) | ({PROFILER} if options.profile else set()), say)
    cores = Cores.of_this_machine()
    pin(cores.load)
    results = []
    for scenario in scenarios:
        result = run(scenario, cores, options.out if options.profile else None)
        result.write(options.out)
        results.append(result)
    return results


def check_files(scenarios: list[Scenario], limit: int) -> None:
    """
    See that a gateway may open two sockets a stream.

    :raises BenchError: the limit of open files forbids it.
    """
    needed = 200 + max(
        (2 * one.streams for one in scenarios if isinstance(one, Streams)), default=0
    )
    if limit < needed:
        raise BenchError(
            f"{needed} open files are needed and the hard limit is {limit}: "
            "raise it, or give --streams"
        )
