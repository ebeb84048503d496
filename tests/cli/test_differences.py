"""Differences of documents as text."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.differences import difference_line
from relay.model.secrets import MASK


def line(op: str, path: str, before: Any = None, after: Any = None) -> str:
    """Return the line of a difference without its style."""
    change = {"path": path, "op": op, "before": before, "after": after}
    return difference_line(change)[0]


class DifferenceLineTests(SynchronousTestCase):
    """One line for each difference."""

    def test_operations(self) -> None:
        """The mark and the values of each operation, as JSON."""
        for given, expected in (
            (("replace", "/name", "A", None), '~ name: "A" -> null'),
            (("add", "/paths/1", None, {"path": "/b"}), '+ paths[1]: {"path": "/b"}'),
            (("add", "/label", None, None), "+ label: null"),
            (("remove", "/text", "old\x1b[31m"), '- text: "old\\u001b[31m"'),
        ):
            self.assertEqual(line(*given), expected)

    def test_places(self) -> None:
        """Names are separated by dots, and the characters of a name are unescaped."""
        for pointer, place in (
            ("/a/0/b", "a[0].b"),
            ("/a~1b/c~0d", "a/b.c~d"),
            ("/l/0/1", "l[0][1]"),
        ):
            self.assertEqual(line("add", pointer, None, 1), f"+ {place}: 1")

    def test_a_changed_secret_is_shown(self) -> None:
        """Both values are masked, and equal."""
        self.assertEqual(
            line("replace", "/headers/0/value", MASK, MASK),
            f"~ headers[0].value: {MASK} (changed)",
        )
        url = f"https://source.example/sse?key={MASK}"
        self.assertEqual(
            line("replace", "/target", url, url), f"~ target: {url} (changed)"
        )

    def test_long_values_are_cut(self) -> None:
        """A line has 200 characters of each value at most."""
        shown = line("replace", "/a", 1, "x" * 300)
        self.assertEqual(shown, f'~ a: 1 -> "{"x" * 199}…')
