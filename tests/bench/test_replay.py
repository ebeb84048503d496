"""Tests of `bench.replay`: the capture that it makes, and its arithmetic."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.replay import READS, arrivals_us, errors_ms, write_capture
from relay.captures.format import Received
from relay.captures.reader import CaptureReader


class InstrumentTests(SynchronousTestCase):
    """The instrument without a clock."""

    def test_capture(self) -> None:
        """One event in each read, at the times that are returned."""
        path = Path(self.mktemp())
        due_us = write_capture(path)
        with path.open("rb") as file:
            reads = [one for one in CaptureReader(file) if isinstance(one, Received)]
        self.assertEqual([one.at_us for one in reads], due_us)
        self.assertEqual(len(reads), READS)
        pieces = iter([b"HTTP/1.1 200 OK\r\n\r\n", *(one.data for one in reads)])
        self.assertEqual(len(arrivals_us(lambda: next(pieces))), READS)

    def test_an_end_is_no_result(self) -> None:
        """Events that are missing are an error."""
        self.assertRaises(RuntimeError, arrivals_us, lambda: b"")

    def test_errors(self) -> None:
        """A constant delay is no error."""
        due_us = [0, 1_000, 2_000, 3_000, 4_000]
        arrived_us = [500, 1_500, 2_600, 3_500, 4_300]
        self.assertEqual(errors_ms(arrived_us, due_us), [0, 0, 0, 0.1, 0.2])
