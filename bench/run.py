"""
The benchmark's command line: run scenarios, write the results, judge them.

The exit status is 0 when every limit was kept, 1 when one was passed, and 2 when the
run itself failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench import leave, server_nginx, shared, streams
from bench.machine import Cores, describe, pin, raise_file_limit
from bench.processes import BenchError
from bench.programs import source
from bench.report import Result, document, write
from bench.scenario import (
    DIRECT,
    NGINX,
    RELAY,
    SCENARIOS,
    Leave,
    Scenario,
    Shared,
    Streams,
)
from bench.server import Place, Running, Server
from bench.server_nginx import nginx_server
from bench.server_relay import relay_server, shared_relay_server

RESULTS = Path(__file__).parent / "results"


@contextmanager
def no_server(place: Place) -> Iterator[Running]:
    """Give the source itself, as if it were a server in front of one."""
    yield Running(place.source_port, [], "", "none", "the load asks the source itself")


SERVERS: dict[str, Server] = {
    RELAY: relay_server,
    NGINX: nginx_server,
    DIRECT: no_server,
}


def run_streams(scenario: Streams, cores: Cores, directory: Path) -> Result:
    """Measure Relay and the peers in turn, every server started fresh each time."""
    result = Result(scenario, describe(cores))
    servers = [RELAY, *scenario.peers]
    if NGINX in servers and server_nginx.installed() is None:
        servers.remove(NGINX)
        result.left_out.append(NGINX)
    with source(cores.load) as events:
        for turn in range(scenario.rounds):
            for name in servers:
                place = Place(directory / f"{name}-{turn}", cores.server, events.port)
                place.directory.mkdir()
                with SERVERS[name](place) as server:
                    say(f"{scenario.name}: {name}, round {turn + 1}")
                    figures = streams.measure(scenario, server, events, cores.load)
                result.servers[name] = {
                    "version": server.version,
                    "settings": server.settings,
                }
                result.rounds.setdefault(name, []).append(figures)
    return result


def run_leave(scenario: Leave, cores: Cores, directory: Path) -> Result:
    """Measure Relay alone: how soon it passes on that a client has left."""
    result = Result(scenario, describe(cores))
    tls = leave.self_signed(directory) if scenario.tls else None
    with leave.watching_source(scenario, tls) as watching:
        place = Place(directory / RELAY, cores.server, watching.port, tls)
        place.directory.mkdir()
        with relay_server(place) as server:
            say(f"{scenario.name}: {RELAY}")
            figures = leave.measure(scenario, server, watching, tls)
    result.servers[RELAY] = {"version": server.version, "settings": server.settings}
    result.rounds[RELAY] = [figures]
    return result


def run_shared(scenario: Shared, cores: Cores, directory: Path) -> Result:
    """Measure Relay alone: a source that keeps dying, and clients that come back."""
    result = Result(scenario, describe(cores))
    for turn in range(scenario.rounds):
        logs = directory / f"source-{turn}"
        place_directory = directory / f"{RELAY}-{turn}"
        place_directory.mkdir()
        with shared.dying_source(scenario, logs, cores.load) as events:
            place = Place(place_directory, cores.server, events.port)
            with shared_relay_server(place) as server:
                say(f"{scenario.name}: {RELAY}, round {turn + 1}")
                figures = shared.measure(scenario, server, events, cores.load)
        result.servers[RELAY] = {"version": server.version, "settings": server.settings}
        result.rounds.setdefault(RELAY, []).append(figures)
    return result


def run(scenario: Scenario, cores: Cores) -> Result:
    """Run one scenario in a directory that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="relay-bench-") as directory:
        if isinstance(scenario, Leave):
            return run_leave(scenario, cores, Path(directory))
        if isinstance(scenario, Shared):
            return run_shared(scenario, cores, Path(directory))
        return run_streams(scenario, cores, Path(directory))


def say(line: str) -> None:
    """Tell whoever watches what is under way."""
    print(line, file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    names = [scenario.name for scenario in SCENARIOS]
    described = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Relay on loopback."
    )
    described.add_argument("scenario", nargs="*", help=f"of {', '.join(names)}")
    described.add_argument(
        "--streams", type=int, help="at most so many streams at once"
    )
    described.add_argument("--window-s", type=int, help="measure for so long instead")
    described.add_argument("--rounds", type=int, help="so many rounds instead")
    described.add_argument("--repetitions", type=int, help="so many departures instead")
    described.add_argument(
        "--out", type=Path, default=RESULTS, help="where the results go"
    )
    return described


def chosen(options: argparse.Namespace) -> list[Scenario]:
    """
    Give the scenarios that were asked for, in the size that was asked for.

    :raises BenchError: one has no such name.
    """
    known = {scenario.name: scenario for scenario in SCENARIOS}
    for name in options.scenario:
        if name not in known:
            raise BenchError(
                f"no scenario is called {name}; there are {', '.join(known)}"
            )
    return [resized(known[name], options) for name in options.scenario or known]


def resized(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    """Change what the command line changes."""
    if isinstance(scenario, Leave):
        return replace(
            scenario, repetitions=options.repetitions or scenario.repetitions
        )
    if isinstance(scenario, Shared) and options.window_s:
        # So that it also lives for a while.
        kills = min(scenario.kills, max(1, options.window_s // 3))
        scenario = replace(scenario, kills=kills)
    return replace(
        scenario,
        streams=min(scenario.streams, options.streams or scenario.streams),
        window_s=options.window_s or scenario.window_s,
        rounds=options.rounds or scenario.rounds,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and give its exit status."""
    options = parser().parse_args(arguments)
    try:
        scenarios = chosen(options)
        check_files(scenarios, raise_file_limit())
        cores = Cores.of_this_machine()
        pin(cores.load)
        results = []
        for scenario in scenarios:
            result = run(scenario, cores)
            write(result, options.out)
            results.append(result)
    except BenchError as reason:
        say(f"bench: {reason}")
        return 2
    page = document(results)
    (options.out / "results.md").write_text(page)
    print(page)
    misses = [miss for result in results for miss in result.misses()]
    for miss in misses:
        say(f"MISSED {miss}")
    return 1 if misses else 0


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
