"""Rules that every command follows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import click

from relay.cli import running
from relay.cli.commands import Invocation
from relay.cli.main import invoke, program
from tests.cli.config_case import ConfigCase

NARROW = 40
LONGEST_WORD = 8
"""By how much a column of help is exceeded by its longest words."""


def commands(
    command: click.Command = program, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return every command with its path, those of groups included."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, obj=Invocation())
        for name in command.list_commands(context):
            one = command.get_command(context, name)
            assert one is not None, (path, name)
            yield from commands(one, (*path, name))


class CommandTests(ConfigCase):
    """What holds for all of them."""

    def test_help(self) -> None:
        """Every command has help that fits a narrow terminal."""
        self.patch_environment(COLUMNS=str(NARROW))
        for path, command in commands():
            with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
                status = invoke([*path, "--help"])
            self.assertEqual((path, status, err.getvalue()), (path, 0, ""))
            text = out.getvalue()
            self.assertIn("Usage:", text)
            self.assertNotIn("\x1b", text)
            # A word that is longer than its column cannot be wrapped, and examples
            # are not.
            written = [line.strip() for line in (command.help or "").splitlines()]
            long = [
                line
                for line in text.splitlines()
                if len(line) > NARROW + LONGEST_WORD and line.strip() not in written
            ]
            self.assertEqual((path, long), (path, []))

    def test_descriptions(self) -> None:
        """Every command and option states what it does, in a sentence."""
        for path, command in commands():
            first = (command.help or "").strip().partition("\n\n")[0]
            self.assertRegex(first, r"(?s)^[A-Z].*\.$", str(path))
            for one in command.params:
                if isinstance(one, click.Option):
                    self.assertTrue(one.help, (path, one.opts))

    def test_files_complete(self) -> None:
        """What takes a file or a directory is completed by shells as such."""
        found = 0
        for path, command in commands():
            context = click.Context(command, obj=Invocation())
            for one in command.params:
                names = set(one.make_metavar(context).strip("[].").split("|"))
                if not names & {"FILE", "DIR"}:
                    named = {option.rpartition("-")[2] for option in one.opts}
                    self.assertFalse(named & {"file", "dir", "ca"}, (path, one.opts))
                    continue
                kinds = {item.type for item in one.shell_complete(context, "r2/sh")}
                self.assertEqual(
                    kinds, {"file" if "FILE" in names else "dir"}, (path, one.opts)
                )
                found += 1
        self.assertGreater(found, 15)

    def test_apis_complete(self) -> None:
        """What names an API is completed from the server."""
        asked = 0

        def ask(work: object) -> None:
            nonlocal asked
            asked += 1

        self.patch(running, "run_reactor", ask)
        found = 0
        for path, command in commands():
            context = click.Context(command, obj=Invocation())
            for one in command.params:
                called = one.name == "url" and path[0] not in ("doctor", "login")
                named = "--api" in one.opts or one.name == "api"
                if named or called or one.metavar == "API":
                    one.shell_complete(context, "ord")
                    found += 1
                    self.assertEqual(asked, found, (path, one.opts))
        self.assertGreater(found, 40)

    def test_no_server(self) -> None:
        """Commands of objects name the way to a server, without a traceback."""
        os.environ.pop("RELAY_URL", None)
        with redirect_stderr(StringIO()) as err:
            self.assertEqual(invoke(["apis", "list"]), 1)
        self.assertIn("relay login", err.getvalue())
