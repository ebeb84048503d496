"""A store that cannot be written, or is gone, under a daemon that serves."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Answer, until
from tests.wire.messages.test_topics import topics_api
from tests.wire.store.test_ownership import post

TIMEOUT_S = 1.0
TOML = f"[store]\nwrite_timeout_ms = {TIMEOUT_S * 1000:.0f}\n"


class StoreFaultTests(WireCase):
    """Each test has a daemon of its own."""

    def setUp(self) -> None:
        """Start it."""
        self.root = self.new_directory()
        self.daemon = self.start_daemon(self.root, TOML)

    def publish(self, durable: bool) -> str:
        """Publish an API of topics, and wait until they take events."""
        channel = {"history": {"durable": durable}}
        api_id = self.daemon.publish(topics_api("/t", channel))
        until(lambda: post(self.daemon, "first").status == 202, "it takes events")
        return api_id

    def create(self) -> Answer:
        """Create an API."""
        return self.daemon.manage("POST", "/apis", topics_api("/u", {}))

    def refused_soon(self, answer: Answer, begun_s: float) -> None:
        """Assert a 503 with ``Retry-After``, within the time of a transaction."""
        self.assertLess(time.monotonic() - begun_s, TIMEOUT_S + 2)
        self.assertEqual(answer.status, 503)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)

    def test_writes_behind_a_lock_are_refused_in_time(self) -> None:
        """Publications and REST calls alike, with a line each and no traceback; they
        go on when the lock is gone."""
        self.publish(durable=True)
        database = sqlite3.connect(self.root / "relay.db", isolation_level=None)
        with closing(database):
            database.execute("BEGIN IMMEDIATE")
            for ask in (lambda: post(self.daemon, "x"), self.create):
                begun_s = time.monotonic()
                self.refused_soon(ask(), begun_s)
            database.execute("ROLLBACK")
        until(lambda: post(self.daemon, "last").status == 202, "it takes events again")
        self.assertEqual(self.create().status, 201)
        log = self.daemon.log()
        self.assertNotIn("Traceback", log)
        self.assertEqual(log.count("events cannot be kept"), 1)
        self.assertEqual(log.count("Management request refused"), 1)

    def test_a_deleted_database_is_noticed_at_once(self) -> None:
        """No write to a deleted database is answered as saved."""
        self.publish(durable=False)
        for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
            os.unlink(self.root / name)
        self.assertEqual(self.create().status, 503)
        until(
            lambda: "the database file was deleted or replaced" in self.daemon.log(),
            "the log tells",
            5,
        )
        going_on_until = time.monotonic() + 9
        while time.monotonic() < going_on_until:
            self.assertEqual(post(self.daemon, "x").status, 202)
            time.sleep(0.3)
        self.assertNotIn("Traceback", self.daemon.log())

    def test_a_truncated_database_is_noticed(self) -> None:
        """No write to a truncated database is answered as saved."""
        self.publish(durable=True)
        os.truncate(self.root / "relay.db", 4096)
        self.assertEqual(post(self.daemon, "x").status, 503)
        self.assertEqual(self.create().status, 503)
        until(
            lambda: "the database file was truncated" in self.daemon.log(),
            "the log tells",
            5,
        )

    def test_a_durable_event_is_not_taken_without_its_database(self) -> None:
        """A durable event is not acknowledged without its database."""
        self.publish(durable=True)
        other = self.root / "other.db"
        shutil.copy(self.root / "relay.db", other)
        os.replace(other, self.root / "relay.db")
        answer = post(self.daemon, "x")
        self.assertEqual(answer.status, 503)
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
