"""``relay``: its commands, their options, and its exit status."""

from __future__ import annotations

import json
import subprocess
import sys

import click

from relay.cli.commands import Group
from relay.cli.main import program
from tests.cli.config_case import ConfigCase

HEAVY = (
    "twisted",
    "treq",
    "klein",
    "pydantic",
    "rich",
    "OpenSSL",
    "yaml",
    "sqlalchemy",
)
_IMPORTED = """
import sys
from relay.cli.main import invoke
status = invoke(sys.argv[1:])
print(status, *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def imported(*arguments: str, environment: dict[str, str] | None = None) -> list[str]:
    """Return the exit status of a call, and the packages that it has imported."""
    ended = subprocess.run(
        [sys.executable, "-c", _IMPORTED, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return ended.stderr.splitlines()[-1].split()


def commands(
    command: click.Command, context: click.Context
) -> list[tuple[str, click.Command]]:
    """Return all commands below one, with their paths."""
    found = [(context.command_path, command)]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found += commands(below, click.Context(below, context, name))
    return found


class MainTests(ConfigCase):
    """What all commands have in common."""

    def test_help_imports_nothing_heavy(self) -> None:
        """Neither the help nor the completion of a group waits for an import."""
        for name in ("", "profiles", "ping", "apis", "users", "config", "doctor"):
            arguments = [*name.split(), "--help"]
            status, *names = imported(*arguments)
            self.assertEqual(status, "0")
            self.assertEqual(set(names) & set(HEAVY), set(), arguments)

    def test_every_command_accepts_the_global_options(self) -> None:
        """Before and after its name; the table names commands that exist."""
        found = commands(program, click.Context(program, info_name="relay"))
        self.assertGreater(len(found), 6)
        for path, command in found:
            options = [option for one in command.params for option in one.opts]
            for name in ("--json", "--no-color", "--profile"):
                self.assertEqual(options.count(name), 1, f"{path} {name}")

    def test_every_command_has_help(self) -> None:
        """The line in the table of a group is that of the command."""
        for path, command in commands(
            program, click.Context(program, info_name="relay")
        ):
            self.assertTrue(command.help, path)
            if isinstance(command, click.Group):
                self.assertIsInstance(command, Group, path)

    def test_global_options_in_any_place(self) -> None:
        """The result is the same."""
        first = self.call("--json", "profiles", "list")
        last = self.call("profiles", "list", "--json")
        self.assertEqual((first, first[:2]), (last, (0, "[]\n")))

    def test_usage_errors_have_status_1(self) -> None:
        """2 means that something differs."""
        for arguments in (("nope",), ("ping", "--nope"), ("profiles", "use"), ()):
            self.assertEqual(self.call(*arguments)[0], 1, arguments)

    def test_errors_as_json(self) -> None:
        """On the standard error, so that the output has results only."""
        for arguments in (("profiles", "use", "a"), ("nope",)):
            status, out, err = self.call("--json", *arguments)
            self.assertEqual((status, out), (1, ""))
            self.assertIn("message", json.loads(err)["error"])
        status, _, err = self.call("profiles", "use", "a")
        self.assertEqual(
            (status, err), (1, "relay: there is no profile a; the profiles: none\n")
        )

    def test_no_secret_on_a_command_line(self) -> None:
        """No option takes a password, a token or a key as its value."""
        for path, command in commands(
            program, click.Context(program, info_name="relay")
        ):
            for option in command.params:
                secret = {"--password", "--token", "--key", "--secret"}
                if secret & set(option.opts):
                    self.assertTrue(getattr(option, "is_flag", False), path)
