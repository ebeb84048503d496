"""Values of files that are taken from the environment."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.definitions.placeholders import (
    escaped,
    filled,
    of_environment,
    placeholder,
    read_variables,
    write_variable,
)
from relay.cli.errors import Failed

TEXTS = st.lists(
    st.sampled_from(["$", "{{", "{", "}}", " env.A ", "${{ env.A }}", "x"])
).map("".join)
VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\r\\")
)


class PlaceholderTests(SynchronousTestCase):
    """Placeholders in JSON."""

    def test_filled(self) -> None:
        """In every text, alone or within it; other texts stay."""
        document = {
            "a": ["${{ env.A }}", 1, None],
            "b": {"c": "x${{env.B}}y${{ env.A }}", "d": "${A} {#e} ${{ f }}"},
        }
        missing: dict[str, str] = {}
        found = filled(document, {"A": "${{ env.B }}", "B": '"'}, missing)
        self.assertEqual(
            found,
            {
                "a": ["${{ env.B }}", 1, None],
                "b": {"c": 'x"y${{ env.B }}', "d": "${A} {#e} ${{ f }}"},
            },
        )
        self.assertEqual(missing, {})

    def test_missing(self) -> None:
        """The names are collected, each with its first place."""
        missing: dict[str, str] = {}
        document = {"x": [placeholder("A")], "y": placeholder("A")}
        self.assertEqual(filled(document, {}, missing, "plans"), document)
        self.assertEqual(missing, {"A": "plans.x[0]"})

    def test_escaped_texts_are_as_they_were(self) -> None:
        """Any text, and any name of a member, is the same after a fill."""

        @given(st.recursive(TEXTS, lambda one: st.dictionaries(TEXTS, one)))
        def escaped_and_filled(document: object) -> None:
            missing: dict[str, str] = {}
            found = filled(escaped(document), {"A": "hush"}, missing)
            self.assertEqual((found, missing), (document, {}))

        escaped_and_filled()
        self.assertEqual(escaped("a ${{ env.A }}"), "a $${{ env.A }}")

    def test_variables_of_relay_are_not_available(self) -> None:
        """Passwords and tokens of the command and the daemon stay out of files."""
        environment = {
            "RELAY_TOKEN": "a",
            "RELAY_PASSWORD": "b",
            "RELAY__HTTP__X": "c",
            "A": "d",
        }
        self.assertEqual(of_environment(environment), {"A": "d"})


class VariablesTests(SynchronousTestCase):
    """The file of ``--env-file``."""

    def setUp(self) -> None:
        """Make a directory."""
        directory = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, directory)
        self.path = directory / "secrets.env"

    def test_written_and_read(self) -> None:
        """Every value is read as it was."""

        @given(
            st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]*", fullmatch=True), VALUES)
        )
        def written_and_read(variables: dict[str, str]) -> None:
            lines = (write_variable(name, one) for name, one in variables.items())
            self.path.write_text("# values\n\n" + "".join(lines), "utf-8", newline="\n")
            self.assertEqual(read_variables(str(self.path)), variables)

        written_and_read()

    def test_problems(self) -> None:
        """The error names the file and the line, and not the value."""
        self.path.write_text("A=b\nsecret\n")
        error = self.assertRaises(Failed, read_variables, str(self.path))
        self.assertEqual(error.message, f"{self.path}:2: must be NAME=value")
        error = self.assertRaises(Failed, read_variables, f"{self.path}x")
        self.assertIn("No such file", error.message)
