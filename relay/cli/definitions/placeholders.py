"""Values of files that are taken from the environment, such as secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from relay.cli.errors import Failed
from relay.model.schema.errors import join

PLACEHOLDER = re.compile(r"\$\{\{ *env\.([A-Za-z_][A-Za-z0-9_]*) *\}\}")
"""Matches a placeholder; the group is the name of the variable."""
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")


def placeholder(name: str) -> str:
    """Return the placeholder for a variable."""
    return f"${{{{ env.{name} }}}}"


def filled(
    value: Any, variables: Mapping[str, str], missing: dict[str, str], at: str = ""
) -> Any:
    """
    Copy JSON with the values of variables in place of the placeholders in its texts.

    :param missing: receives the variables that are not set, each with the location of
        its first placeholder.
    :param at: the location of the value.
    """
    if isinstance(value, dict):
        return {
            key: filled(one, variables, missing, join(at, key))
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [
            filled(one, variables, missing, join(at, number))
            for number, one in enumerate(value)
        ]
    if not isinstance(value, str) or "${{" not in value:
        return value

    def fill(found: re.Match[str]) -> str:
        if found[1] not in variables:
            missing.setdefault(found[1], at)
        return variables.get(found[1], found[0])

    return PLACEHOLDER.sub(fill, value)


def read_variables(path: str) -> dict[str, str]:
    """
    Read a file of lines ``NAME=value``; empty lines and comments (``#``) are left
    aside.

    The value is the rest of the line as it is; a line break in it is written ``\\n``,
    and a backslash ``\\\\``.

    :raises Failed: if it cannot be read, or a line is something else.
    """
    try:
        lines = Path(path).read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"cannot read {path}: {error}") from error
    variables = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not (found := _LINE.fullmatch(line)):
            raise Failed(f"{path}:{number}: must be NAME=value")
        variables[found[1]] = _ESCAPED.sub(
            lambda one: _UNESCAPED.get(one[1], one[0]), found[2]
        )
    return variables


def write_variable(name: str, value: str) -> str:
    """Return the line for a variable."""
    escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{name}={escaped}\n"


_ESCAPED = re.compile(r"\\(.)")
_UNESCAPED = {"n": "\n", "r": "\r", "\\": "\\"}
