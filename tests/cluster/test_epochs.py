"""Tests of :mod:`relay.cluster.epochs`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.epochs import NO_END, common_end, epochs_of
from relay.cluster.link import Snapshot, Stored


class EpochTests(SynchronousTestCase):
    """The epochs of two copies of a log."""

    def test_of_a_snapshot(self) -> None:
        """The epochs are those that are given, or those of the entries."""
        entries = [
            Stored("a", 5, 0, b""),
            Stored("a", 6, 0, b""),
            Stored("b", 7, 0, b""),
        ]
        given = [(1, "z"), (4, "a"), (7, "b"), (8, "c")]
        self.assertEqual(epochs_of(Snapshot("c", 8, entries, b"", given)), given)
        found = [(5, "a"), (7, "b"), (8, "c")]
        self.assertEqual(epochs_of(Snapshot("c", 8, entries)), found)
        self.assertEqual(epochs_of(Snapshot("c", 8, [])), [(8, "c")])

    def test_the_same(self) -> None:
        """Copies of one log differ nowhere, however much of it each of them has."""
        self.assertEqual(common_end([(0, "a")], [(0, "a")]), NO_END)
        self.assertEqual(common_end([(0, "a"), (9, "b")], [(5, "a"), (9, "b")]), NO_END)

    def test_different(self) -> None:
        """Copies differ from the first place on that has another epoch."""
        mine = [(0, "a"), (9, "b")]
        self.assertEqual(common_end(mine, [(0, "a"), (5, "c")]), 5)
        self.assertEqual(common_end(mine, [(0, "a")]), 9)
        self.assertEqual(common_end(mine, [(3, "d"), (7, "b")]), 3)
