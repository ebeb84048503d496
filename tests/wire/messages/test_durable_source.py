"""A source's history in the store: the daemon dies, and its clients miss nothing."""

from __future__ import annotations

import re
import shutil

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, until
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api

EVENT = re.compile(rb"id: (\S+)\ndata: (\d+)\n")


class DurableSourceTests(WireCase):
    """One source, one client, and a daemon that is killed."""

    def test_a_client_over_crashes_and_idle_times(self) -> None:
        """The client's numbers continue without a hole over crashes and idle times."""
        root = self.new_directory()
        source = LoggedSource(interval_ms=20)
        self.addCleanup(shutil.rmtree, source.directory, True)
        source.start()
        self.addCleanup(source.kill)
        daemon = self.start_daemon(root)
        history = {"durable": True, "maxAgeMs": 600000, "maxEvents": 10000}
        channel = {"history": history, "lingerMs": 0}
        daemon.publish(message_api(f"http://127.0.0.1:{source.port}/", "/s", channel))
        last, numbers = "", list[int]()
        for turn in range(4):
            if turn % 2:
                daemon.kill()
                daemon.start()
            else:
                # Nobody reads, so the upstream is closed.
                self.wait_for(source, source.published() + 5)
            received = self.read(daemon, last)
            self.assertNotIn(b"relay.gap", received)
            found = EVENT.findall(received)
            last = found[-1][0].decode()
            numbers += [int(number) for _, number in found]
        self.assertGreater(len(numbers), 40)
        self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))

    def wait_for(self, source: LoggedSource, count: int) -> None:
        """Wait until the source has published so many."""
        until(lambda: source.published() > count, "the source goes on")

    def read(self, daemon: Daemon, last: str) -> bytes:
        """Read some events after the last, and leave."""
        client = RawClient(daemon.port)
        self.addCleanup(client.close)
        header = [f"Last-Event-ID: {last}"] if last else []
        client.get("/s", "Accept: text/event-stream", "Connection: close", *header)
        received = client.until(b"\r\n\r\n")
        self.assertIn(b" 200 ", received)
        while len(EVENT.findall(received)) < 12:
            received += client.until(b"\n\n")
        client.close()
        return received
