"""The schedules of three real processes, with a Redis server as their engine."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet import reactor as installed
from twisted.internet.task import deferLater

from tests.servers.redis import MISSING, RedisServer
from tests.wire.cluster import test_schedules

REACTOR: Any = installed


class RedisEngine:
    """A server that is killed and started again, empty, as a hub is."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="relay-"))
        self._server = RedisServer(self._directory).start()
        self.path = self._server.url

    async def passed(self, seconds: float) -> None:
        """Let time pass."""
        await deferLater(REACTOR, seconds)

    async def lose(self) -> None:
        """Kill the server, which keeps nothing on disk."""
        self._server.kill()

    async def restart(self) -> None:
        """Start the server again."""
        self._server.start()

    def end(self) -> None:
        """End all."""
        self._server.kill()
        shutil.rmtree(self._directory, True)


class RedisTests(test_schedules.LocalTests):
    """Processes that share a Redis server."""

    skip = MISSING

    def make_engine(self) -> RedisEngine:
        """Start a server."""
        return RedisEngine()
