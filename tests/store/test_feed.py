"""The change feed notifies its listeners."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs

from relay.store import ChangeFeed, StoreError, Transaction, changes
from tests.store.databases import api
from tests.store.test_store import StoreTestCase


class ChangeFeedTests(StoreTestCase):
    """A feed on a real store, with a clock of its own: nothing is polled unless the
    clock says so. The store reads in one thread, so whoever asks after a poll gets
    the answer after it."""

    polls = True

    def setUp(self) -> None:
        """Start a store and listen to its feed."""
        super().setUp()
        self.clock = Clock()
        self.store = self.make(threads=1)
        self.feed = ChangeFeed(self.store, self.clock, poll_ms=250)
        self.addCleanup(self.feed.stopService)
        self.told: list[frozenset[str] | None] = []
        self.feed.subscribe(self.told.append)
        self.store.startService()

    def execute(self, *statements: str) -> None:
        """
        :param statements: in SQL, run by another program.
        """
        self.there.execute(*statements)

    def elsewhere(self, *api_ids: str) -> None:
        """
        :param api_ids: announced in one transaction of another process.
        """
        self.execute(
            *(f"INSERT INTO changes (subject) VALUES ('{i}')" for i in api_ids)
        )

    def touch(self, id: str, tx: Transaction) -> None:
        """
        :param id: announced in the transaction.
        """
        tx.touch(id)

    async def advance(self, seconds: float) -> None:
        """
        :param seconds: that pass; a poll that they bring about is waited for.
        """
        self.clock.advance(seconds)
        try:
            await self.store.read(lambda tx: None)
        except StoreError:
            pass  # the database is broken on purpose; the poll has failed before

    async def test_other_processes(self) -> None:
        """A change of another process is reported once, after ``poll_ms``."""
        self.feed.startService()
        self.elsewhere("a", "b", "a")
        await self.advance(0.249)
        self.assertEqual(self.told, [])
        await self.advance(0.001)
        self.assertEqual(self.told, [frozenset("ab")])
        for _ in range(3):
            await self.advance(0.25)
        self.assertEqual(self.told, [frozenset("ab")])
        self.feed.poll_every(1000)
        await self.advance(0.25)
        self.elsewhere("d")
        await self.advance(0.75)
        self.assertEqual(len(self.told), 1)
        await self.advance(0.25)
        self.assertEqual(self.told.pop(), frozenset("d"))
        self.feed.poll_every(250)
        await self.advance(1)
        self.elsewhere("c")
        await self.advance(0.25)
        self.assertEqual(self.told, [frozenset("ab"), frozenset("c")])

    async def test_not_what_was_before(self) -> None:
        """Changes before the start are not reported."""
        self.elsewhere("before")
        self.feed.startService()
        self.elsewhere("after")
        await self.advance(0.25)
        self.assertEqual(self.told, [frozenset(["after"])])

    async def test_own_writes_at_once(self) -> None:
        """An own write does not wait for the next poll, and brings along what others
        changed."""
        self.feed.startService()
        self.elsewhere("other")
        await self.store.write(lambda tx: tx.touch("own"))
        await self.advance(0)
        self.assertEqual(self.told, [frozenset(["own", "other"])])
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)

    async def test_own_write_during_start(self) -> None:
        """A write that is under way at the start is not reported twice."""
        writing = self.store.write(lambda tx: tx.touch("own"))
        self.feed.startService()
        await writing
        await self.store.write(lambda tx: tx.touch("more"))
        await self.advance(0)
        self.assertEqual(len(self.told), 1)
        assert self.told[0] is not None
        self.assertIn("more", self.told[0])

    async def test_no_pile(self) -> None:
        """While a poll is under way no other begins, however many writes happen; one
        more follows it."""
        self.feed.startService()
        go_on = threading.Event()
        reads = 0
        read = self.store.read

        def count(work: Callable[[Transaction], Any]) -> Deferred[Any]:
            nonlocal reads
            reads += 1
            return read(work)

        blocking = self.store.read(lambda tx: go_on.wait(20))
        with patch.object(self.store, "read", count):
            self.clock.advance(0.25)
            for number in range(10):
                await self.store.write(lambda tx: tx.touch("own"))
                self.clock.advance(0.25 * number)
            self.assertEqual(reads, 1)
            go_on.set()
            await blocking
            await read(lambda tx: None)
            self.clock.advance(0)
            self.assertEqual(reads, 2)
            await read(lambda tx: None)
        self.assertEqual(self.told, [frozenset(["own"])])

    async def test_suspended_for_long(self) -> None:
        """
        A listener that missed more changes than the table keeps is told to read
        everything.
        """

        def work(tx: Transaction) -> None:
            for id in "abcde":
                tx.touch(id)

        self.feed.startService()
        with patch.object(changes, "KEPT", 3):
            await self.store.write(work)
            await self.advance(0.25)
            self.elsewhere("f")
            await self.advance(0.25)
        self.assertEqual(self.told, [None, frozenset("f")])

    async def test_put_back(self) -> None:
        """
        Listeners are told to read everything when the database was restored to an
        earlier state.
        """
        self.elsewhere("a", "b")
        self.feed.startService()
        self.execute("DELETE FROM changes WHERE seq = 2")
        await self.advance(0.25)
        self.assertEqual(self.told, [None])

    async def test_episodes_of_failure(self) -> None:
        """A database that fails is logged once per episode, asked again all the time,
        and nothing that happened meanwhile is missed."""
        self.feed.startService()
        away = "ALTER TABLE changes RENAME TO away"
        back = "ALTER TABLE away RENAME TO changes"
        for id in ("a", "b"):
            self.execute(f"INSERT INTO changes (subject) VALUES ('{id}')", away)
            with capturedLogs() as logged:
                for _ in range(3):
                    await self.advance(0.25)
                self.execute(back)
                await self.advance(0.25)
            lines = [
                (event["log_level"].name, str(event.get("error", "")))
                for event in logged
                if event["log_namespace"].startswith("relay.")
            ]
            missing = f"store.url: {self.there.place}: {self.there.no_changes}"
            self.assertEqual(lines, [("error", missing), ("info", "")])
        self.assertEqual(self.told, [frozenset("a"), frozenset("b")])

    async def test_how_late_it_is(self) -> None:
        """It is late while the store fails, and while a listener owes a change."""
        self.feed.startService()
        await self.advance(0.25)
        self.assertEqual((self.feed.late_s, self.feed.poll_s), (0, 0.25))
        self.execute("ALTER TABLE changes RENAME TO away")
        with capturedLogs():
            for _ in range(8):
                await self.advance(0.25)
            self.assertEqual(self.feed.late_s, 2)
            self.execute("ALTER TABLE away RENAME TO changes")
            await self.advance(0.25)
        self.assertEqual(self.feed.late_s, 0)
        broken = True

        def listener(api_ids: frozenset[str] | None) -> None:
            if broken:
                raise ZeroDivisionError

        self.feed.subscribe(listener)
        self.elsewhere("a")
        for _ in range(3):
            await self.advance(0.25)
        self.assertEqual(self.feed.late_s, 0.75)
        broken = False
        for _ in range(8):
            await self.advance(0.25)
        self.assertEqual(self.feed.late_s, 0)
        self.flushLoggedErrors(ZeroDivisionError)

    async def test_failing_start(self) -> None:
        """A feed that cannot read its position fails to start, and leaves no timer."""
        self.execute("ALTER TABLE changes RENAME TO away")
        self.assertRaises(StoreError, self.feed.startService)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.execute("ALTER TABLE away RENAME TO changes")
        self.feed.startService()
        await self.store.write(lambda tx: tx.touch("a"))
        await self.advance(0)
        self.assertEqual(self.told, [frozenset("a")])

    async def test_a_start_without_the_database(self) -> None:
        """Everything may have changed when it is opened."""
        self.store.away = "away"
        self.feed.startService()
        self.assertFalse(self.feed.store_answers)
        await self.advance(0.25)
        self.assertEqual(self.told, [])
        self.store.away = None
        with capturedLogs() as events:
            await self.advance(0.25)
        self.assertEqual(self.told, [None])
        self.assertTrue(self.feed.store_answers)
        self.assertEqual([one["away_s"] for one in events], [0.5])
        self.elsewhere("b")
        await self.advance(0.25)
        self.assertEqual(self.told, [None, frozenset("b")])

    async def test_failing_listener(self) -> None:
        """A listener that fails is logged; others hear all the same."""

        def broken(api_ids: frozenset[str] | None) -> None:
            raise ZeroDivisionError

        self.feed.subscribe(broken)
        last: list[frozenset[str] | None] = []
        self.feed.subscribe(last.append)
        self.feed.startService()
        await self.store.write(lambda tx: tx.touch("a"))
        await self.advance(0)
        self.assertEqual([self.told, last], [[frozenset("a")], [frozenset("a")]])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.elsewhere("b")
        await self.advance(0.25)
        self.assertEqual(last, [frozenset("a"), frozenset("b")])
        self.flushLoggedErrors(ZeroDivisionError)

    async def test_a_failed_change_is_told_again(self) -> None:
        """
        A change is repeated for a listener that failed, until the listener has read
        everything.
        """
        told: list[frozenset[str] | None] = []
        failures = 2

        def defective(subjects: frozenset[str] | None) -> None:
            told.append(subjects)
            if len(told) <= failures:
                raise ZeroDivisionError

        self.feed.subscribe(defective)
        self.feed.startService()
        await self.store.write(lambda tx: tx.touch("a"))
        await self.advance(0)
        for _ in range(3):
            await self.advance(0.25)
        self.assertEqual(told, [frozenset("a")])
        await self.advance(0.25)
        self.assertEqual(told, [frozenset("a"), None])
        for _ in range(8):
            await self.advance(0.25)
        self.assertEqual(told, [frozenset("a"), None, None])
        self.elsewhere("b")
        await self.advance(0.25)
        self.assertEqual(told[3:], [frozenset("b")])
        self.assertEqual(self.told, [frozenset("a"), frozenset("b")])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 2)

    async def test_one_after_the_other(self) -> None:
        """
        The next change is reported after the previous one was applied, with all that
        came meanwhile.
        """
        applied: list[Deferred[None]] = []
        heard: list[frozenset[str] | None] = []

        def apply(api_ids: frozenset[str] | None) -> Deferred[None]:
            heard.append(api_ids)
            applied.append(Deferred())
            return applied[-1]

        self.feed.subscribe(apply)
        self.feed.startService()
        for id in "abc":
            await self.store.write(partial(self.touch, id))
            await self.advance(0.25)
        self.assertEqual(heard, [frozenset("a")])
        applied[0].callback(None)
        await self.advance(0)
        self.assertEqual(heard, [frozenset("a"), frozenset("bc")])
        applied[1].callback(None)

    async def test_applied_in_vain(self) -> None:
        """A change that failed because of the store is reported again."""
        heard: list[frozenset[str] | None] = []

        def apply(api_ids: frozenset[str] | None) -> Deferred[None]:
            heard.append(api_ids)
            return succeed(None) if len(heard) == 3 else fail(StoreError("away"))

        self.feed.subscribe(apply)
        self.feed.startService()
        self.elsewhere("a")
        for _ in range(2):
            await self.advance(0.25)
        self.elsewhere("b")
        for _ in range(3):
            await self.advance(0.25)
        a, ab = frozenset("a"), frozenset("ab")
        self.assertEqual(heard, [a, a, ab])

    async def test_unsubscribe(self) -> None:
        """A listener that has unsubscribed is not called."""
        enough: list[frozenset[str] | None] = []
        end = self.feed.subscribe(enough.append)
        self.feed.startService()
        end()
        self.elsewhere("a")
        await self.advance(0.25)
        self.assertEqual([self.told, enough], [[frozenset("a")], []])

    async def test_stop(self) -> None:
        """
        A stop waits for the poll under way, reports nothing more, and leaves no timer.
        """
        self.feed.startService()
        self.elsewhere("a")
        go_on = threading.Event()
        blocking = self.store.read(lambda tx: go_on.wait(20))
        self.clock.advance(0.25)
        stopping = self.feed.stopService()
        self.assertNoResult(stopping)
        go_on.set()
        await blocking
        await stopping
        await self.feed.stopService()
        await self.store.write(lambda tx: tx.touch("b"))
        self.clock.advance(10)
        self.assertEqual(self.told, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    async def test_what_is_announced(self) -> None:
        """Deploying, starting, stopping and deleting reach listeners; drafts do not."""
        self.feed.startService()

        async def told(work: object) -> bool:
            before = len(self.told)
            assert callable(work)
            await self.store.write(work)
            await self.advance(0.25)
            return len(self.told) > before

        def deploy(tx: Transaction) -> None:
            tx.deployments.add("api-1", {}, [], None)

        self.assertFalse(await told(lambda tx: tx.apis.add(api())))
        self.assertTrue(await told(deploy))
        self.assertTrue(await told(lambda tx: tx.apis.save(api(state="STARTED"))))
        draft = api(state="STARTED", definition={"name": "draft"})
        self.assertFalse(await told(lambda tx: tx.apis.save(draft)))
        self.assertTrue(await told(lambda tx: tx.apis.save(api())))
        self.assertTrue(await told(lambda tx: tx.apis.delete("api-1")))
        self.assertEqual(set(self.told), {frozenset(["api-1"])})
