"""The tables of ``docs/reference/settings.md``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.settings.documentation.tables import Documented, Table, sections
from relay.settings.documentation.toml import value

_HEAD = ["| setting | type | default | meaning |", "|---|---|---|---|"]
_HEADING = re.compile(r"## \[+([\w.]+)\]+")


def tables() -> dict[str, list[str]]:
    """
    Return the lines of each table, by the name of its section; a list of tables of a
    section, such as ``gateway.listeners``, has a table of its own.
    """
    found: dict[str, list[str]] = {}
    for section in sections():
        found[section.name] = [*_HEAD]
        found[section.name] += _rows(section, "", found)
    return found


def updated(page: str) -> str:
    """
    Replace the tables of a page.

    :param page: with a heading ``## [SECTION]`` and a table of settings for each.
    :raises ValueError: when a section has no heading, or no table.
    """
    left = tables()
    lines: list[str] = []
    section, within = "", False
    for line in page.split("\n"):
        if line.startswith("## "):
            heading = _HEADING.fullmatch(line)
            section = heading[1] if heading else ""
        if line.startswith("| setting |") and section in left:
            lines += left.pop(section)
            within = True
        within = within and line.startswith("|")
        if not within:
            lines.append(line)
    if left:
        raise ValueError(f"no table for {', '.join(left)}")
    return "\n".join(lines)


def _rows(table: Table, prefix: str, found: dict[str, list[str]]) -> Iterator[str]:
    for one in table.settings:
        yield _row(f"{prefix}{one.key}", one)
    for inner in table.tables:
        key = inner.name.rpartition(".")[2]
        if inner.many and not prefix:
            found[inner.name] = [*_HEAD, *_rows(inner, "", found)]
        else:
            yield from _rows(inner, f"{prefix}{key}.", found)


def _row(name: str, one: Documented) -> str:
    default = "" if one.default is None else f"`{value(one.default)}`"
    meaning = "as for a listener" if one.like else one.description
    mark = " *(next start)*" if one.next_start else ""
    kind = one.kind.describe("`").replace("|", "\\|")
    return f"| `{name}` | {kind} | {default} | {meaning}{mark} |".replace("|  |", "| |")
