"""Flight records: written, found and deleted."""

from __future__ import annotations

from relay.model.flights import FlightFilter, FlightRecord
from tests.store.databases import DatabaseTestCase
from tests.store.tables.flights.flights import flight

ALL = FlightFilter("api-1")


class FlightsTests(DatabaseTestCase):
    """Records on a real database."""

    def save(self, *records: FlightRecord) -> None:
        """Store some records."""
        self.write(lambda tx: tx.flights.save(records))

    def found(self, wanted: FlightFilter = ALL) -> list[str]:
        """Return the ids of the records that a filter wants, in the order of lists."""
        records, total = self.read(lambda tx: tx.flights.page(wanted, 0, 100))
        self.assertEqual(len(records), total)
        return [one.request_id for one in records]

    def stored(self, number: int) -> FlightRecord:
        """Return the record with a number."""
        name = f"request-{number}"
        found = self.read(lambda tx: tx.flights.one("api-1", name))
        assert found is not None
        return found

    def test_versions(self) -> None:
        """A later version replaces the one before; its beginning and API stay."""
        first = flight(1, ended=False, outcome=None, status=0, events=7)
        self.save(first, flight(2))
        self.save(
            flight(1, updated_ms=9, events=8, at_ms=5, gateway="other"), flight(3)
        )
        self.assertEqual(self.stored(1), flight(1, updated_ms=9, events=8))
        self.assertEqual(self.found(), ["request-3", "request-2", "request-1"])
        self.assertIsNone(self.read(lambda tx: tx.flights.one("api-2", "request-1")))

    def test_filters(self) -> None:
        """Each restricts the list; the values of one column are alternatives."""
        self.save(
            flight(1),
            flight(2, api_id="api-2"),
            flight(3, status=404, path="/50%/x"),
            flight(4, status=500, path="/50x/x", ttfb_ms=70),
        )
        for wanted, ids in (
            (ALL, [4, 3, 1]),
            (FlightFilter("api-2"), [2]),
            (FlightFilter("api-1", 2), [4, 3]),
            (FlightFilter("api-1", 3, 3), [3]),
            (FlightFilter("api-1", values={"status": [404, 500]}), [4, 3]),
            (FlightFilter("api-1", begins={"path": "/50%"}), [3]),
            (FlightFilter("api-1", at_least={"ttfb_ms": 70}), [4]),
            (FlightFilter("api-1", at_most={"ttfb_ms": 69}), [3, 1]),
        ):
            expected = [f"request-{number}" for number in ids]
            self.assertEqual(self.found(wanted), expected, wanted)

    def test_pages(self) -> None:
        """A part of the list, and how many there are."""
        self.save(*(flight(number) for number in range(10)))
        records, total = self.read(lambda tx: tx.flights.page(ALL, 2, 3))
        self.assertEqual([one.at_ms for one in records], [7, 6, 5])
        self.assertEqual(total, 10)

    def test_error_keys(self) -> None:
        """Each once."""
        self.save(flight(1, error_key="B"), flight(2, error_key="A"), flight(3))
        self.save(flight(4, error_key="B"), flight(5, error_key="C", api_id="api-2"))
        keys = self.read(lambda tx: tx.flights.error_keys(ALL))
        self.assertEqual(keys, ["A", "B"])

    def test_abandoned(self) -> None:
        """Only what a process has not ended itself."""
        running = {"ended": False, "outcome": None, "duration_ms": None}
        self.save(flight(1, updated_ms=61, **running), flight(2))
        self.save(flight(3, gateway="other", **running))
        self.write(lambda tx: tx.flights.abandon("gateway"))
        lost, ended, other = map(self.stored, (1, 2, 3))
        self.assertEqual(
            (lost.ended, lost.error_key, lost.duration_ms, lost.outcome),
            (True, "GATEWAY_LOST", 60, None),
        )
        self.assertEqual(ended, flight(2))
        self.assertFalse(other.ended)

    def forgotten(self, keep_ms: int, max_rows: int, max_bytes: int) -> list[int]:
        """Delete, and return the beginnings of the records that are left."""

        def forget(tx: object) -> None:
            flights = tx.flights  # type: ignore[attr-defined]
            first = flights.first_kept(max_rows, max_bytes)
            while flights.forget(keep_ms, first, 2):
                pass

        self.write(forget)
        records, _ = self.read(lambda tx: tx.flights.page(ALL, 0, 100))
        return sorted(one.at_ms for one in records)

    def test_bounds(self) -> None:
        """The oldest are deleted, by number, size and age."""
        for keep_ms, max_rows, max_bytes, left in (
            (10**9, 0, 0, [1, 2, 3, 4, 5]),
            (10**9, 3, 0, [3, 4, 5]),
            (10**9, 9, 0, [1, 2, 3, 4, 5]),
            (10**9, 0, 2500, [4, 5]),
            (10**9, 4, 1500, [5]),
            (10**9, 0, 10, []),
            (97, 0, 0, [3, 4, 5]),
            (0, 0, 0, []),
        ):
            self.save(*(flight(number) for number in range(1, 6)))
            self.now_ms = 100
            self.assertEqual(self.forgotten(keep_ms, max_rows, max_bytes), left)
            self.write(lambda tx: tx.flights.forget(-(10**9), 0, 100))

    def test_long_streams(self) -> None:
        """Age counts from the last update."""
        self.save(flight(1, updated_ms=90), flight(2))
        self.now_ms = 100
        self.assertEqual(self.forgotten(50, 0, 0), [1])
