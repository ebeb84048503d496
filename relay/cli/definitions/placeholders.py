"""
Values of files that are taken from the environment, such as secrets.

A text with ``${{ env.NAME }}`` has the value of a variable in its place. ``$${{`` is
the escape for ``${{``: of two or more ``$`` before ``{{``, one is removed, and no
placeholder begins there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from relay.cli.errors import Failed
from relay.model.schema.errors import join

PLACEHOLDER = re.compile(r"\$\{\{ *env\.([A-Za-z_][A-Za-z0-9_]*) *\}\}")
"""Matches a placeholder; the group is the name of the variable."""
_ESCAPE = re.compile(r"\$(\$+)(?=\{\{)")
_OPENING = re.compile(r"\$+(?=\{\{)")
_TOKEN = re.compile(f"{_ESCAPE.pattern}|{PLACEHOLDER.pattern}")
OWN = "RELAY_"
"""Variables of the environment that begin so configure Relay, with passwords and
tokens: no placeholder has their values."""
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)")


def placeholder(name: str) -> str:
    """Return the placeholder for a variable."""
    return f"${{{{ env.{name} }}}}"


def escaped(value: Any) -> Any:
    """Copy JSON so that :func:`filled` returns its texts and names as they are."""
    if isinstance(value, dict):
        return {escaped(key): escaped(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [escaped(one) for one in value]
    return _OPENING.sub(r"$\g<0>", value) if isinstance(value, str) else value


def unescaped(name: str) -> str:
    """Undo the escapes in the name of a member."""
    return _ESCAPE.sub(r"\1", name)


def of_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of an environment that placeholders can have."""
    return {
        name: value for name, value in environment.items() if not name.startswith(OWN)
    }


def filled(
    value: Any, variables: Mapping[str, str], missing: dict[str, str], at: str = ""
) -> Any:
    """
    Copy JSON with the values of variables in place of the placeholders in its texts.

    Escapes are undone in texts and in the names of members; a name has no placeholders.

    :param missing: receives the variables that are not set, each with the location of
        its first placeholder.
    :param at: the location of the value.
    """
    if isinstance(value, dict):
        return {
            unescaped(key): filled(one, variables, missing, join(at, key))
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
        dollars, name = found.groups()
        if dollars:
            return dollars
        if name not in variables:
            missing.setdefault(name, at)
        return variables.get(name, found[0])

    return _TOKEN.sub(fill, value)


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
