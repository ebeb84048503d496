"""Tables that fit a terminal: columns are left out before a word is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from rich.box import Box
    from rich.table import Table

WHOLE = "id"
"""The column that is never left out, cut or wrapped: other commands take its cells."""
_LONGEST_WORD = 24
"""A column makes room for words up to this length; longer ones may be broken."""
_GAP = 2


class Fitted(NamedTuple):
    """A table, and the headings for which there was no room."""

    table: Table
    left_out: list[str]


def fitted(
    rows: Sequence[Mapping[str, str]],
    columns: Mapping[str, str],
    width: int,
    box: Box | None = None,
    one_line: bool = False,
) -> Fitted:
    """
    Make a table.

    :param rows: the cells by the names of the columns.
    :param columns: the headings, by the names; the first ones are left out last.
    :param width: of the terminal, in columns.
    :param one_line: shortens texts instead of wrapping them.
    """
    from rich.table import Table
    from rich.text import Text

    widths = _widths(rows, columns, width)
    table = Table(box=box, show_edge=False, pad_edge=False)
    table.padding = (0, _GAP - (box is not None), 0, 0)
    for name, room in widths.items():
        table.add_column(
            Text(columns[name], no_wrap=True),
            width=room,
            no_wrap=one_line or name == WHOLE,
            overflow="ellipsis" if one_line else "fold",
        )
    for row in rows:
        table.add_row(*(Text(row.get(name, "")) for name in widths))
    return Fitted(table, [columns[name] for name in columns if name not in widths])


def _widths(
    rows: Sequence[Mapping[str, str]], columns: Mapping[str, str], width: int
) -> dict[str, int]:
    """Return the widths of the columns for which there is room."""
    from rich.cells import cell_len

    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for name, heading in columns.items():
        cells = [heading, *(row.get(name, "") for row in rows)]
        most[name] = max(map(cell_len, cells))
        words = (word for cell in cells for word in cell.split())
        longest = max(map(cell_len, words), default=0)
        least[name] = most[name] if name == WHOLE else min(longest, _LONGEST_WORD)
    room = width - least.get(WHOLE, -_GAP)
    kept = {WHOLE} & set(columns)
    for name in columns:
        if name not in kept and (least[name] + _GAP <= room or not kept):
            kept.add(name)
            room -= least[name] + _GAP
    widths = {}
    for name in columns:
        if name in kept:
            more = max(min(room, most[name] - least[name]), 0)
            room -= more
            widths[name] = least[name] + more
    return widths
