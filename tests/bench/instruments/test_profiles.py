"""`bench.instruments.profiles`: summaries of py-spy's stacks."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bench.instruments import profiles

STACKS = """\
main (a.py:1);loop (b.py:7);send (c.py:3) 60
main (a.py:1);loop (b.py:7);send (c.py:3);loop (b.py:7) 10
main (a.py:1);loop (b.py:9) 30
thread (a.py:5);Condition.wait (threading.py:9) 400
"""


class SummaryTests(SynchronousTestCase):
    """Time is summed by function: its own, and that of the functions that it called."""

    def test_shares(self) -> None:
        """Lines of a function are one, and neither recursion nor waiting adds up."""
        lines = profiles.summary(STACKS).splitlines()
        self.assertEqual(lines[0], "100 samples")
        rows = [line.replace(" %", "").split(maxsplit=2) for line in lines[3:]]
        self.assertEqual(
            rows,
            [["60.0", "70.0", "send (c.py)"], ["40.0", "100.0", "loop (b.py)"]],
        )

    def test_other_lines(self) -> None:
        """Lines that are no stack are ignored."""
        self.assertIn("100 samples", profiles.summary("nothing\n" + STACKS + "\n"))


class TicksTests(SynchronousTestCase):
    """The kernel's share is read from where it stands."""

    def test_ticks(self) -> None:
        """The ticks match the times that Python reports for the process."""
        before = os.times()
        user, system = profiles._ticks(os.getpid())
        after = os.times()
        hz = profiles.TICKS_PER_S
        self.assertTrue(before.user - 0.02 <= user / hz <= after.user + 0.02)
        self.assertTrue(before.system - 0.02 <= system / hz <= after.system + 0.02)
