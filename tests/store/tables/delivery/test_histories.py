"""Histories of channels that outlive a process."""

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

    def test_entries_are_kept_in_order(self) -> None:
        """The entries of each channel are kept in order, and old ones are removed."""
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
        self.write(lambda tx: tx.histories.append("api-1", [entry(1)], {}))
        self.write(lambda tx: tx.apis.delete("api-1"))
        self.assertEqual(self.read(lambda tx: tx.histories.entries("api-1")), [])
