"""Tests of `bench.instruments.event_log`, which dies and goes on where it was."""

from __future__ import annotations

import re
import socket
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.instruments import event_log
from bench.instruments.processes import wait_until
from bench.scenario import Shared
from bench.shared import DyingSource, dying_source

SCENARIO = Shared("t", "test", 1, 5000, 80, window_s=1)
NUMBERS = re.compile(rb"id: (\d+)\ndata: \d{6} 0*(\d+) \d{19} x+\n\n\r\n")


class EventLogTests(SynchronousTestCase):
    """One reader, while its source is killed and started."""

    def read(self, source: DyingSource, last: bytes, count: int) -> list[int]:
        """Read so many events after the last one, at least."""
        with socket.create_connection(("127.0.0.1", source.port), 10) as reader:
            reader.sendall(b"GET / HTTP/1.1\r\nLast-Event-ID: %b\r\n\r\n" % last)
            received = b""
            while len(NUMBERS.findall(received)) < count:
                received += reader.recv(65536)
        found = NUMBERS.findall(received)
        self.assertEqual([one for one, _ in found], [one for _, one in found])
        return [int(number) for _, number in found]

    def test_no_number_is_lost(self) -> None:
        """
        The numbers continue after the source was killed, within an event or between
        two.
        """
        directory = Path(self.mktemp())
        with dying_source(SCENARIO, directory, None) as source:
            numbers = self.read(source, b"0", 5)
            for in_an_event in (True, False):
                source.die(in_an_event=in_an_event)
                source.start()
                numbers += self.read(source, b"%d" % numbers[-1], 5)
            wait_until(lambda: not source.open_now, "the reader's leave is noticed")
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertEqual(event_log.most_connections(directory), 1)

    def test_in_the_midst_of_an_event(self) -> None:
        """Asked to end, it sends half of its next event."""
        with (
            dying_source(SCENARIO, Path(self.mktemp()), None) as source,
            socket.create_connection(("127.0.0.1", source.port), 10) as reader,
        ):
            reader.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertIn(b"200 OK", reader.recv(65536))
            source.die(in_an_event=True)
            received = b""
            while more := reader.recv(65536):
                received += more
        self.assertRegex(received, rb"id: \d+\ndata: [0-9 ]+$")

    def test_a_log_that_was_half_written(self) -> None:
        """An incomplete record at the end of the log is ignored."""
        directory = Path(self.mktemp())
        with dying_source(SCENARIO, directory, None) as source:
            self.read(source, b"0", 3)
            source.die(in_an_event=False)
            with (directory / "events").open("ab") as log:
                log.write(b"\0\0\0")
            before = event_log.stamps(directory)
            source.start()
            self.read(source, b"%d" % len(before), 3)
            after = event_log.stamps(directory)
        self.assertEqual(after[: len(before)], before)
        self.assertEqual(after, sorted(after))
