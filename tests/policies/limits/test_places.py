"""Places of open calls."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.policies.limits.places import LocalPlaces, Place, count_key


class LocalPlacesTests(SynchronousTestCase):
    """Places of one process."""

    def test_all_or_none(self) -> None:
        """A call that finds one key full takes no place of another."""
        places = LocalPlaces()
        both = [Place("a", 2), Place("b", 1)]
        self.assertIsNone(places.enter(both))
        self.assertEqual(places.enter(both), 1)
        self.assertEqual(places.used, {"a": 1, "b": 1})
        places.leave(["b"])
        self.assertIsNone(places.enter(both))
        self.assertEqual(places.enter(both), 0)

    def test_places_that_are_left_take_no_memory(self) -> None:
        """A key without places is forgotten."""
        places = LocalPlaces()
        places.enter([Place("a", 2)])
        places.leave(["a"])
        self.assertEqual(len(places.used), 0)

    def test_taken_regardless(self) -> None:
        """Calls that were admitted uncounted have places beyond the limit."""
        places = LocalPlaces()
        places.take(["a", "a"])
        self.assertEqual(places.enter([Place("a", 1)]), 0)
        places.leave(["a"])
        self.assertEqual(places.enter([Place("a", 1)]), 0)


class KeyTests(SynchronousTestCase):
    """Keys of what is counted together."""

    def test_of_parts(self) -> None:
        """Other parts, or the same parts divided in another way, are another key."""
        keys = {
            count_key("a", "b"),
            count_key("ab"),
            count_key("a", "c"),
            count_key("a", "b", ""),
            count_key("\udcff"),
        }
        self.assertEqual(len(keys), 5)
        self.assertEqual(count_key("a", "b"), count_key("a", "b"))

    def test_no_value_of_a_request(self) -> None:
        """A key is a digest, whatever its parts."""
        for part in ("secret", "x" * 10_000):
            self.assertRegex(count_key(part), "^[0-9a-f]{32}$")
