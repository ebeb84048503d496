"""The table of streams."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.rows import age_text, row


class RowTests(SynchronousTestCase):
    """The cells."""

    def test_ages(self) -> None:
        """Two units at most."""
        ages = (0, 59_999, 61_000, 3_600_000, 90_061_000)
        self.assertEqual(
            [age_text(one) for one in ages], ["0s", "59s", "1m1s", "1h0m", "1d1h"]
        )

    def test_row(self) -> None:
        """A call without an API, a rate and a lag has cells, too."""
        cells = row({"id": "1", "apiId": None, "ageMs": 1000}, {})
        self.assertEqual(
            (cells["api"], cells["rate"], cells["lag"], cells["age"]),
            ("", "0.0", None, "1s"),
        )
        shown = row({"id": "1", "apiId": "x", "lag": {"ms": 3}}, {"x": "orders"})
        self.assertEqual((shown["api"], shown["lag"]), ("orders", 3))
