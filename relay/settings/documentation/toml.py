"""The settings file with every setting at its default, as comments."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from relay.settings.documentation.tables import Documented, Table, plain, sections

_WIDTH = 88
_HEAD = (
    "Every setting of Relay, at its default. A line that begins with # and a name is a "
    'setting; remove the # to change it. Settings marked "no default" show an example.',
    "A command-line option takes precedence over an environment variable "
    "RELAY__SECTION__NAME, and a variable over this file. Durations end in _ms, sizes "
    "in _bytes. {data_dir} stands for the directory given by --data-dir. Relative "
    "paths start at the daemon's working directory. A changed setting takes effect "
    'with a reload, except those marked "next start".',
)


def settings_file() -> str:
    """Return the text of ``relay.toml``."""
    lines = []
    for paragraph in _HEAD:
        lines += [*_comment(paragraph), "#"]
    lines.pop()
    for section in sections():
        lines += ["", f"[{section.name}]", *_comment(section.description), "#"]
        lines += _settings(section)
        for table in section.tables:
            lines += _table(table)
    return "\n".join(lines) + "\n"


def value(of: object) -> str:
    """
    Write a value as TOML.

    :param of: a boolean, number, text, or a list of them.
    """
    # What JSON escapes in such values TOML escapes in the same way.
    return json.dumps(of, ensure_ascii=False)


def sentence(text: str) -> str:
    """Return a description as a sentence, without the signs of Markdown."""
    text = plain(text)
    first = text.split(maxsplit=1)[0] if text else ""
    word = first.rstrip(".,;:").isalpha()
    begins = text[:1].upper() + text[1:] if word else text
    return begins if begins.endswith(".") else f"{begins}."


def _table(table: Table) -> Iterator[str]:
    signs = ("[[", "]]") if table.many else ("[", "]")
    yield ""
    notes = "" if any(one.default for one in table.settings) else " No default."
    yield from _comment(sentence(table.description) + notes)
    yield f"#{signs[0]}{table.name}{signs[1]}"
    yield from _settings(table)
    for inner in table.tables:
        yield from _table(inner)


def _settings(table: Table) -> Iterator[str]:
    for one in table.settings:
        if not one.like:
            yield from _comment(_described(one))
        shown = one.default if one.example is None else one.example
        yield f"#{one.key} = {value(shown)}"


def _described(one: Documented) -> str:
    parts = [sentence(one.description)]
    if one.kind.choices:
        parts.append(f"""{one.kind.describe('"')}.""")
    elif one.kind.limits:
        parts.append(f"{one.kind.limits.capitalize()}.")
    if one.default is None:
        parts.append("No default.")
    if one.next_start:
        parts.append("(next start)")
    return " ".join(parts)


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
