"""The options that select streams."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.filters import FILTERS, SORTS, query_of
from relay.technical.streams import filters as server


class FilterTests(SynchronousTestCase):
    """Query parameters."""

    def test_sorts(self) -> None:
        """They are those of the server."""
        self.assertEqual(SORTS, tuple(server.SORTS))

    def test_query(self) -> None:
        """What is not given is left out; zero is given."""
        empty = {name: () for name in FILTERS} | {"paused": False, "min_age_ms": None}
        self.assertEqual(query_of(empty), {})
        given = {"api": ("a", "b"), "min_lag_ms": 0, "min_rate": 1.5, "paused": True}
        self.assertEqual(
            query_of(given),
            {
                "apiIds": "a,b",
                "minLagMs": 0,
                "minEventsPerSecond": 1.5,
                "paused": True,
            },
        )
