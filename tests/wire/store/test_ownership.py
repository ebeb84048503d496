"""Two daemons on one store: never do both take what clients publish."""

from __future__ import annotations

import http.client
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from relay.channel.ownership import LEASE_MS, RENEW_S
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Answer, Daemon, until
from tests.wire.harness.stepped import SteppedClock
from tests.wire.messages.test_topics import topics_api


def post(daemon: Daemon, data: str) -> Answer:
    """Publish one event."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=BOUND_S)
    headers = {"Content-Type": "text/plain", "Accept": "*/*"}
    try:
        connection.request("POST", "/t/news", data.encode(), headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


class OwnershipTests(WireCase):
    """Each test has two daemons of its own."""

    outlive: tuple[str, ...] = ()
    """What of an owner's events the next one has, too."""

    def setUp(self) -> None:
        """Make room for a store."""
        self.root = self.new_directory()

    def start(self, name: str, environment: dict[str, str] | None = None) -> Daemon:
        """Start a daemon on the shared store."""
        # A head that is sent while the daemon is frozen comes late.
        toml = (
            f'[store]\nurl = "sqlite:///{self.root}/shared.db"\n'
            "[gateway]\nhead_timeout_ms = 60000\n"
        )
        return self.start_daemon(self.root / name, toml, environment=environment)

    def two(self, channel: dict[str, Any]) -> tuple[Daemon, Daemon]:
        """Start both; the first owns the topics of ``/t``."""
        one = self.start("one")
        one.publish(topics_api("/t", channel))
        self.assertEqual(self.post(one, "first").status, 202)
        two = self.start("two")
        until(lambda: self.post(two, "no").status == 503, "the other refuses")
        warning = "other daemons share the store (1 now)"
        self.assertNotIn(warning, one.log())
        self.assertIn(warning, two.log())
        return one, two

    def post(self, daemon: Daemon, data: str) -> Answer:
        """Publish one event."""
        return post(daemon, data)

    def read(self, daemon: Daemon) -> list[str]:
        """Return the events of the topic."""
        answer = daemon.get("/t/news?cursor=x", {"Accept": "application/json"})
        return [one["data"] for one in answer.json()["items"]]

    def freeze(self, daemon: Daemon) -> None:
        """Stop a daemon while it does not hold the write lock of the store."""
        path = self.root / "shared.db"
        store = sqlite3.connect(path, isolation_level=None, timeout=BOUND_S)
        with closing(store):
            store.execute("BEGIN IMMEDIATE")
            os.kill(daemon.pid, signal.SIGSTOP)
            status = Path(f"/proc/{daemon.pid}/status")
            until(lambda: "State:\tT" in status.read_text(), "it is frozen")
            store.execute("ROLLBACK")

    def took_over(self, daemon: Daemon) -> float:
        """Wait until a daemon has the topics, and give how long it took."""
        begun = time.monotonic()
        until(lambda: self.post(daemon, "after").status == 202, "it took over")
        return time.monotonic() - begun

    def test_an_owner_that_stops(self) -> None:
        """A stop releases the topics: the other process owns them at its next try."""
        one, two = self.two({})
        one.stop()
        took_s = self.took_over(two)
        print(f"taken over {took_s:.1f} s after the owner had stopped")
        self.assertLess(took_s, RENEW_S + 1)

    def test_an_owner_that_is_frozen(self) -> None:
        """Finds that it was followed, whatever clients sent to it meanwhile."""
        one, two = self.two({})
        stream = RawClient(one.port)
        self.addCleanup(stream.close)
        stream.get("/t/news", "Accept: text/event-stream")
        stream.until(b"\r\n\r\n")
        head = (
            "POST /t/news HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
            "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\n"
        )
        slow, late = RawClient(one.port), RawClient(one.port)
        self.addCleanup(slow.close)
        self.addCleanup(late.close)
        slow.send(head.encode() + b"sl")
        self.assertEqual(self.post(one, "second").status, 202)
        self.freeze(one)
        late.send(head.encode() + b"late")
        took_s = self.took_over(two)
        print(f"taken over {took_s:.1f} s after the owner was frozen")
        self.assertLess(took_s, LEASE_MS / 1000 + 2 * RENEW_S + 1)
        slow.send(b"ow")
        os.kill(one.pid, signal.SIGCONT)
        for client in (slow, late):
            self.assertIn(b"HTTP/1.1 503", client.until(b"\r\n\r\n"))
        stream.until(b"event: goaway")
        self.assertEqual(self.read(two), [*self.outlive, "after"])

    def test_wall_clocks_that_differ_or_are_set(self) -> None:
        """Never do both take publications, and an owner that dies is followed."""
        one = self.start("one")
        one.publish(topics_api("/t", {}))
        self.assertEqual(self.post(one, "first").status, 202)
        clock = SteppedClock(self.root / "clock")
        clock.set(3600)
        two = self.start("two", clock.environment)
        until(lambda: self.post(two, "no").status == 503, "the other refuses")
        for step_s in (0, -3600, 0):
            clock.set(step_s)
            asked_until = time.monotonic() + RENEW_S + 1
            while time.monotonic() < asked_until:
                self.assertEqual(self.post(two, "no").status, 503)
                self.assertEqual(self.post(one, "yes").status, 202)
                time.sleep(0.01)
        clock.set(-3600)
        one.kill()
        took_s = self.took_over(two)
        self.assertLess(took_s, LEASE_MS / 1000 + 2 * RENEW_S + 1)


class LoneTests(WireCase):
    """A daemon that is alone on its store."""

    def test_topics_go_on_while_the_store_cannot_be_written(self) -> None:
        """
        Topics work while another program holds the write lock for longer than a lease.
        """
        daemon = self.start_daemon()
        daemon.publish(topics_api("/t", {}))
        stream = RawClient(daemon.port)
        self.addCleanup(stream.close)
        stream.get("/t/news", "Accept: text/event-stream")
        stream.until(b"\r\n\r\n")
        database = sqlite3.connect(daemon.data_dir / "relay.db", isolation_level=None)
        with closing(database):
            database.execute("BEGIN IMMEDIATE")
            locked_until = time.monotonic() + LEASE_MS / 1000 + 2 * RENEW_S
            while time.monotonic() < locked_until:
                self.assertEqual(post(daemon, "x").status, 202)
                self.assertNotIn(b"goaway", stream.until(b"data: x\n"))
                time.sleep(0.2)
            database.execute("ROLLBACK")
        self.assertNotIn("no longer serves", daemon.log())


class DurableTests(OwnershipTests):
    """The same tests with histories in the store, and further ones."""

    outlive = ("first", "second")

    def two(self, channel: dict[str, Any]) -> tuple[Daemon, Daemon]:
        """Start both, with durable topics."""
        return super().two({**channel, "history": {"durable": True}})

    def test_topics_that_nobody_holds_open(self) -> None:
        """Go on where they were, through idle times, restarts and takeovers."""
        one = self.start("one")
        options = {"lingerMs": 0, "history": {"durable": True, "maxAgeMs": 600000}}
        one.publish(topics_api("/t", options))
        first = self.post(one, "0")
        cursor = first.json()["ids"][0]
        for number in range(1, 10):
            self.assertEqual(self.post(one, str(number)).status, 202)
        one.kill()
        one.start()
        until(lambda: self.post(one, "10").status == 202, "it has its topics again")
        one.stop()
        two = self.start("two")
        until(lambda: self.post(two, "11").status == 202, "the other took over")
        accept = {"Accept": "application/json"}
        found = two.get(f"/t/news?cursor={cursor}", accept).json()
        self.assertNotIn("gaps", found)
        expected = [str(number) for number in range(1, 12)]
        self.assertEqual([event["data"] for event in found["items"]], expected)
