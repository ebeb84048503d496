"""
What clients of three real processes see, while these are killed, stopped and replaced.

``tests/cluster/test_schedules.py`` runs thousands of schedules in memory; here a few of
them run with real sockets, signals and time.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from tests.wire.cluster.hub import HubProcess, until
from tests.wire.cluster.watched import Watch
from tests.wire.harness.interpreter import ROOT
from tests.wire.harness.ports import fixed_port

INTERVAL_MS = 20


class LocalTests(TestCase):
    """Processes that share a hub."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Start a hub."""
        self.hub = self.make_engine()
        self.addCleanup(self.hub.end)
        self.directory = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, self.directory, True)

    def make_engine(self) -> Any:
        """Start the engine."""
        return HubProcess()

    async def watch(self, *, source: bool) -> Watch:
        """Start three processes, each with a client that has an event."""
        log, port = None, 0
        if source:
            log, port = self.directory / "log", fixed_port()
            module = "tests.wire.messages.logged_source"
            options = [str(port), str(log), str(INTERVAL_MS)]
            process = subprocess.Popen(
                [sys.executable, "-m", module, *options], cwd=ROOT
            )
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            await until(lambda: log is not None and log.exists())
        watch = Watch(self.hub.path, log, port)
        self.addCleanup(watch.end)
        for node in watch.nodes:
            # The process whose client comes first leads the channel of a source.
            watch.join(node)
            await until(lambda: all(one.witness.has_begun for one in watch.watchers))
        if source:
            # What is there already may be older than a client.
            last = watch.published()
            await until(lambda: watch.published() > last)
        else:
            await watch.publish(watch.nodes[0], 1)
        await watch.all_have_everything()
        return watch

    async def run_schedule(self, watch: Watch, *, published: bool) -> None:
        """Cut clients, stop a process, kill another one; everybody has everything."""

        async def some() -> None:
            """Some events pass."""
            if published:
                for node in watch.nodes:
                    if not node.is_stopped:
                        await watch.publish(node, 2)
            else:
                last = watch.published()
                await until(lambda: watch.published() > last + 5)

        _, second, third = watch.watchers
        watch.cut(second)
        await some()
        watch.connect(second, watch.nodes[2])
        await watch.all_have_everything()
        stopped = watch.nodes[0]
        stopped.signal(signal.SIGSTOP)
        watch.cut(third)
        await self.hub.passed(3.0)
        await some()
        watch.connect(third, watch.nodes[1])
        stopped.signal(signal.SIGCONT)
        await some()
        await watch.all_have_everything()
        for number in (1, 2):
            gone = watch.kill(number)
            await some()
            for one in gone:
                watch.connect(one, watch.nodes[0])
            await watch.all_have_everything()

    async def test_a_topic(self) -> None:
        """Nothing is lost, doubled or reported as missing."""
        watch = await self.watch(source=False)
        await self.run_schedule(watch, published=True)
        self.assertEqual([one.witness.gaps for one in watch.watchers], [0, 0, 0])

    async def test_a_source(self) -> None:
        """The same, and the source is read once."""
        watch = await self.watch(source=True)
        await self.run_schedule(watch, published=False)
        self.assertEqual([one.witness.gaps for one in watch.watchers], [0, 0, 0])
        connections = self.directory / "log.connections"
        self.assertEqual(connections.read_text().split()[-1], "1")

    async def test_the_hub_is_killed(self) -> None:
        """The replicas restore the log; a source is read on, a topic has a gap."""
        for source in (False, True):
            watch = await self.watch(source=source)
            await self.hub.lose()
            await self.hub.restart()
            if source:
                await self.hub.passed(1.0)
            else:

                async def answered(watch: Watch = watch) -> bool:
                    return await watch.publish(watch.nodes[1], 1)

                while not await answered():
                    await self.hub.passed(0.05)
            await watch.all_have_everything()
            gaps = [one.witness.gaps for one in watch.watchers]
            self.assertEqual(gaps, [0 if source else 1] * 3)
            await watch.end()
