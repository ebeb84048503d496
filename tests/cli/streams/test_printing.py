"""Events as text and as JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import jmespath
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.output import Output
from relay.cli.streams.printing import EventPrinter
from relay.eventstream.event import Event


def printed(*events: Event, as_json: bool = False, **options: Any) -> list[str]:
    """Print events, and return the lines."""
    out = io.StringIO()
    printer = EventPrinter(Output(as_json, out=out, err=out), **options)
    for event in events:
        printer.take(event)
    return out.getvalue().splitlines()


ORDER = Event("order", '{"number": 1, "lines": ["a", "b"]}', "7")
TEXT = Event("message", "two\nlines")


class TextTests(SynchronousTestCase):
    """One event is one line."""

    def test_a_line(self) -> None:
        """Time, type, id and data; a line end in the data is escaped."""
        order, text = printed(ORDER, TEXT)
        self.assertRegex(order, r'^\d\d:\d\d:\d\d\.\d{3} order 7 \{"number": 1, ')
        self.assertRegex(text, r"^\S+ message two\\nlines$")

    def test_controls_do_not_reach_the_terminal(self) -> None:
        """In the data, the type and the id."""
        (line,) = printed(Event("a\x1b[2J", "b\x1b[2J", "c\x1b[2J"))
        self.assertNotIn("\x1b", line)

    def test_pretty(self) -> None:
        """JSON has several lines, other text its own."""
        lines = printed(ORDER, TEXT, pretty=True)
        self.assertEqual(lines[1:3], ["{", '  "number": 1,'])
        self.assertEqual(lines[-2:], ["two", "lines"])

    def test_query(self) -> None:
        """The result is printed; null for data that is not JSON."""
        order, text = printed(ORDER, TEXT, query=jmespath.compile("lines[0]"))
        self.assertTrue(order.endswith(' 7 "a"'), order)
        self.assertTrue(text.endswith(" message null"), text)


class SelectionTests(SynchronousTestCase):
    """Which events are printed."""

    def test_names(self) -> None:
        """Those of the types that are named."""
        self.assertEqual(len(printed(ORDER, TEXT, names=["order"])), 1)

    def test_condition(self) -> None:
        """JMESPath's truth: zero is true, null and what is empty is false."""
        for condition, expected in (
            ("number == `1`", 1),
            ("number == `2`", 0),
            ("number", 1),
            ("lines[?@ == 'c']", 0),
            ("missing", 0),
            ("abs(lines)", 0),
        ):
            lines = printed(ORDER, TEXT, condition=jmespath.compile(condition))
            self.assertEqual(len(lines), expected, condition)


class JsonTests(SynchronousTestCase):
    """One object in a line."""

    def test_members(self) -> None:
        """The data is text; the result of a query is a member of its own."""
        event = Event("order", '{"a": "é"}', "", 500)
        (line,) = printed(event, as_json=True, query=jmespath.compile("a"))
        value = json.loads(line)
        self.assertRegex(value.pop("at"), r"^\d{4}-.*\.\d{3}[+-]")
        self.assertEqual(
            value,
            {
                "type": "order",
                "id": None,
                "data": '{"a": "é"}',
                "retry": 500,
                "result": "é",
            },
        )
