"""Counts and rates."""

import io

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.rates import Rates, StatusLine, byte_text


class Terminal(io.StringIO):
    """A file that counts as a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


class RateTests(SynchronousTestCase):
    """What a line shows."""

    def test_rates_are_those_of_the_last_seconds(self) -> None:
        """Counts are those of all."""
        rates = Rates(100.0)
        for second in range(1, 11):
            rates.events += 10 if second <= 5 else 20
            rates.bytes += 1000
            line = rates.line(100.0 + second)
        self.assertEqual(
            line,
            "20.0 events/s, 1.0 kB/s; 150 events, 10.0 kB, 0 heartbeats, "
            "0 reconnects, 0 gaps in 10.0 s",
        )

    def test_bytes(self) -> None:
        """Units are decimal."""
        self.assertEqual(
            [byte_text(size) for size in (0, 999, 1500, 2_000_000, 10**13)],
            ["0 B", "999 B", "1.5 kB", "2.0 MB", "10000.0 GB"],
        )


class StatusTests(SynchronousTestCase):
    """The line on a terminal, and elsewhere."""

    def test_terminal(self) -> None:
        """It is replaced, and removed before other output."""
        file = Terminal()
        status = StatusLine(file)
        status.clear()
        status.show("one")
        status.clear()
        status.clear()
        self.assertEqual(file.getvalue(), "\r\x1b[Kone\r\x1b[K")

    def test_no_terminal(self) -> None:
        """Nothing is written."""
        file = io.StringIO()
        status = StatusLine(file)
        status.show("one")
        status.clear()
        self.assertEqual(file.getvalue(), "")
