"""Several processes on one store, and processes that are killed."""

import os
import random
import time
from tempfile import TemporaryDirectory
from typing import cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads, IReactorTime
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import SynchronousTestCase, TestCase

from relay.store import ChangeFeed, Store
from relay.store.database import Database
from tests.store.databases import rows
from tests.wire.harness.interpreter import ROOT, fork
from tests.wire.store.writer import PLANS


class Writer:
    """
    A process that writes to a store.

    :param path: of the database.
    :param prefix: of the ids that the process writes.
    :param number: how many it writes, 0 for no end.
    """

    def __init__(self, path: str, prefix: str, number: int) -> None:
        output, writes_output = os.pipe()
        errors, writes_errors = os.pipe()
        self.output, self._errors = os.fdopen(output), os.fdopen(errors)
        self.process = fork(
            ["-m", "tests.wire.store.writer", path, prefix, str(number)],
            dict(os.environ),
            ROOT,
            writes_output,
            writes_errors,
        )
        os.close(writes_output)
        os.close(writes_errors)

    def end(self) -> tuple[int, str, str]:
        """Wait for the end; return the status, and what is left of both outputs."""
        with self.output, self._errors:
            left = self.output.read(), self._errors.read()
        return self.process.wait(30), *left


def restart(path: str) -> set[str]:
    """Open the store as the next process would, and look for anything half done.

    :param path: of the database.
    :returns: the ids of the APIs in it.
    """
    database = Database(f"sqlite:///{path}", 1, lambda: 0)
    database.open()
    try:
        apis = database.read(lambda tx: tx.apis.list())
        running = database.read(lambda tx: tx.deployments.all_active())
        plans = database.read(lambda tx: [tx.plans.list(api.id) for api in apis])
    finally:
        database.close()
    ids = [api.id for api in apis]
    assert [len(of_one) for of_one in plans] == [PLANS] * len(ids)
    assert [deployment.api_id for deployment in running] == ids
    assert all(len(deployment.plans) == PLANS for deployment in running)
    assert all(api.deployed_at_ms is not None for api in apis)
    told = rows(path, "SELECT subject FROM changes ORDER BY seq")
    assert told == [(id,) for id in ids]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    return set(ids)


class KilledTests(SynchronousTestCase):
    """kill -9 loses nothing that was answered and leaves nothing half done."""

    def setUp(self) -> None:
        """Name a file, and let chance be repeatable."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "relay.db")
        seed = random.randrange(1_000_000)
        print(f"seed {seed}")
        self.chance = random.Random(seed)

    def kill(self, writer: Writer, within_ms: float) -> list[str]:
        """Kill a process at a random moment.

        :param writer: still running.
        :param within_ms: from now on.
        :returns: the ids that it had been answered and not been asked for yet.
        """
        # Not to wait for anything: this is the random moment.
        time.sleep(self.chance.uniform(0, within_ms) / 1_000)
        writer.process.kill()
        status, output, errors = writer.end()
        self.assertEqual((status, errors), (-9, ""))
        return [line.split()[0] for line in output.splitlines()]

    def test_killed_while_writing(self) -> None:
        """Twenty processes, one after the other, die while they write: all they
        were answered is there, and at most the one write in flight beyond that."""
        answered: set[str] = set()
        for number in range(20):
            writer = Writer(self.path, str(number), 0)
            for _ in range(self.chance.randint(1, 15)):
                answered.add(writer.output.readline().split()[0])
            answered.update(self.kill(writer, 6))
            found = restart(self.path)
            self.assertEqual(answered - found, set())
            self.assertLessEqual(len(found - answered), number + 1)
        whole = len(restart(self.path)) - len(answered)
        print(f"{len(answered)} answered and kept, {whole} unanswered but whole")

    def test_killed_while_starting(self) -> None:
        """A process that dies while it creates the database does not keep the next
        one from doing so."""
        empty = 0
        for number in range(10):
            path = f"{self.path}-{number}"
            writer = Writer(path, "a", 0)
            until = time.monotonic() + 30
            while not os.path.exists(path):
                self.assertIsNone(writer.process.poll())
                self.assertLess(time.monotonic(), until)
            answered = set(self.kill(writer, 60))
            empty += not rows(path, "SELECT name FROM sqlite_master")
            self.assertEqual(answered - restart(path), set())
        print(f"{empty} of 10 left an empty database behind")


class TogetherTests(TestCase):
    """Processes that share a store work side by side and hear of each other."""

    timeout = 60

    def setUp(self) -> None:
        """Name a file in a directory that does not exist."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "new", "relay.db")

    def test_start_together(self) -> None:
        """Several processes start on a store that does not exist: it is created once,
        and every write of each happens."""
        writers = [Writer(self.path, f"{number}", 10) for number in range(4)]
        for writer in writers:
            status, _, errors = writer.end()
            self.assertEqual((status, errors), (0, ""))
        expected = {
            f"{process}-{serial}" for process in range(4) for serial in range(10)
        }
        self.assertEqual(restart(self.path), expected)

    async def test_seen_elsewhere(self) -> None:
        """A write of another process reaches the listeners of this one."""
        store = Store(
            f"sqlite:///{self.path}",
            cast(IReactorFromThreads, reactor),
            clock_ms=lambda: 0,
        )
        feed = ChangeFeed(store, cast(IReactorTime, reactor), poll_ms=250)
        expected = {f"other-{serial}" for serial in range(20)}
        heard_ns: dict[str, int] = {}
        complete: Deferred[None] = Deferred()

        def listener(api_ids: frozenset[str] | None) -> None:
            assert api_ids is not None
            for id in api_ids:
                heard_ns.setdefault(id, time.monotonic_ns())
            if expected <= heard_ns.keys() and not complete.called:
                complete.callback(None)

        store.startService()
        self.addCleanup(store.stopService)
        feed.startService()
        self.addCleanup(feed.stopService)
        feed.subscribe(listener)
        writer = Writer(self.path, "other", len(expected))
        ending = deferToThread(writer.end)
        while not ending.called:
            await store.write(lambda tx: tx.touch("own"))
        status, output, errors = await ending
        self.assertEqual((status, errors), (0, ""))
        await complete
        late_ms = [
            (heard_ns[id] - int(answered_ns)) / 1e6
            for id, answered_ns in map(str.split, output.splitlines())
        ]
        self.assertEqual(len(late_ms), len(expected))
        print(f"heard at most {max(late_ms):.0f} ms after the answer elsewhere")
        self.assertLess(max(late_ms), 1_000)
