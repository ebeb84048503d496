"""The items of two lists that correspond."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.partners import partners

ANN = {"name": "ann", "age": 1}
BOB = {"name": "bob", "age": 2}


class PartnersTests(SynchronousTestCase):
    """Equal items, then those with the same name, then the order."""

    def test_partners(self) -> None:
        """Items that cannot be told apart have partners if none is added or gone."""
        for sent, shown, wanted in (
            ([1, 2], [1, 2], {0: 0, 1: 1}),
            ([2], [1, 2], {0: 1}),
            ([1, 3], [1, 2], {0: 0, 1: 1}),
            ([3], [1, 2], {}),
            ([0, 1, 2], [1, 2], {1: 0, 2: 1}),
            ([BOB, ANN], [ANN, BOB], {0: 1, 1: 0}),
            ([{**BOB, "age": 3}], [ANN, BOB], {0: 1}),
            ([{**BOB, "name": "eve"}], [ANN, BOB], {}),
            ([{"username": "a", "n": 1}], [{"username": "a"}], {0: 0}),
            ([ANN, {**ANN, "age": 3}], [ANN, {**ANN, "age": 4}], {0: 0, 1: 1}),
            ([{**ANN, "age": 3}], [ANN, {**ANN, "age": 4}], {}),
        ):
            self.assertEqual(partners(sent, shown), wanted, (sent, shown))
