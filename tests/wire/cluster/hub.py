"""A hub in a process of its own, and links of this process to it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.task import deferLater

from relay.cluster.link import Link
from relay.cluster.local.client import HubClient
from relay.cluster.local.link import LocalLink
from relay.cluster.local.process import HubSettings
from tests.cluster.direct import ProcessClock
from tests.cluster.engines import Process

REACTOR: Any = installed
OWNER = "a-node"
STEP_S = 0.01
STEPS = 1_000


async def until(condition: Callable[[], object]) -> None:
    """Wait until a condition is true."""
    for _ in range(STEPS):
        if condition():
            return
        await deferLater(REACTOR, STEP_S)
    raise AssertionError("the condition is still false after ten seconds")


class LinkedProcess:
    """
    What a process with a link does, in this process.

    :param path: of the hub's socket.
    """

    def __init__(self, name: str, path: str) -> None:
        self._clock = ProcessClock(REACTOR)
        self.local = LocalLink(name, self._clock)
        self._client = HubClient(REACTOR, self.local, path)
        self._client.startService()

    @property
    def link(self) -> Link:
        """Its link."""
        return self.local

    def kill(self) -> None:
        """Close its socket without a word, as the system does."""
        self._client.stopService()

    def stop(self) -> None:
        """Let it read nothing, and do nothing on time."""
        self._clock.is_stopped = True
        assert self._client.connection is not None
        self._client.connection.transport.pauseProducing()

    def resume(self) -> None:
        """Let it go on."""
        self._clock.resume()
        assert self._client.connection is not None
        self._client.connection.transport.resumeProducing()


class HubProcess:
    """A hub, which can be killed and started again, and links to it."""

    def __init__(self) -> None:
        self._directory = tempfile.mkdtemp(prefix="relay-hub-")
        self.path = os.path.join(self._directory, "hub")
        self.store_url = f"sqlite:///{self._directory}/relay.db"
        self._linked: list[LinkedProcess] = []
        self._start()

    def _start(self) -> None:
        reading, self._parent = os.pipe()
        module = "relay.cluster.local.process"
        self.hub = subprocess.Popen(
            [sys.executable, "-m", module, str(reading)], pass_fds=[reading]
        )
        os.close(reading)
        settings = HubSettings(self.path, self.store_url, OWNER, 5_000)
        os.write(self._parent, settings.written())

    async def process(self, name: str) -> Process:
        """Start a process, whose link has a session."""
        process = LinkedProcess(name, self.path)
        self._linked.append(process)
        await until(lambda: process.link.problem is None)
        return process

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a condition is true."""
        await until(condition)

    async def passed(self, seconds: float) -> None:
        """Let time pass."""
        await deferLater(REACTOR, seconds)

    async def lose(self) -> None:
        """Kill the hub."""
        self.hub.kill()
        self.hub.wait()
        os.close(self._parent)
        links = [process.link for process in self._linked]
        await until(lambda: all(link.problem is not None for link in links))

    async def restart(self) -> None:
        """Start the hub again."""
        self._start()
        links = [process.link for process in self._linked]
        await until(lambda: all(link.problem is None for link in links))

    async def close(self) -> None:
        """End all links."""
        for process in self._linked:
            process.kill()
        self._linked = []

    def end(self) -> None:
        """End the hub, as the end of its parent does."""
        os.close(self._parent)
        status = self.hub.wait(10)
        shutil.rmtree(self._directory, ignore_errors=True)
        assert status == 0, f"the hub has ended with status {status}"
