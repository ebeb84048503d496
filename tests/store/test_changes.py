"""The table of the change feed."""

from unittest.mock import patch

from relay.store import changes
from relay.store.changes import Since
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase


class ChangesTests(DatabaseTestCase):
    """A reader at any position learns which APIs changed after it."""

    def touch(self, *api_ids: str) -> int:
        """
        :param api_ids: announced, one after the other, in one transaction.
        :returns: the position after them.
        """

        def work(tx: Transaction) -> int:
            for id in api_ids:
                tx.touch(id)
            return tx.changes.position()

        return self.write(work)

    def since(self, position: int) -> Since:
        """
        :param position: where the reader is.
        """
        return self.read(lambda tx: tx.changes.since(position))

    def test_empty(self) -> None:
        """Before the first change the position is 0, and there are no changes."""
        self.assertEqual(self.read(lambda tx: tx.changes.position()), 0)
        self.assertEqual(self.since(0), Since(0, frozenset()))

    def test_since(self) -> None:
        """Each reader gets what came after its own position, each API once."""
        self.assertEqual(self.touch("a", "b", "a"), 3)
        self.assertEqual(self.touch("c"), 4)
        self.assertEqual(self.since(0), Since(4, frozenset("abc")))
        self.assertEqual(self.since(2), Since(4, frozenset("ac")))
        self.assertEqual(self.since(4), Since(4, frozenset()))

    def test_rolled_back(self) -> None:
        """A change that is rolled back is not reported, and has no position."""
        self.touch("a")

        def fail(tx: Transaction) -> None:
            tx.touch("b")
            raise ZeroDivisionError

        self.assertRaises(ZeroDivisionError, self.write, fail)
        self.assertEqual(self.since(0), Since(1, frozenset("a")))

    def test_pruned(self) -> None:
        """
        Old rows are removed; a reader that needs one of them has to read everything.
        """
        with patch.object(changes, "KEPT", 3):
            self.touch("a", "b", "c", "d", "e")
            self.assertEqual(
                self.there.rows("SELECT seq, subject FROM changes"),
                [(3, "c"), (4, "d"), (5, "e")],
            )
            self.assertEqual(self.since(1), Since(5, None))
            self.assertEqual(self.since(2), Since(5, frozenset("cde")))

    def test_put_back_to_an_earlier_state(self) -> None:
        """A reader whose position is ahead of the database has to read everything."""
        self.touch("a")
        self.assertEqual(self.since(7), Since(1, None))

    def test_positions_are_never_used_twice(self) -> None:
        """A position is not reused, even after all rows were removed."""
        self.touch("a", "b")
        with patch.object(changes, "KEPT", 0):
            self.touch("c")
        self.assertEqual(self.there.rows("SELECT * FROM changes"), [])
        self.touch("d")
        self.assertEqual(self.since(3), Since(4, frozenset("d")))
