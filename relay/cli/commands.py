"""Groups of commands that are imported when they are called, and the global options."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import click


class Lazy(NamedTuple):
    """A command that is imported when it is called."""

    target: str
    """``module:name`` of the command."""
    help: str
    """The line for it in the help of its group."""


@dataclass
class Invocation:
    """The global options of one call of ``relay``; the object of its contexts."""

    json: bool = False
    color: bool = True
    profile: str | None = None
    """The name of a profile; None for the current one, or the environment."""


class Group(click.Group):
    """
    A group whose commands are imported when they are called.

    All commands below it accept the global options.

    :param lazy: the commands that are not imported yet, by name.
    """

    def __init__(
        self, *args: Any, lazy: Mapping[str, Lazy] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *self._lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported if it was not."""
        command = super().get_command(ctx, cmd_name)
        if command is None and cmd_name in self._lazy:
            command = self._import(cmd_name)
            self.add_command(command, cmd_name)
        if command is not None:
            accept_global_options(command)
            complete_paths(command)
        return command

    def _import(self, name: str) -> click.Command:
        module, _, attribute = self._lazy[name].target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of commands, without importing the lazy ones."""
        rows = []
        for name in self.list_commands(ctx):
            if name in self._lazy:
                rows.append((name, self._lazy[name].help))
            elif (command := self.commands[name]) and not command.hidden:
                rows.append((name, command.get_short_help_str(formatter.width)))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem]:
        """Return the commands that begin with what was typed, importing none."""
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            click.shell_completion.CompletionItem(name, help=self._short_help(name))
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]

    def _short_help(self, name: str) -> str:
        if name in self._lazy:
            return self._lazy[name].help
        return self.commands[name].get_short_help_str()


def accept_global_options(command: click.Command) -> None:
    """Add the global options to a command that does not have them yet."""
    names = {option for one in command.params for option in one.opts}
    command.params += [
        option for option in _global_options() if not set(option.opts) & names
    ]


def complete_paths(command: click.Command) -> None:
    """Let shells complete the parameters whose metavar names FILE or DIR."""
    for one in command.params:
        named = set((one.metavar or "").split("|"))
        if named & {"FILE", "DIR"} and isinstance(
            one.type, click.types.StringParamType
        ):
            # Whether it can be read is for the command, which knows what it is for.
            one.type = click.Path(file_okay="FILE" in named, readable=False)


def _global_options() -> Sequence[click.Option]:
    return (
        click.Option(
            ["--json"],
            is_flag=True,
            expose_value=False,
            callback=_set("json"),
            help="Print JSON.",
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            expose_value=False,
            callback=_set("color", False),
            help="Print no colours.",
        ),
        click.Option(
            ["--profile"],
            metavar="NAME",
            expose_value=False,
            callback=_set("profile"),
            shell_complete=_complete_profiles,
            help="Use this profile.",
        ),
    )


def _set(name: str, to: Any = None) -> Any:
    def callback(
        context: click.Context, parameter: click.Parameter, value: Any
    ) -> None:
        if value:
            invocation = context.ensure_object(Invocation)
            setattr(invocation, name, value if to is None else to)

    return callback


def _complete_profiles(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    from relay.cli.profiles import read_profiles

    try:
        names = sorted(read_profiles().profiles)
    except (click.ClickException, OSError):
        return []
    return [name for name in names if name.startswith(incomplete)]
