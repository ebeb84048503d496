"""The probes of a daemon, over real parts of one."""

from __future__ import annotations

import os
import time
from types import SimpleNamespace
from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase, TestCase

from relay.assembly.probes import (
    LATE_S,
    follower_health,
    lag_health,
    memory_health,
    store_health,
    unready,
)
from relay.daemon.memory import EVERY_S, MemoryUse
from relay.observability.probes import Health
from relay.observability.readiness import DRAINING, STARTING, Readiness
from relay.reactor.loop_lag import LoopLag
from relay.store.store import Store
from tests.store.databases import create

REACTOR: Any = reactor


class StoreHealthTests(TestCase):
    """A store whose file the test takes away."""

    async def test_store(self) -> None:
        """It is unhealthy until it takes writes again, and after it has stopped."""
        directory = os.path.abspath(self.mktemp())
        os.mkdir(directory)
        path = os.path.join(directory, "relay.db")
        create(path)
        store = Store(
            f"sqlite:///{path}", REACTOR, clock_ms=lambda: int(time.time() * 1000)
        )
        store.startService()
        self.addCleanup(store.stopService)
        self.assertEqual(await store_health(store), Health(True))
        os.rename(path, f"{path}.aside")
        store.version()
        health = await store_health(store)
        self.assertFalse(health.healthy)
        self.assertIn("deleted or replaced", str(health.message))
        os.rename(f"{path}.aside", path)
        await store.write(lambda tx: None)
        self.assertEqual(await store_health(store), Health(True))
        await store.stopService()
        self.assertEqual(
            await store_health(store), Health(False, "the store is not open")
        )


class OtherProbesTests(SynchronousTestCase):
    """Probes of parts with a clock of the test's."""

    def test_follower(self) -> None:
        """It fails before the first table, and when changes stay unapplied."""
        feed = SimpleNamespace(late_s=0.1, poll_s=0.25)
        follower = SimpleNamespace(ready=Deferred(), stale=None)

        def health() -> Health:
            return follower_health(cast(Any, feed), cast(Any, follower))

        self.assertIn("first route table", str(health().message))
        follower.ready.callback(None)
        self.assertEqual(health(), Health(True, facts={"lateMs": 100}))
        feed.late_s = LATE_S
        self.assertTrue(health().healthy)
        feed.late_s = LATE_S + 1
        self.assertEqual(
            health(),
            Health(False, "changes in the store are not applied", {"lateMs": 11000}),
        )
        follower.stale = SimpleNamespace(at_ms=5_000)
        stale = health()
        self.assertIn("the last route table is served", str(stale.message))
        self.assertEqual(
            stale.facts, {"lateMs": 11000, "stale": True, "tableAtMs": 5_000}
        )

    def test_loop_lag(self) -> None:
        """It fails slowly, and recovers at once."""
        clock = Clock()
        lag = LoopLag(clock, limit_s=1, after_s=30)
        lag.startService()
        clock.advance(20)
        self.assertEqual(
            lag_health(lag),
            Health(True, facts={"newestMs": 19750, "worstMs": 19750}),
        )
        clock.pump([2] * 16)
        self.assertEqual(lag_health(lag).message, "the loop has been too late for 32 s")
        clock.advance(0.25)
        self.assertTrue(lag_health(lag).healthy)

    def test_memory(self) -> None:
        """It fails slowly, too."""
        clock = Clock()
        memory = MemoryUse(clock, 90, after_s=30)
        memory.startService()
        self.assertTrue(memory_health(memory).healthy)
        memory.limit_bytes = memory.resident_bytes // 2
        clock.pump([EVERY_S] * 7)
        health = memory_health(memory)
        self.assertEqual(health.message, "too much memory has been in use for 30 s")
        self.assertEqual(health.facts["limitBytes"], memory.limit_bytes)

    def test_unready(self) -> None:
        """A daemon that accepts no clients near the limit of open files is unready."""
        readiness = Readiness()
        admission = SimpleNamespace(is_paused=False)
        reasons = unready(readiness, cast(Any, SimpleNamespace(admission=admission)))
        self.assertEqual(list(reasons()), [STARTING])
        readiness.clear(STARTING)
        self.assertEqual(reasons(), {})
        admission.is_paused = True
        readiness.block(DRAINING, "the daemon stops")
        self.assertEqual(list(reasons()), [DRAINING, "openFiles"])
