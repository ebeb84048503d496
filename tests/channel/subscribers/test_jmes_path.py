"""Expressions of clients, on data of sources."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.jmes_path import (
    MOST_STEPS,
    BadJmesPath,
    JmesPath,
    TooCostly,
)
from relay.json_text import MOST_VALUES
from tests.channel.readers import GAP, Moment, Reader, messages
from tests.work import counted

LONG = {
    "doubled": ("[@]" + "|[@,@][]" * 24, 1),
    "nested": ("[@]" + "|[@,@]" * 60 + "|to_string(@)", 1),
    "compared": ("[@]" + "|[@,@]" * 40 + "|@==@", 1),
    "named": ("[@]" + "|{a:@,b:@}" * 30 + "|to_string(@)", 1),
    "joined": ("[@,@]" + "|join('-',@)|[@,@,@,@,@,@,@,@]" * 9, "x" * 1000),
    "crossed": ("[?@==[?@==`1`]]", list(range(3000))),
    "flattened": ("[][][][]", [[1] * 100] * 100),
    "sliced": ("[:]|[:]|[:]|[:]", list(range(1000))),
    "sorted": ("sort(@)", list(range(5000))),
    "searched": ("contains(@, 'y')", "x" * 8_000_000),
    "keys": ("keys(@)", dict.fromkeys(map(str, range(5000)))),
}

STEP_CALLS = 20
"""Limit of the calls of functions that one step makes."""


class BoundTests(SynchronousTestCase):
    """Every search ends within its steps."""

    def test_steps(self) -> None:
        """The number of steps is bounded for every expression and all data."""
        for name, (text, data) in LONG.items():
            compiled = JmesPath(text)
            with counted() as calls, self.assertRaises(TooCostly, msg=name):
                compiled.search(data)
            self.assertLess(calls.count, MOST_STEPS * STEP_CALLS, name)

    def test_a_refused_function_is_not_called(self) -> None:
        """The arguments of a function are weighed before the call."""
        for name, small in (("sorted", [1]), ("searched", "x"), ("keys", {"a": 1})):
            text, data = LONG[name]
            function = f"_func_{text.partition('(')[0]}"
            with counted() as calls, self.assertRaises(TooCostly, msg=name):
                JmesPath(text).search(data)
            self.assertNotIn(function, calls.names)
            with counted() as calls:
                JmesPath(text).search(small)
            self.assertIn(function, calls.names)

    def test_a_key_is_bounded_too(self) -> None:
        """The text of a result is bounded, too."""
        with self.assertRaises(TooCostly):
            JmesPath("[@]" + "|[@,@]" * 40).key(1)
        self.assertEqual(JmesPath("a.b").key({"a": {"b": "x"}}), "'x'")
        self.assertEqual(JmesPath("abs(a)").key({"a": "x"}), "")

    def test_what_clients_ask(self) -> None:
        """Takes few steps, on data of some size."""
        data = {
            "items": [{"sku": f"s{n}", "n": n, "tags": ["a", "b"]} for n in range(200)],
            "text": "x" * 100_000,
        }
        for text, expected in (
            ("items[?n > `198`].sku", ["s199"]),
            ("length(items)", 200),
            ("items[:2].tags[]", ["a", "b", "a", "b"]),
            ("contains(text, 'y') || items[0].n == `0`", True),
            ("max_by(items, &n).sku", "s199"),
            ("items[*].{n: n} | [0]", {"n": 0}),
            ("abs(text)", None),
        ):
            self.assertEqual(JmesPath(text).search(data), expected, text)

    def test_refused(self) -> None:
        """Texts that are no expression are refused."""
        for text in ("[", "a b", "(" * 500):
            self.assertRaises(BadJmesPath, JmesPath, text)


class ReaderTests(SynchronousTestCase):
    """A client whose filter costs too much."""

    def test_it_is_ended(self) -> None:
        """
        Only the client with the costly filter is ended, live or while it catches up.
        """
        channel = Moment().channel()
        plain = Reader(channel).start()
        live = Reader(channel, wanted=Filter.read(frozenset(), LONG["doubled"][0]))
        live.start()
        channel.publish(messages("1"))
        late = Reader(
            channel,
            channel.log.cursor(0),
            wanted=Filter.read(frozenset(), LONG["doubled"][0]),
        ).start()
        for reader in (live, late):
            self.assertEqual(reader.ended, "failed: limit_reached")
        self.assertEqual((plain.seen, plain.ended), (["1"], None))

    def test_data_of_too_many_values_is_a_gap(self) -> None:
        """
        Data with too many values is a gap for readers whose filter reads the data.
        """
        channel = Moment().channel()
        plain = Reader(channel).start()
        picky = Reader(channel, wanted=Filter.read(frozenset(), "@")).start()
        channel.publish(messages(f"[{'1,' * MOST_VALUES}1]", "1"))
        self.assertEqual(picky.seen, [GAP, "1"])
        self.assertEqual(picky.gaps[0]["reason"], "undeliverable")
        self.assertEqual(len(plain.seen), 2)
