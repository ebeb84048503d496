"""What commands print."""

from __future__ import annotations

import io
import json

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.output import Output

ROWS: list[dict[str, object]] = [
    {"id": "1", "name": "a" * 200, "on": True},
    {"id": "2", "name": "b\x1b[31m"},
]
COLUMNS = {"name": "NAME", "on": "ON"}


class OutputTests(SynchronousTestCase):
    """JSON and text, to an output that is no terminal."""

    def setUp(self) -> None:
        """Make an output of each kind."""
        self.out, self.err = io.StringIO(), io.StringIO()
        self.text = Output(out=self.out, err=self.err)
        self.json = Output(True, out=self.out, err=self.err)

    def test_table(self) -> None:
        """Text is not cut, has no colours and no control characters."""
        self.text.table(ROWS, COLUMNS)
        heading, first, second = self.out.getvalue().splitlines()
        self.assertEqual(heading.split(), ["NAME", "ON"])
        self.assertEqual(first.split(), ["a" * 200, "yes"])
        self.assertEqual(second.split(), ["b\\u001b[31m"])

    def test_table_as_json(self) -> None:
        """All members, shown or not."""
        self.json.table(ROWS, COLUMNS)
        self.assertEqual(json.loads(self.out.getvalue()), ROWS)

    def test_facts(self) -> None:
        """One in a line, without those that are not there."""
        facts = {"a": "1", "b": None, "c": [1, 2]}
        self.text.facts(facts, {"a": "One", "b": "Two", "c": "Three"})
        self.assertEqual(self.out.getvalue(), "One    1\nThree  1, 2\n")

    def test_facts_as_json(self) -> None:
        """All of them."""
        self.json.facts({"a": "1", "b": None}, {"a": "One"})
        self.assertEqual(json.loads(self.out.getvalue()), {"a": "1", "b": None})

    def test_notes(self) -> None:
        """They go to the standard error, as written: no markup is read."""
        self.text.note("[red]note[/red] :smile: \u202e", "yellow")
        self.assertEqual(self.out.getvalue(), "")
        self.assertEqual(self.err.getvalue(), "[red]note[/red] :smile: \\u202e\n")

    def test_done(self) -> None:
        """A word and a name."""
        self.text.done("removed", "a")
        self.assertEqual(self.out.getvalue(), "removed a\n")

    def test_data(self) -> None:
        """A lone surrogate does not end the command."""
        self.json.data_line({"a": "\ud800"})
        self.assertEqual(self.out.getvalue(), '{"a": "\\ud800"}\n')
