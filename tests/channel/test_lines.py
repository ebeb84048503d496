"""Tests of :mod:`relay.channel.lines`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.lines import MOST, Lines


class LinesTests(SynchronousTestCase):
    """The epochs of a log."""

    def test_one_epoch(self) -> None:
        """A log that no engine has lost has one epoch, before its first place, too."""
        lines = Lines("a")
        lines.turn(5, "a")
        self.assertEqual([lines.of(0), lines.of(5), lines.current], ["a", "a", "a"])

    def test_another_epoch(self) -> None:
        """An epoch holds from its first place on; the places before keep theirs."""
        lines = Lines("a")
        lines.turn(5, "b")
        self.assertEqual([lines.of(4), lines.of(5), lines.current], ["a", "b", "b"])

    def test_cut(self) -> None:
        """An epoch whose first place is dropped is forgotten."""
        lines = Lines("a")
        lines.turn(5, "b")
        lines.turn(9, "c")
        lines.cut(9)
        self.assertEqual(lines.current, "b")
        lines.cut(1)
        self.assertEqual(lines.current, "a")

    def test_bound(self) -> None:
        """A bounded number of epochs is known, the newest."""
        lines = Lines("0")
        for number in range(1, MOST + 5):
            lines.turn(number, str(number))
        self.assertEqual(lines.of(MOST), str(MOST))
        self.assertEqual(lines.of(0), lines.of(5))
