"""Topics of a daemon with two workers, whose hub is killed."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections import Counter
from pathlib import Path

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, until
from tests.wire.harness.resuming import Resuming
from tests.wire.messages.test_topics import topics_api

TOML = "[process]\nworkers = 2\n"
CLIENTS = 8


def hub_of(daemon: Daemon) -> int | None:
    """Return the process of the hub; None while there is none."""
    listed = Path(f"/proc/{daemon.pid}/task/{daemon.pid}/children").read_text()
    for one in listed.split():
        if b"relay.cluster.local.process" in Path(f"/proc/{one}/cmdline").read_bytes():
            return int(one)
    return None


def publish(daemon: Daemon, number: int) -> int:
    """Publish an event, under a key of its own, and return the status."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=BOUND_S)
    headers = {"Content-Type": "text/plain", "Idempotency-Key": str(number)}
    try:
        connection.request("POST", "/t/news", str(number).encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


class DurableTopicTests(WireCase):
    """A durable topic."""

    def test_a_hub_that_is_killed(self) -> None:
        """Clients of both workers keep their streams, and see each event once."""
        daemon = Daemon(self.new_directory(), TOML)
        daemon.start()
        self.addCleanup(daemon.kill)
        daemon.publish(topics_api("/t", {"history": {"durable": True}}))
        until(lambda: publish(daemon, 0) == 202, "it takes events", 4 * BOUND_S)
        clients = Resuming(daemon.port, "/t/news")
        self.addCleanup(clients.close)
        clients.open(CLIENTS)
        until(lambda: clients.connected == CLIENTS, "all have a stream")
        answers: Counter[int] = Counter()
        sent = list(range(1, 41))
        for number in sent:
            if number == 20:
                hub = hub_of(daemon)
                assert hub is not None
                os.kill(hub, signal.SIGKILL)
            while (status := publish(daemon, number)) != 202:
                answers[status] += 1
                time.sleep(0.05)
        until(
            lambda: all(sent[-1] in one.numbers for one in clients.clients),
            "all have the last event",
            4 * BOUND_S,
        )
        for one in clients.clients:
            self.assertEqual((one.numbers, one.gaps), (sent, 0))
        self.assertEqual(set(answers), {503} if answers else set())
        self.assertEqual(clients.reconnects, [])
