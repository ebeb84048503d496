"""Tables that fit a terminal."""

from __future__ import annotations

import io

from rich.box import SIMPLE_HEAD
from rich.console import Console
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.tables import fitted

ID = "6a595b8d-fead-4efc-b9c7-668dfefe2530"
COLUMNS = {"name": "NAME", "hrid": "HRID", "state": "DEPLOYMENT", "id": "ID"}
ROW = {"name": "All my calls", "hrid": "orders", "state": "NEED_REDEPLOY", "id": ID}


class FittedTests(SynchronousTestCase):
    """Words stay whole, and ids above all."""

    def drawn(
        self, row: dict[str, str], width: int, one_line: bool = False
    ) -> tuple[list[str], list[str]]:
        """Return the lines of a table of one row, and what was left out."""
        found: list[list[str]] = []
        for box in (None, SIMPLE_HEAD):
            table, left_out = fitted([row], COLUMNS, width, box, one_line)
            out = io.StringIO()
            Console(file=out, width=max(width, len(ID) + 1)).print(table)
            lines = [line.rstrip() for line in out.getvalue().splitlines()]
            found.append([line for line in lines if "─" not in line])
        self.assertEqual(found[0], found[1])
        return found[0], left_out

    def test_room_for_all(self) -> None:
        """Nothing is wrapped, or left out."""
        lines, left_out = self.drawn(ROW, 100)
        self.assertEqual(len(lines), 2)
        self.assertEqual(left_out, [])

    def test_no_word_is_broken(self) -> None:
        """At any width, a cell is shown with all of its words, or not at all."""
        for width in range(20, 100):
            lines, left_out = self.drawn(ROW, width)
            self.assertIn(ID, "\n".join(lines), width)
            words = set(" ".join(lines).split())
            for name, heading in COLUMNS.items():
                expected = {heading, *ROW[name].split()}
                if heading in left_out:
                    self.assertFalse(expected & words, (width, lines))
                else:
                    self.assertLessEqual(expected, words, (width, lines))
            if width > len(ID):
                self.assertLessEqual(max(map(len, lines)), width)

    def test_a_later_column_that_fits(self) -> None:
        """It is shown, though one before it is left out."""
        row = {**ROW, "name": "a" * 20}
        _, left_out = self.drawn(row, 50)
        self.assertEqual(left_out, ["NAME", "DEPLOYMENT"])

    def test_a_long_word(self) -> None:
        """It is broken, or shortened, rather than left out."""
        row = {**ROW, "name": "x" * 60}
        lines, left_out = self.drawn(row, 80)
        self.assertNotIn("NAME", left_out)
        self.assertEqual("".join(lines).count("x"), 60)
        lines, _ = self.drawn(row, 80, one_line=True)
        self.assertEqual(len(lines), 2)
        self.assertIn("…", lines[1])
