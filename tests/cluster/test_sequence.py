"""Tests of ``sequence.py``: the model finds what it is there to find."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.channel.readers import GAP
from tests.cluster.sequence import Sequence, Violation, Witness


class WitnessTests(SynchronousTestCase):
    """What a client may see."""

    def setUp(self) -> None:
        """Publish ten events."""
        self.sequence = Sequence()
        self.assertEqual(list(self.sequence.take(10)), list(range(10)))

    def test_the_whole_sequence(self) -> None:
        """All of it in order is what a client is owed, over several connections."""
        witness = Witness(self.sequence, 3)
        witness.saw(["3", "4", "5"])
        witness.saw(["6", "7", "8", "9"])
        witness.check_complete()

    def test_events_before_its_start(self) -> None:
        """A client may see events that were published before it began."""
        witness = Witness(self.sequence, 3)
        witness.saw(["1", "2", "3"])

    def test_a_hole_is_found(self) -> None:
        """An event that is missing is a violation."""
        with self.assertRaisesRegex(Violation, r"without \[4, 5\]"):
            Witness(self.sequence, 3).saw(["3", "6"])

    def test_a_missing_start_is_found(self) -> None:
        """Where the first event is not the one that is owed, an event is missing."""
        with self.assertRaisesRegex(Violation, r"without \[3\]"):
            Witness(self.sequence, 3).saw(["4"])

    def test_a_hole_that_is_reported(self) -> None:
        """Behind a gap, any later event may follow; then all others."""
        witness = Witness(self.sequence, 3)
        witness.saw(["3", GAP, GAP, "6"])
        self.assertEqual(witness.gaps, 2)
        with self.assertRaisesRegex(Violation, r"without \[7\]"):
            witness.saw(["8"])

    def test_doubles_are_found(self) -> None:
        """No event comes twice, behind a gap neither."""
        for behind in ([], [GAP]):
            witness = Witness(self.sequence, 3)
            with self.assertRaisesRegex(Violation, "4 came doubled"):
                witness.saw(["3", "4", *behind, "4"])

    def test_the_order_is_checked(self) -> None:
        """No earlier event comes behind a gap."""
        witness = Witness(self.sequence, 3)
        with self.assertRaisesRegex(Violation, "out of order"):
            witness.saw(["3", "4", GAP, "6", GAP, "5"])

    def test_what_never_came_is_found(self) -> None:
        """In the end a client has the last event, whether or not it had a gap."""
        for seen in (["3", "4"], ["3", GAP], ["3", GAP, "7"], [GAP]):
            witness = Witness(self.sequence, 3)
            witness.saw(seen)
            with self.assertRaisesRegex(Violation, "never came"):
                witness.check_complete()

    def test_uncertain_publications(self) -> None:
        """What was perhaps published may be missing, and may come late, but once."""
        self.sequence.lost_answer([4, 9])
        Witness(self.sequence, 3).saw(["3", "5"])
        witness = Witness(self.sequence, 3)
        witness.saw(["3", "5", "6", "4", "7", "8"])
        witness.check_complete()
        with self.assertRaisesRegex(Violation, "4 came doubled"):
            witness.saw(["4"])


class NameTests(SynchronousTestCase):
    """The ids of events."""

    def test_an_id_names_one_event(self) -> None:
        """On all processes."""
        sequence = Sequence()
        sequence.named("a-1", 0)
        sequence.named("a-1", 0)
        sequence.named("b-1", 1)
        with self.assertRaisesRegex(Violation, "a-1 names both 0 and 1"):
            sequence.named("a-1", 1)
