"""
Three daemons on one store and one Redis server, and the clients of a channel.

``python -m tests.wire.cluster.trio`` runs them with 3,000 clients, lets the leader of
the channel fail in each of the ways below, and prints how long it took until another
one led, and what the clients got.
"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from relay.cluster.redis.scripts import load
from tests.servers.redis import HOST, RedisServer
from tests.wire.harness.daemon import BOUND_S, Daemon, until
from tests.wire.harness.gate import Gate
from tests.wire.harness.resuming import Resuming
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api

PATH = "/numbers"
NODES = 3


class Trio:
    """
    The daemons, the first of which leads; a third of the clients has each of them.

    :param root: a directory for all of it.
    :param clients: how many clients there are.
    :param interval_ms: the interval of the events of the source.
    """

    def __init__(self, root: Path, clients: int, interval_ms: int) -> None:
        self._root = root
        self._each = clients // NODES
        self._interval_ms = interval_ms
        self._stack = ExitStack()
        self.source = LoggedSource(interval_ms)
        self.daemons: list[Daemon] = []
        self.crowds: list[Resuming] = []
        self.took_s = 0.0
        """How long it took, after the failure, until another daemon led."""

    def start(self) -> None:
        """Start all, and wait until every client has an event."""
        (self._root / "redis").mkdir()
        redis = RedisServer(self._root / "redis")
        self._stack.callback(redis.kill)
        redis.start()
        self.gate = Gate(redis.port)
        self._stack.callback(self.gate.end)
        self.source.start()
        self._stack.callback(self.source.kill)
        for number, port in enumerate((self.gate.port, redis.port, redis.port)):
            toml = (
                f'[cluster]\nurl = "redis://{HOST}:{port}"\n'
                f'[store]\nurl = "sqlite:///{self._root}/relay.db"\n'
            )
            daemon = Daemon(self._root / f"{number}", toml).start()
            self._stack.callback(daemon.discard)
            self.daemons.append(daemon)
        target = f"http://{HOST}:{self.source.port}/"
        channel = {"reconnect": {"initialMs": 50, "maxMs": 500}}
        retry = {"min": 100, "max": 1000}
        api_id = self.daemons[0].publish(
            message_api(target, PATH, channel, retryMs=retry)
        )
        serving = f"API {api_id}: serving"
        until(
            lambda: all(serving in daemon.log() for daemon in self.daemons),
            "all serve the API",
        )
        for daemon in self.daemons:
            crowd = Resuming(daemon.port, PATH)
            self._stack.callback(crowd.close)
            self.crowds.append(crowd)
            crowd.open(self._each)
            # The daemon whose client comes first leads.
            until(partial(_all_have, crowd, 0), "all have an event", 4 * BOUND_S)

    def end(self) -> None:
        """End all."""
        self._stack.close()

    def kill(self) -> None:
        """Kill the leader; its clients come back to another daemon."""
        self.crowds[0].port = self.daemons[1].port
        self._fail(self.daemons[0].kill)

    def stop(self, seconds: float) -> None:
        """Suspend the leader for some time; its clients wait for it."""
        pid = self.daemons[0].pid
        first = self.source.published()
        self._fail(lambda: os.kill(pid, signal.SIGSTOP))
        events = int(seconds * 1000 / self._interval_ms)
        until(lambda: self.source.published() > first + events, "the time is over")
        os.kill(pid, signal.SIGCONT)

    def cut(self) -> None:
        """
        Cut the leader from Redis while it appends, and from its clients, which come
        back to another daemon. The source still reaches it. Mend the network when
        another daemon leads, so that the append comes late.
        """
        append = load()["append"].digest.encode()
        self.crowds[0].port = self.daemons[2].port
        self._fail(lambda: self.gate.close_before(append))
        self.crowds[0].cut()
        self.gate.open()
        until(lambda: self.gate.answer, "Redis has answered the late append")

    def _fail(self, fail: Callable[[], object]) -> None:
        fail()
        begun_s, last = time.monotonic(), self.source.published()
        other = self.crowds[1].clients[0]
        until(lambda: other.numbers[-1] > last, "another daemon leads")
        self.took_s = time.monotonic() - begun_s

    def check(self) -> None:
        """
        Wait until all clients have what there is, and check what they got.

        :raises AssertionError: when a client lacks an event or has one twice, or when
            one of another daemon than the leader was cut.
        """
        last = self.source.published()
        for crowd in self.crowds:
            until(
                partial(_all_have, crowd, last),
                "all have the last event",
                4 * BOUND_S,
            )
            crowd.close()
            for one in crowd.clients:
                numbers = one.numbers
                whole = list(range(numbers[0], numbers[-1] + 1))
                assert numbers == whole, f"lost or doubled: {numbers}"
                assert not one.gaps, "a gap was told"
        for crowd in self.crowds[1:]:
            assert not crowd.reconnects, "clients of other daemons were cut"


def _all_have(crowd: Resuming, number: int) -> bool:
    return all(one.numbers and one.numbers[-1] >= number for one in crowd.clients)


def main() -> None:
    """Let the leader fail in each way, and print the figures."""
    described = argparse.ArgumentParser(
        prog="python -m tests.wire.cluster.trio",
        description="Measure what clients notice when the leader of a channel fails.",
    )
    add = described.add_argument
    add("--clients", type=int, default=3000, help="number of clients")
    add("--interval-ms", type=int, default=250, help="interval of events, ms")
    add("--stopped-s", type=float, default=20.0, help="duration of SIGSTOP, s")
    options = described.parse_args()
    print("| the leader is | connections to the source | another leads after, s |")
    print("|---|---:|---:|")
    ways: dict[str, Callable[[Trio], None]] = {
        "killed": Trio.kill,
        "suspended": lambda trio: trio.stop(options.stopped_s),
        "cut off": Trio.cut,
    }
    for name, fail in ways.items():
        with tempfile.TemporaryDirectory(prefix="relay-") as root:
            trio = Trio(Path(root), options.clients, options.interval_ms)
            try:
                trio.start()
                connections = trio.source.most_connections()
                fail(trio)
                trio.check()
            finally:
                trio.end()
            print(f"| {name} | {connections} | {trio.took_s:.1f} |", flush=True)


if __name__ == "__main__":
    main()
