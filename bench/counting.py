"""
Measure what counting over several processes costs: ``python -m bench.counting``.

A process asks the engine of a cluster to count calls (``hit``), and to take and return
places of streams (``enter``), with some questions under way at once. The engine is a
hub of this machine, or with ``--redis URL`` a Redis server.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater, react

from relay.cluster.link import Link
from relay.cluster.local.client import HubClient
from relay.cluster.local.hub import Hub
from relay.cluster.local.link import LocalLink
from relay.cluster.local.server import HubServer
from relay.cluster.redis.link import RedisLink
from relay.policies.limits.places import Place
from relay.policies.limits.tallies import Tallies
from relay.reactor.clock import use_monotonic_clock, wall_ms
from relay.reactor.polling import poll_lean
from relay.settings.redis_url import parse

MOST = 2**53
WINDOW_MS = 3_600_000
KEYS = 1000
AT_ONCE = 1, 16, 256
"""How many questions are under way at once."""
QUESTIONS = 200
"""How many are asked, for each that is under way."""
OPENING_S = 10.0
STEP_S = 0.01
SETTLED_S = 1.0
"""How long the engine of a new cluster collects what processes hold, at most."""


class Row(NamedTuple):
    """
    A measurement.

    :param what: is asked.
    :param at_once: how many questions were under way at once.
    :param per_s: answers in a second.
    :param p50_ms: the median of the times to the answer; ``p99_ms`` likewise.
    :param cpu_us: the CPU time of this process for each answer, in microseconds.
    """

    what: str
    at_once: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float

    def __str__(self) -> str:
        return (
            f"{self.what:5} {self.at_once:4} at once: {self.per_s:7.0f}/s, p50 "
            f"{self.p50_ms:.2f} ms, p99 {self.p99_ms:.2f} ms, {self.cpu_us:.0f} µs CPU"
        )


async def measured(
    reactor: Any, tallies: Tallies, questions: int = QUESTIONS
) -> list[Row]:
    """
    Measure the questions that the limits of one process ask.

    :param questions: how many are asked, for each that is under way.
    """

    def hit(number: int) -> Deferred[Any]:
        asked = tallies.counters.hit(f"key {number % KEYS}", MOST, WINDOW_MS)
        assert isinstance(asked, Deferred)
        return asked

    def enter(number: int) -> Deferred[Any]:
        key = f"key {number % KEYS}"
        asked = tallies.places.enter([Place(key, MOST)], "refuse")
        assert isinstance(asked, Deferred)
        return asked.addCallback(lambda _: tallies.places.leave([key]))

    return [
        await _row(reactor, what, ask, at_once, questions * at_once)
        for what, ask in (("hit", hit), ("enter", enter))
        for at_once in AT_ONCE
    ]


async def _row(
    reactor: Any,
    what: str,
    ask: Callable[[int], Deferred[Any]],
    at_once: int,
    total: int,
) -> Row:
    times_s: list[float] = []
    numbers = iter(range(total))

    async def client() -> None:
        for number in numbers:
            begun_s = time.perf_counter()
            await ask(number)
            times_s.append(time.perf_counter() - begun_s)

    cpu_s, begun_s = time.process_time(), time.perf_counter()
    for asking in [Deferred.fromCoroutine(client()) for _ in range(at_once)]:
        await asking
    took_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - cpu_s
    ranks = statistics.quantiles(times_s, n=100)
    return Row(
        what,
        at_once,
        total / took_s,
        ranks[49] * 1000,
        ranks[98] * 1000,
        cpu_s / total * 1e6,
    )


async def opened(reactor: Any, link: Link) -> Tallies:
    """Wait until the engine answers, and count in it."""
    begun_s = reactor.seconds()
    while link.problem is not None:
        if reactor.seconds() - begun_s > OPENING_S:
            raise SystemExit(link.problem)
        await deferLater(reactor, STEP_S)
    await deferLater(reactor, SETTLED_S)
    return Tallies.shared(reactor, link)


async def with_hub(reactor: Any, questions: int = QUESTIONS) -> list[Row]:
    """Measure a hub, which is a process of its own."""
    directory = tempfile.mkdtemp(prefix="relay-bench-")
    path = os.path.join(directory, "hub")
    command = [sys.executable, "-m", "bench.counting", "--hub", path]
    hub = subprocess.Popen(command)
    link = LocalLink("bench/1", reactor)
    client = HubClient(reactor, link, path)
    client.startService()
    try:
        return await measured(reactor, await opened(reactor, link), questions)
    finally:
        client.stopService()
        hub.terminate()
        hub.wait()
        shutil.rmtree(directory, ignore_errors=True)


def serve(reactor: Any, path: str) -> Deferred[None]:
    """
    Be a hub until the process is terminated.

    :param path: of its socket.
    """
    use_monotonic_clock(reactor)
    poll_lean(reactor)
    HubServer(reactor, Hub(reactor, wall_ms), path).startService()
    return Deferred()


async def with_redis(reactor: Any, url: str) -> list[Row]:
    """Measure a Redis server."""
    link = RedisLink(reactor, parse(url), "bench", "relay-bench")
    link.start()
    try:
        return await measured(reactor, await opened(reactor, link))
    finally:
        await link.stop()


async def main(reactor: Any, *arguments: str) -> None:
    """Measure, and print the rows."""
    match arguments:
        case []:
            rows = await with_hub(reactor)
        case ["--redis", url]:
            rows = await with_redis(reactor, url)
        case ["--hub", path]:
            await serve(reactor, path)
        case _:
            raise SystemExit("python -m bench.counting [--redis URL]")
    for row in rows:
        print(row)


if __name__ == "__main__":
    react(
        lambda reactor, *argv: Deferred.fromCoroutine(main(reactor, *argv)),
        sys.argv[1:],
    )
