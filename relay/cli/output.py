"""What commands print: JSON, or text for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

from relay.cli.commands import Invocation
from relay.cli.text import json_text, shown

if TYPE_CHECKING:
    from rich.console import Console

_LEAST = 40
"""Columns of the narrowest table."""
_WIDE = 100_000
"""Columns of an output that is no terminal: nothing is wrapped or cut."""


class Output:
    """
    Prints results to the standard output, and notes to the standard error.

    :param json_wanted: prints JSON instead of text.
    :param color: colours text on a terminal, unless ``NO_COLOR`` is set.
    """

    def __init__(
        self,
        json_wanted: bool = False,
        color: bool = True,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        self.json = json_wanted
        self._color = color and not os.environ.get("NO_COLOR")
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    @classmethod
    def of(cls, invocation: Invocation) -> Output:
        """Return the output that the global options ask for."""
        return cls(invocation.json, invocation.color)

    @cached_property
    def console(self) -> Console:
        """The standard output, for text."""
        return self._console(self._out)

    @cached_property
    def notes(self) -> Console:
        """The standard error, for progress and notes."""
        return self._console(self._err)

    def _console(self, file: TextIO) -> Console:
        from rich.console import Console

        return Console(
            file=file,
            no_color=not self._color,
            color_system="auto" if self._color and file.isatty() else None,
            width=None if file.isatty() else _WIDE,
            markup=False,
            highlight=False,
            emoji=False,
        )

    def data(self, value: Any) -> None:
        """Print a JSON document."""
        self._out.write(json_text(value, indent=2) + "\n")
        self._out.flush()

    def data_line(self, value: Any) -> None:
        """Print a JSON document in one line, of a command that prints many."""
        self._out.write(json_text(value) + "\n")
        self._out.flush()

    def text(self, text: str) -> None:
        """Print a file: as it is, but with control characters escaped on a terminal."""
        if self._out.isatty():
            text = shown(text)
        self._out.write(text.encode("utf-8", "backslashreplace").decode())
        self._out.flush()

    def line(self, text: str = "", style: str | None = None) -> None:
        """Print a line of text."""
        self.console.print(shown(text), style=style, soft_wrap=True)

    def note(self, text: str, style: str | None = None) -> None:
        """Print a line to the standard error."""
        self.notes.print(shown(text), style=style, soft_wrap=True)

    def done(self, what: str, name: str) -> None:
        """
        Print the result of a command that returns no object.

        :param what: was done, such as ``removed``; the member of the JSON.
        :param name: of the object that it was done to.
        """
        if self.json:
            self.data({what: name})
        else:
            self.line(f"{what} {name}")

    def table(
        self, rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]
    ) -> None:
        """
        Print rows: as JSON with all their members, or as a table.

        :param columns: the headings of the table, by the members to show.
        """
        if self.json:
            self.data(list(rows))
            return
        from rich.box import SIMPLE_HEAD

        from relay.cli.tables import fitted

        cells = [{name: _cell(row.get(name)) for name in columns} for row in rows]
        box = SIMPLE_HEAD if self._out.isatty() else None
        table, left_out = fitted(cells, columns, self.console.width, box)
        # An id is whole also where it is wider than the terminal.
        self.console.print(table, crop=False, width=max(self.console.width, _LEAST))
        if left_out:
            names = ", ".join(left_out)
            self.note(f"no room for {names}: --json has all", "dim")

    def facts(self, value: Mapping[str, Any], names: Mapping[str, str]) -> None:
        """
        Print members of one object: as JSON with all of them, or one in a line.

        :param names: the words for the members to show, by the members.
        """
        if self.json:
            self.data(value)
            return
        width = max(map(len, names.values()), default=0)
        for name, word in names.items():
            if value.get(name) is not None:
                self.line(f"{word:<{width}}  {_cell(value[name])}")


def counted(count: int, noun: str) -> str:
    """Return a number with a regular noun, such as ``1 stream``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return ", ".join(_cell(one) for one in value)
    return json_text(value)
