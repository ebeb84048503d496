"""Filters of subscribers select events by type and by expression."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.message import Message
from relay.channel.subscribers.filter import LONGEST_BYTES, Filter, FilterError


def matches(
    data: str, expression: str = "", *types: str, type: str = "message"
) -> bool:
    """Hold one event against a filter."""
    entry = Entry(0, "", Message(data, type), None, 0)
    return Filter.read(frozenset(types), expression).matches(entry)


class FilterTests(SynchronousTestCase):
    """Types and expressions."""

    def test_types(self) -> None:
        """An event passes if its type is one of the types, or if there are no types."""
        self.assertTrue(matches("x", "", "a", "b", type="b"))
        self.assertFalse(matches("x", "", "a", type="b"))
        self.assertTrue(matches("x", "", type="b"))

    def test_the_truth_of_an_expression(self) -> None:
        """Truth is that of JMESPath: empty values are false, zero is true."""
        for data, expected in (
            ('{"a": 1}', True),
            ('{"a": 0}', True),
            ('{"a": true}', True),
            ('{"a": false}', False),
            ('{"a": null}', False),
            ('{"a": ""}', False),
            ('{"a": []}', False),
            ('{"a": {}}', False),
            ('{"b": 1}', False),
            ("no json", False),
            ("", False),
        ):
            self.assertEqual(matches(data, "a"), expected, data)

    def test_an_expression_that_fails_does_not_match(self) -> None:
        """A function on a value of the wrong type, for one."""
        self.assertFalse(matches('{"a": 1}', "length(a) > `0`"))

    def test_what_cannot_be_used_is_refused(self) -> None:
        """No JMESPath, or too much of it."""
        for expression in ("a[", "nosuch(", "'" + "x" * LONGEST_BYTES + "'"):
            with self.assertRaises(FilterError):
                Filter.read(frozenset(), expression)

    def test_a_gap_passes_every_filter(self) -> None:
        """Gaps pass every filter."""
        gap = Entry(0, "", None, Gap(GapReason.EVICTED, None), 0)
        self.assertTrue(Filter.read(frozenset(["a"]), "b").matches(gap))

    def test_equal_filters_are_one(self) -> None:
        """Equal filters have equal hashes, so that their encodings are shared."""
        one, two = (Filter.read(frozenset(["a"]), "b") for _ in range(2))
        self.assertEqual((one, hash(one)), (two, hash(two)))
