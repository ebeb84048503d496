"""Tests of :mod:`relay.technical.gathered`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.technical.gathered import Gathered, without


class GatheredTests(SynchronousTestCase):
    """What an answer says of the processes that it does not cover."""

    def test_complete(self) -> None:
        """An answer of one process, and one of several, have no member more."""
        self.assertEqual(without([1]), {})
        self.assertEqual(without(Gathered([1])), {})

    def test_incomplete(self) -> None:
        """The processes that have not answered are named."""
        found = Gathered([1, 2], ["node/2"])
        self.assertEqual(found, [1, 2])
        self.assertEqual(without(found), {"unreachable": ["node/2"]})
