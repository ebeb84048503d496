"""
What a channel costs with many replicas: ``python -m bench.cluster``.

One process publishes to a topic, and any number of replicas follow it, each over a link
of its own to a real engine: a hub in a process of its own, or a Redis server. All
replicas run in one process, with some subscribers in memory each, so that the CPU time
of a replica is that of the process divided by their number. The time of the sockets of
clients is not in it: the scenarios of ``python -m bench`` measure these.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall, deferLater
from twisted.web.http_headers import Headers

from bench.instruments.processes import BenchError, accepts, free_port, wait_until
from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.message import Message
from relay.channel.source import OpenChannel
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.framing import SseFraming
from relay.channel.subscribers.subscriber import ByteSubscriber, Nobody
from relay.cluster.link import ChannelName, Link
from relay.cluster.local.client import HubClient
from relay.cluster.local.link import LocalLink
from relay.cluster.local.process import HubSettings
from relay.cluster.redis.link import RedisLink
from relay.cluster.replica import Replica
from relay.http.fanout import FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions, SlowConsumerOptions
from relay.model.schema.types.request_target import RequestTarget
from relay.reactor.clock import wall_ms
from relay.settings.redis_url import parse

EVENT_BYTES = 120
BOUND_S = 60.0
NS = 1_000_000_000


class Taker(Nobody):
    """A client in memory, which takes everything."""

    def __init__(self, taken: Callable[[bytes], None]) -> None:
        self._taken = taken

    def deliver(self, data: bytes) -> None:
        """Take the bytes of some events."""
        self._taken(data)


class Engine(Protocol):
    """An engine in a process of its own."""

    @property
    def pid(self) -> int:
        """The process."""

    def link(self, reactor: Any, member: str) -> Link:
        """Make the link of a process, connected or about to be."""

    def commands(self) -> dict[str, int]:
        """Return how often each command was called, if the engine counts them."""


def cpu_ns(pid: int) -> int:
    """Return the CPU time of a process from its CPU clock (see clock_getcpuclockid)."""
    return time.clock_gettime_ns((~pid << 3) | 2)


class LocalEngine:
    """The hub of a machine."""

    def __init__(self, pid: int, socket: str) -> None:
        self.pid = pid
        self._socket = socket

    def link(self, reactor: Any, member: str) -> Link:
        """Make a link over the Unix socket."""
        link = LocalLink(member, reactor)
        HubClient(reactor, link, self._socket).startService()
        return link

    def commands(self) -> dict[str, int]:
        """Return nothing: a hub counts no commands."""
        return {}


@contextmanager
def local_engine(directory: Path) -> Iterator[Engine]:
    """Run a hub for as long as the block lasts."""
    socket = str(directory / "hub")
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "relay.cluster.local.process", str(reading)]
    with subprocess.Popen(
        command, pass_fds=[reading], stderr=subprocess.DEVNULL
    ) as process:
        os.close(reading)
        try:
            settings = HubSettings(
                socket,
                store_url=f"sqlite:///{directory}/relay.db",
                owner="a-node",
                write_timeout_ms=5_000,
            )
            os.write(writing, settings.written())
            wait_until(lambda: os.path.exists(socket), "the hub listens")
            yield LocalEngine(process.pid, socket)
        finally:
            os.close(writing)


class RedisEngine:
    """A Redis server."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._port = port

    def link(self, reactor: Any, member: str) -> Link:
        """Make a link over TCP."""
        link = RedisLink(reactor, parse(f"redis://127.0.0.1:{self._port}"), member)
        link.start()
        return link

    def commands(self) -> dict[str, int]:
        """Ask the server how often each command was called."""
        command = ["redis-cli", "-p", str(self._port), "INFO", "commandstats"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        found: dict[str, int] = {}
        for line in said.stdout.splitlines():
            if line.startswith("cmdstat_"):
                name, _, figures = line.removeprefix("cmdstat_").partition(":")
                found[name] = int(figures.partition("calls=")[2].partition(",")[0])
        return found


@contextmanager
def redis_engine(directory: Path) -> Iterator[Engine]:
    """Run a Redis server for as long as the block lasts."""
    program = shutil.which("redis-server")
    if program is None:
        raise BenchError("redis-server is not installed")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    options += ["--dir", str(directory), "--appendonly", "no"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([program, *options], stdout=quiet) as process:
        try:
            wait_until(lambda: accepts(port), "Redis accepts connections")
            yield RedisEngine(process.pid, port)
        finally:
            process.send_signal(signal.SIGTERM)


ENGINES = {"local": local_engine, "redis": redis_engine}


class Node:
    """
    A process of the cluster, of which there are many in this one.

    :param subscribers: how many clients in memory it has.
    :param taken: called with the bytes that its first client is given.
    """

    def __init__(
        self,
        reactor: Any,
        link: Link,
        subscribers: int,
        taken: Callable[[bytes], None],
    ) -> None:
        self._reactor = reactor
        self._link = link
        options = ChannelOptions.read({"history": {"maxEvents": 1000}})
        self.channels = Channels(
            options,
            reactor,
            wall_ms,
            lambda opened: Still(),
            FanoutWriter,
            published=True,
            join=self._join,
        )
        target = RequestTarget.parse(b"/topic")
        self.channel = self.channels.open(target, Headers(), "127.0.0.1")
        framing = SseFraming(False, False, True, 0)
        for number in range(subscribers):
            reader = Taker(taken if number == 0 else _nothing)
            subscriber = ByteSubscriber(
                Filter(), framing, reader, SlowConsumerOptions(), ""
            )
            self.channel.attach(subscriber, None)
            subscriber.resume()

    def _join(self, opened: OpenChannel, start: Callable[[OpenChannel], None]) -> Any:
        name = ChannelName("bench", opened.key.digest)
        link = self._link.channels
        return Replica(link, name, opened, start, self._reactor, published=True)


def _nothing(data: bytes) -> None:
    """Take the bytes."""


class Still:
    """The source of a topic."""

    def start(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def connections(self) -> tuple[()]:
        """There are none."""
        return ()


@dataclass
class Run:
    """
    One measurement.

    :param nodes: how many replicas, the publishing process included.
    :param subscribers: of each replica.
    """

    engine: Engine
    nodes: int
    subscribers: int
    events: int
    rate: int
    _sent_ns: list[int] = field(default_factory=list)
    _last_ns: list[int] = field(default_factory=list)
    _taken: int = 0

    def _take(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        for line in data.splitlines():
            if line.startswith(b"data: "):
                self._taken += 1
                number = int(line[6:16])
                self._last_ns[number] = now_ns

    async def measure(self, reactor: Any) -> dict[str, Any]:
        """Publish, wait until every replica has everything, and compute the costs."""
        links = [self.engine.link(reactor, f"bench/{n}") for n in range(self.nodes)]
        await _until(reactor, lambda: not any(one.problem for one in links))
        nodes = [Node(reactor, one, self.subscribers, self._take) for one in links]
        await _until(
            reactor, lambda: not any(one.channel.verdict.pending for one in nodes)
        )
        idle_ns, idle_engine_ns = await self._idle(reactor)
        commands = self.engine.commands()
        own_ns, engine_ns = time.process_time_ns(), cpu_ns(self.engine.pid)
        begun_ns = time.monotonic_ns()
        await self._publish(reactor, nodes[0].channel)
        await _until(reactor, lambda: self._taken >= self.events * self.nodes)
        took_s = (time.monotonic_ns() - begun_ns) / NS
        own_ns = time.process_time_ns() - own_ns
        engine_ns = cpu_ns(self.engine.pid) - engine_ns
        called = {
            name: round((calls - commands.get(name, 0)) / self.events, 2)
            for name, calls in self.engine.commands().items()
            if calls > commands.get(name, 0)
        }
        delays_ms = [
            (last - sent) / 1e6
            for last, sent in zip(self._last_ns, self._sent_ns, strict=True)
        ]
        return {
            "replicas": self.nodes,
            "subscribers": self.subscribers,
            "events_per_s": round(self.events / took_s),
            "engine_us_per_event": round(engine_ns / self.events / 1000, 1),
            "replica_us_per_event": round(own_ns / self.events / self.nodes / 1000, 1),
            "last_replica_p50_ms": round(statistics.median(delays_ms), 2),
            "idle_replica_us_per_s": round(idle_ns / self.nodes / 1000),
            "idle_engine_us_per_s": round(idle_engine_ns / 1000),
            "commands_per_event": called,
        }

    async def _idle(self, reactor: Any) -> tuple[int, int]:
        """Measure the CPU time of a second without events."""
        own_ns, engine_ns = time.process_time_ns(), cpu_ns(self.engine.pid)
        await deferLater(reactor, 2.0)
        own_ns = (time.process_time_ns() - own_ns) // 2
        return own_ns, (cpu_ns(self.engine.pid) - engine_ns) // 2

    def _publish(self, reactor: Any, channel: Channel) -> Deferred[Any]:
        self._last_ns = [0] * self.events

        def one() -> None:
            number = len(self._sent_ns)
            self._sent_ns.append(time.monotonic_ns())
            text = f"{number:010}".ljust(EVENT_BYTES, "x")
            channel.submit([Message(text)])
            if len(self._sent_ns) == self.events:
                loop.stop()

        loop = LoopingCall(one)
        loop.clock = reactor
        return loop.start(1 / self.rate)


async def _until(reactor: Any, condition: Callable[[], object]) -> None:
    """
    Wait until a condition is true.

    :raises BenchError: it is not, for too long.
    """
    deadline_s = time.monotonic() + BOUND_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise BenchError("the replicas do not have all events")
        await deferLater(reactor, 0.01)


COLUMNS = {
    "replicas": "replicas",
    "subscribers": "subscribers of each",
    "events_per_s": "events/s",
    "engine_us_per_event": "CPU µs of the engine per event",
    "replica_us_per_event": "CPU µs of a replica per event",
    "last_replica_p50_ms": "until the last replica has it, p50 ms",
    "idle_replica_us_per_s": "CPU µs of an idle replica per second",
    "idle_engine_us_per_s": "CPU µs of the idle engine per second",
    "commands_per_event": "commands per event",
}


def table(rows: list[dict[str, Any]]) -> str:
    """Write the results as a Markdown table."""
    lines = [f"| {' | '.join(COLUMNS.values())} |", "|---:" * len(COLUMNS) + "|"]
    for row in rows:
        commands = ", ".join(f"{k} {v:g}" for k, v in row["commands_per_event"].items())
        cells = [str(row[name]) for name in COLUMNS if name != "commands_per_event"]
        lines.append(f"| {' | '.join([*cells, commands])} |")
    return "\n".join(lines)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    described = argparse.ArgumentParser(
        prog="python -m bench.cluster",
        description="Measure what a channel costs with many replicas.",
    )
    add = described.add_argument
    add("--engine", choices=list(ENGINES), default="local")
    add("--replicas", default="1,4,16,64", help="numbers of replicas")
    add("--subscribers", type=int, default=1, help="clients in memory of each replica")
    add("--events", type=int, default=1000, help="number of events")
    add("--rate", type=int, default=100, help="events a second")
    add("--json", action="store_true", help="print the figures as JSON")
    return described


def one_run(options: argparse.Namespace, nodes: int) -> dict[str, Any]:
    """Measure one number of replicas, with an engine of its own."""
    from twisted.internet import reactor as installed

    from relay.reactor.clock import use_monotonic_clock

    reactor: Any = installed
    use_monotonic_clock(reactor)
    found: list[dict[str, Any] | BaseException] = []
    with (
        tempfile.TemporaryDirectory(prefix="relay-bench-") as directory,
        ENGINES[options.engine](Path(directory)) as engine,
    ):
        run = Run(engine, nodes, options.subscribers, options.events, options.rate)

        def begin() -> None:
            done = Deferred.fromCoroutine(run.measure(reactor))
            done.addCallbacks(found.append, lambda why: found.append(why.value))
            done.addBoth(lambda _: reactor.stop())

        reactor.callWhenRunning(begin)
        reactor.run()
    (result,) = found
    if isinstance(result, BaseException):
        raise result
    return result


def main(arguments: list[str] | None = None) -> int:
    """Run each number of replicas in a process of its own, and print the figures."""
    options = parser().parse_args(arguments)
    numbers = [int(one) for one in options.replicas.split(",")]
    if len(numbers) == 1 and options.json:
        print(json.dumps(one_run(options, numbers[0])))
        return 0
    rows: list[dict[str, Any]] = []
    for number in numbers:
        given = ["--engine", options.engine, "--replicas", str(number), "--json"]
        given += ["--subscribers", str(options.subscribers)]
        given += ["--events", str(options.events), "--rate", str(options.rate)]
        command = [sys.executable, "-m", "bench.cluster", *given]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout))
    print(json.dumps(rows) if options.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
