"""Tests of :mod:`relay.dialects`: the definitions of a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects import DIALECTS, detect, read
from relay.dialects.finding import Finding, Refused
from tests.dialects.bodies import api, resource

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "definitions.md"


def _first_cells(table: str) -> str:
    """Return the first column of a table, each cell with its end."""
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    return "\n".join(f"{row.split('|')[1]}|" for row in rows)


def _file(*documents: object) -> bytes:
    return "\n---\n".join(map(json.dumps, documents)).encode()


class ReadingTests(SynchronousTestCase):
    """Files with one document or several."""

    def _refused(self, content: bytes) -> tuple[Finding, ...]:
        with self.assertRaises(Refused) as caught:
            read(content)
        found: tuple[Finding, ...] = caught.exception.findings
        return found

    def test_names(self) -> None:
        """Each dialect has a name of its own."""
        names = [one.name for one in DIALECTS]
        self.assertEqual(len(set(names)), len(names))
        self.assertIsNone(detect(None))
        table = PAGE.read_text().partition("## Dialects")[2].partition("###")[0]
        documented = re.findall(r"`([a-z0-9-]+)`(?=[^|]*\|)", _first_cells(table))
        self.assertEqual(set(documented), set(names))

    def test_one(self) -> None:
        """A draft knows the lines of its file."""
        content = json.dumps(api(), indent=1).encode()
        (draft,) = read(content)
        lines = content.decode().splitlines()
        line = next(n for n, text in enumerate(lines, 1) if '"listeners"' in text)
        self.assertEqual(draft.line_of("listeners"), line)

    def test_several(self) -> None:
        """Documents with nothing to import are told; empty ones are not there."""
        drafts = read(
            _file(
                resource("ManagementContext", "c"),
                resource("ApiV4Definition", "trams", **api()),
                None,
                resource("Application", "app", name="App"),
            )
        )
        self.assertEqual([one.kind for one in drafts], ["api", "application"])
        self.assertEqual(
            drafts[0].findings,
            [Finding("[0]", "warning", "ManagementContext: nothing to import")],
        )

    def test_nothing(self) -> None:
        """A file without a definition is refused."""
        (found,) = self._refused(_file(resource("ManagementContext", "c")))
        self.assertEqual(found.path, "")
        (found,) = self._refused(b"[1, 2]")
        self.assertIn("must be an object", found.message)
        (found,) = self._refused(b'{"colour": "red"}')
        self.assertEqual((found.path, found.severity), ("", "severe"))

    def test_all_problems(self) -> None:
        """Every document that cannot be read is told."""
        broken = {**resource("Application", "a"), "spec": 1}
        found = self._refused(_file(broken, {"x": 1}, broken))
        self.assertEqual([one.path for one in found], ["[0].spec", "[1]", "[2].spec"])
        self.assertEqual([one.line for one in found], [1, None, 5])

    def test_interfaces(self) -> None:
        """A description of an interface is imported by another call."""
        (found,) = self._refused(b"info: {}\nopenapi: 3.1.0\n")
        self.assertEqual((found.path, found.line), ("openapi", 2))
        self.assertIn("_import/swagger", found.message)
