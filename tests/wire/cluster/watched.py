"""Processes of a cluster under test, and those who watch what their clients see."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.protocol import ProcessProtocol

from tests.channel.readers import GAP
from tests.cluster.sequence import Sequence, Violation, Witness
from tests.wire.cluster.hub import REACTOR, until
from tests.wire.harness.interpreter import ROOT


class NodeProcess(ProcessProtocol):
    """
    A ``node.py``.

    :param told: called with each line that it prints.
    """

    def __init__(self, told: Callable[..., None], engine: str, name: str, *more: str):
        self._told = told
        self._rest = b""
        self.alive = True
        self.has_ended = False
        """Whether nothing of it is left."""
        self.is_stopped = False
        command = [sys.executable, "-m", "tests.wire.cluster.node", engine, name, *more]
        REACTOR.spawnProcess(self, sys.executable, command, env=None, path=str(ROOT))

    def tell(self, *words: object) -> None:
        """Send a command."""
        transport: Any = self.transport
        transport.write(json.dumps(words).encode() + b"\n")

    def signal(self, number: signal.Signals) -> None:
        """Send SIGKILL, SIGSTOP or SIGCONT."""
        transport: Any = self.transport
        if number is signal.SIGKILL:
            self.alive = False
        self.is_stopped = number is signal.SIGSTOP
        transport.signalProcess(int(number))

    def outReceived(self, data: bytes) -> None:
        """Take lines; what a process that was killed had printed is seen."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._told(self, *json.loads(line))

    def errReceived(self, data: bytes) -> None:
        """Show what went wrong."""
        sys.stderr.write(data.decode(errors="replace"))

    def processEnded(self, reason: object) -> None:
        """Note the end."""
        self.alive = False
        self.has_ended = True


class Watcher:
    """A client, over one connection after another."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness
        self.connection: int | None = None
        """The number of its connection; None without one."""
        self.node: NodeProcess | None = None
        self.last_event_id: str | None = None


class Watch:
    """
    Three processes on one channel, and their clients.

    :param engine: as ``node.py`` has it.
    :param log: of the source; None for a topic.
    """

    def __init__(self, engine: str, log: Path | None = None, port: int = 0) -> None:
        self.sequence = Sequence()
        self._engine = engine
        self._log = log
        self._more = [str(port)] if port else []
        self._names = 0
        self._connections: dict[int, Watcher] = {}
        self._answers: dict[str, bool] = {}
        self.violation: Violation | None = None
        """The first one."""
        self.watchers: list[Watcher] = []
        self._started: list[NodeProcess] = []
        self.nodes = [self.start() for _ in range(3)]

    def start(self) -> NodeProcess:
        """Start a process."""
        self._names += 1
        name = f"node/{self._names}"
        node = NodeProcess(self._take, self._engine, name, *self._more)
        self._started.append(node)
        return node

    def _take(self, node: NodeProcess, what: str, *values: Any) -> None:
        if what == "answer":
            self._answers[values[0]] = values[1]
            return
        watcher = self._connections[values[0]]
        if watcher.connection != values[0]:
            return
        if what == "begun":
            watcher.witness.begins(self.published())
            return
        _, text, event_id = values
        try:
            if text != GAP:
                self.sequence.named(event_id.partition(".")[0], int(text))
                watcher.last_event_id = event_id
            watcher.witness.saw([text])
        except Violation as violation:
            self.violation = self.violation or violation

    def published(self) -> int:
        """Return how many events there are so far."""
        if self._log is not None:
            self.sequence.next = self._log.stat().st_size // 2
        return self.sequence.next

    def join(self, node: NodeProcess) -> Watcher:
        """A client comes."""
        watcher = Watcher(Witness(self.sequence))
        self.watchers.append(watcher)
        self.connect(watcher, node)
        return watcher

    def connect(self, watcher: Watcher, node: NodeProcess) -> None:
        """A client comes, or comes back."""
        watcher.connection = len(self._connections)
        watcher.node = node
        self._connections[watcher.connection] = watcher
        node.tell("join", watcher.connection, watcher.last_event_id)

    def cut(self, watcher: Watcher) -> None:
        """A client goes."""
        assert watcher.node is not None
        if watcher.node.alive:
            watcher.node.tell("cut", watcher.connection)
        watcher.connection = watcher.node = None

    def kill(self, number: int) -> list[Watcher]:
        """Kill a process, and start another one; return the clients that it had."""
        node = self.nodes[number]
        node.signal(signal.SIGKILL)
        self.nodes[number] = self.start()
        mine = [one for one in self.watchers if one.node is node]
        for one in mine:
            self.cut(one)
        return mine

    async def publish(self, node: NodeProcess, size: int) -> bool:
        """Publish, and return whether that was answered well."""
        numbers = self.sequence.take(size)
        key = f"key-{numbers[0]}"
        node.tell("publish", list(numbers), key)
        await until(lambda: key in self._answers)
        if not self._answers[key]:
            self.sequence.lost_answer(numbers)
        return self._answers[key]

    async def all_have_everything(self) -> None:
        """Wait until every client has what there is so far."""
        newest = self.sequence.certain(0, self.published())[-1]
        await until(lambda: all(one.witness.has(newest) for one in self.watchers))
        if self.violation is not None:
            raise self.violation

    async def end(self) -> None:
        """End all processes, and wait until they have ended."""
        for node in self.nodes:
            if node.alive:
                node.signal(signal.SIGKILL)
        await until(lambda: all(node.has_ended for node in self._started))
