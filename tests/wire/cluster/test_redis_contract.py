"""The contract of links, with a real Redis server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from relay.cluster.redis.link import RedisLink
from relay.settings.redis_url import parse
from tests.cluster.contract import LinkContract
from tests.cluster.engines import Engine, Process
from tests.servers.redis import MISSING, RedisServer

LONGEST_S = 20.0
POLL_S = 0.01


class _Process:
    """A member of the cluster, whose client runs in a thread of this process."""

    def __init__(self, link: RedisLink) -> None:
        self.link = link
        self._running = Event()

    def kill(self) -> None:
        """Cut its connections without a word, and make no others."""
        [shard] = self.link._shards
        task = shard._partition._task
        assert task is not None
        self.link._thread.post(task.cancel)

    def stop(self) -> None:
        """Suspend the thread of its client."""
        self._running.clear()
        self.link._thread.post(self._running.wait)

    def resume(self) -> None:
        """Let the thread run again, once this turn of the reactor has ended."""
        reactor.callLater(0, self._running.set)


class _Engine:
    """A server, and its members in this process."""

    def __init__(self, server: RedisServer) -> None:
        self._server = server.start()
        self._processes: list[_Process] = []

    async def process(self, name: str) -> Process:
        """Start a member."""
        process = _Process(RedisLink(reactor, parse(self._server.url), name))
        self._processes.append(process)
        process.link.start()
        await self.until(lambda: process.link.problem is None)
        return process

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true."""
        for _ in range(int(LONGEST_S / POLL_S)):
            if condition():
                return
            await self.passed(POLL_S)
        raise AssertionError("the condition is still false")

    async def passed(self, seconds: float) -> None:
        """Let time pass."""
        passed: Deferred[None] = deferLater(reactor, seconds)
        await passed

    async def lose(self) -> None:
        """Kill the server, which keeps nothing on disk."""
        self._server.kill()
        await self.until(lambda: all(p.link.problem for p in self._processes))

    async def restart(self) -> None:
        """Start the server again."""
        self._server.start()
        await self.until(lambda: not any(p.link.problem for p in self._processes))

    async def close(self) -> None:
        """End all."""
        for process in self._processes:
            await process.link.stop()
        self._server.kill()


class RedisContractTests(LinkContract, TestCase):
    """The contract of links, with a server for each test."""

    timeout = 60
    skip = MISSING

    async def make_engine(self) -> Engine:
        """Start a server."""
        directory = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, directory, True)
        return _Engine(RedisServer(directory))
