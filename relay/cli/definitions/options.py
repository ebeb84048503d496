"""The options that several commands for definitions have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from relay.cli.definitions.selection import Selection

Command = Callable[..., Any]


def _selection(
    context: click.Context, parameter: click.Parameter, value: tuple[str, ...]
) -> Selection:
    return Selection.parse(value)


_FILES = (
    click.option(
        "-f",
        "--file",
        "files",
        multiple=True,
        required=True,
        metavar="FILE|DIR|-",
        help="Read a file, all files of a directory, or the standard input.",
    ),
    click.option(
        "--select",
        "selection",
        multiple=True,
        metavar="CONDITION",
        callback=_selection,
        help="Only definitions with kind=KIND, label=PATTERN or hrid=PATTERN.",
    ),
    click.option(
        "--waive",
        multiple=True,
        metavar="PATH",
        help="Leave out what a severe problem at this location is about.",
    ),
)
_VARIABLES = click.option(
    "--env-file",
    metavar="FILE",
    help="Read values of ${{ env.NAME }} from a file of lines NAME=value.",
)
_YES = click.option("--yes", is_flag=True, help="Delete and end without asking.")


def reads_files(command: Command) -> Command:
    """Add the options of commands that read definitions."""
    for option in reversed(_FILES):
        command = option(command)
    return command


def fills(command: Command) -> Command:
    """Add the options of commands that fill in values of the environment."""
    return _VARIABLES(command)


def deletes(command: Command) -> Command:
    """Add the options of commands that delete."""
    return _YES(command)
