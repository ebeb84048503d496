"""Histories of channels, and which process serves them."""

from __future__ import annotations

from relay.model.records import HistoryEntry, Publication
from tests.store.databases import DatabaseTestCase, api


def entry(seq: int, channel: str = "c") -> HistoryEntry:
    """Make a row."""
    return HistoryEntry(channel, "epoch", seq, seq * 10, {"id": f"e-{seq}"})


class HistoriesTests(DatabaseTestCase):
    """The rows of one API."""

    def setUp(self) -> None:
        """Add an API."""
        super().setUp()
        self.write(lambda tx: tx.apis.add(api()))

    def own(self, owner: str) -> bool:
        """Ask for the lease."""
        return self.write(lambda tx: tx.histories.own("api-1", owner, 1_000))

    def test_one_owner_at_a_time(self) -> None:
        """Who has the lease may renew it; others wait for its end."""
        self.assertTrue(self.own("a"))
        self.assertFalse(self.own("b"))
        self.now_ms += 900
        self.assertTrue(self.own("a"))
        self.now_ms += 900
        self.assertFalse(self.own("b"))
        self.now_ms += 200
        self.assertTrue(self.own("b"))
        self.assertFalse(self.own("a"))

    def test_a_lease_given_back(self) -> None:
        """Is free at once; another's is not given back."""
        self.own("a")
        self.write(lambda tx: tx.histories.disown("api-1", "b"))
        self.assertFalse(self.own("b"))
        self.write(lambda tx: tx.histories.disown("api-1", "a"))
        self.assertTrue(self.own("b"))

    def test_entries_are_kept_in_order(self) -> None:
        """Of each channel, and what is too old is forgotten."""
        rows = [entry(1), entry(2), entry(1, "d"), entry(3)]
        self.write(lambda tx: tx.histories.append("api-1", rows, {}))
        kept = self.read(lambda tx: tx.histories.entries("api-1"))
        self.assertEqual(kept, [entry(1), entry(2), entry(3), entry(1, "d")])
        self.write(lambda tx: tx.histories.append("api-1", [entry(4)], {"c": 3}))
        kept = self.read(lambda tx: tx.histories.entries("api-1"))
        self.assertEqual(kept, [entry(3), entry(4), entry(1, "d")])

    def test_a_log_that_begins_anew(self) -> None:
        """Takes the place of its forerunner, whose places are the same."""
        self.write(lambda tx: tx.histories.append("api-1", [entry(1), entry(2)], {}))
        self.write(lambda tx: tx.histories.append("api-1", [entry(1, "d")], {}))
        new = HistoryEntry("c", "anew", 1, 90, {"id": "n-1"})
        self.write(lambda tx: tx.histories.append("api-1", [new], {}))
        kept = self.read(lambda tx: tx.histories.entries("api-1"))
        self.assertEqual(kept, [new, entry(1, "d")])

    def test_who_is_the_owner(self) -> None:
        """A lease that has run out counts until another has it."""
        ask = [
            lambda tx, owner=owner: tx.histories.is_owned("api-1", owner)
            for owner in ("a", "b")
        ]
        self.assertEqual([self.read(one) for one in ask], [False, False])
        self.own("a")
        self.now_ms += 5_000
        self.assertEqual([self.read(one) for one in ask], [True, False])
        self.own("b")
        self.assertEqual([self.read(one) for one in ask], [False, True])

    def test_publications(self) -> None:
        """The newest of a key counts, and old ones are forgotten."""
        first = Publication("t", "k", ("a",), 1_000)
        second = Publication("t", "k", ("b",), 2_000)
        self.write(lambda tx: tx.histories.remember("api-1", [first], 500))
        self.write(lambda tx: tx.histories.remember("api-1", [second], 500))
        found = self.read(lambda tx: tx.histories.publications("api-1", 500))
        self.assertEqual(found, [second])
        self.write(lambda tx: tx.histories.remember("api-1", [], 3_000))
        self.assertEqual(
            self.read(lambda tx: tx.histories.publications("api-1", 0)), []
        )

    def test_an_api_takes_its_histories_along(self) -> None:
        """Deleting it deletes them."""
        self.own("a")
        self.write(lambda tx: tx.histories.append("api-1", [entry(1)], {}))
        self.write(lambda tx: tx.apis.delete("api-1"))
        self.assertEqual(self.read(lambda tx: tx.histories.entries("api-1")), [])
