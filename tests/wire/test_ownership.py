"""Two daemons on one store: never do both take what clients publish."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.custody import LEASE_MS, RENEW_S
from tests.wire.client import RawClient
from tests.wire.daemon import BOUND_S, Answer, Daemon, until
from tests.wire.test_topics import topics_api


class OwnershipTests(SynchronousTestCase):
    """Each test has two daemons of its own."""

    outlive: tuple[str, ...] = ()
    """What of an owner's events the next one has, too."""

    def setUp(self) -> None:
        """Make room for a store."""
        self.root = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, self.root, True)

    def start(self, name: str) -> Daemon:
        """Start a daemon on the shared store."""
        toml = f'[store]\nurl = "sqlite:///{self.root}/shared.db"\n'
        daemon = Daemon(self.root / name, toml).start()
        self.addCleanup(daemon.kill)
        return daemon

    def two(self, channel: dict[str, Any]) -> tuple[Daemon, Daemon]:
        """Start both; the first owns the topics of ``/t``."""
        one = self.start("one")
        one.publish(topics_api("/t", channel))
        self.assertEqual(self.post(one, "first").status, 202)
        two = self.start("two")
        until(lambda: self.post(two, "no").status == 503, "the other refuses")
        return one, two

    def post(self, daemon: Daemon, data: str) -> Answer:
        """Publish one event."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", daemon.port, timeout=BOUND_S
        )
        headers = {"Content-Type": "text/plain", "Accept": "*/*"}
        try:
            connection.request("POST", "/t/news", data.encode(), headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def read(self, daemon: Daemon) -> list[str]:
        """Give what is in the topic."""
        answer = daemon.get("/t/news?cursor=x", {"Accept": "application/json"})
        return [one["data"] for one in answer.json()["items"]]

    def took_over(self, daemon: Daemon) -> float:
        """Wait until a daemon has the topics, and give how long it took."""
        begun = time.monotonic()
        until(lambda: self.post(daemon, "after").status == 202, "it took over")
        return time.monotonic() - begun

    def test_an_owner_that_stops(self) -> None:
        """Gives the topics back: the other has them when it asks next."""
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
        os.kill(one.pid, signal.SIGSTOP)
        late.send(head.encode() + b"late")
        took_s = self.took_over(two)
        print(f"taken over {took_s:.1f} s after the owner was frozen")
        self.assertLess(took_s, LEASE_MS / 1000 + RENEW_S + 1)
        slow.send(b"ow")
        os.kill(one.pid, signal.SIGCONT)
        for client in (slow, late):
            self.assertIn(b"HTTP/1.1 503", client.until(b"\r\n\r\n"))
        stream.until(b"event: goaway")
        self.assertEqual(self.read(two), [*self.outlive, "after"])


class DurableTests(OwnershipTests):
    """The same with histories in the store, and what is special to them."""

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
