"""The commands of ``relay config``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from relay.cli.commands import Group, Invocation
from relay.cli.errors import FAILED, Failed

if TYPE_CHECKING:
    from relay.settings.documentation.tables import Documented


@click.group(cls=Group)
def config() -> None:
    """Print and check the settings of the daemon."""


def _complete_settings(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    from relay.settings.documentation.tables import every_setting

    return [one.name for one in every_setting() if one.name.startswith(incomplete)]


@config.command("docs")
@click.argument("name", required=False, shell_complete=_complete_settings)
@click.option("--markdown", is_flag=True, help="Print tables of Markdown.")
@click.pass_obj
def docs(invocation: Invocation, name: str | None, markdown: bool) -> None:
    """
    Print the documentation of settings: of all, of a section or of one setting.

    NAME is that of a section or a setting, such as log or log.access.
    """
    from relay.cli.output import Output
    from relay.settings.documentation import markdown as page

    chosen = _chosen(name)
    output = Output.of(invocation)
    if output.json:
        output.data([one.to_json() for one in chosen])
    elif markdown:
        tables = page.tables()
        if name is not None and name not in tables:
            raise Failed(
                "--markdown prints sections; leave the name of the setting out"
            )
        for section, lines in tables.items():
            if name in (None, section):
                click.echo("\n".join([f"## [{section}]", "", *lines, ""]))
    else:
        for one in chosen:
            output.line(one.name, style="bold")
            for line in _lines(one):
                output.line(f"  {line}")


def _chosen(name: str | None) -> list[Documented]:
    """
    Return the settings that a name stands for.

    :raises Failed: when there are none.
    """
    from difflib import get_close_matches

    from relay.settings.documentation.tables import every_setting

    settings = every_setting()
    found = [
        one
        for one in settings
        if name is None or one.name == name or one.name.startswith(f"{name}.")
    ]
    if not found:
        near = get_close_matches(str(name), [one.name for one in settings], n=1)
        advice = f"; did you mean {near[0]}?" if near else ""
        raise Failed(f"there is no setting {name}{advice}")
    return found


def _lines(one: Documented) -> list[str]:
    from relay.settings.documentation.toml import sentence, value

    lines = [sentence(one.description), f"type: {one.kind.describe('')}"]
    lines.append(
        "no default" if one.default is None else f"default: {value(one.default)}"
    )
    if one.example is not None:
        lines.append(f"example: {one.key} = {value(one.example)}")
    if one.variable is not None:
        lines.append(f"variable: {one.variable}")
    if one.next_start:
        lines.append("a change takes effect at the next start")
    return lines


@config.command("defaults")
@click.pass_obj
def defaults(invocation: Invocation) -> None:
    """
    Print a settings file with every setting at its default, as comments.

    With --json, the defaults by the names of the settings.
    """
    from relay.cli.output import Output
    from relay.settings.documentation.tables import every_setting
    from relay.settings.documentation.toml import settings_file

    output = Output.of(invocation)
    if output.json:
        output.data({one.name: one.default for one in every_setting()})
    else:
        click.echo(settings_file(), nl=False)


@config.command("env")
@click.pass_obj
def env(invocation: Invocation) -> None:
    """Print the environment variables of the settings."""
    from relay.cli.output import Output
    from relay.settings.documentation.tables import every_setting
    from relay.settings.documentation.toml import value
    from relay.settings.source import LISTENERS_VARIABLE

    rows: list[dict[str, Any]] = [
        {
            "variable": LISTENERS_VARIABLE,
            "setting": "gateway.listeners",
            "type": "endpoint strings between spaces",
            "default": None,
        }
    ]
    rows += [
        {
            "variable": one.variable,
            "setting": one.name,
            "type": one.kind.describe(""),
            "default": None if one.default is None else value(one.default),
        }
        for one in every_setting()
        if one.variable is not None
    ]
    Output.of(invocation).table(
        rows, {"variable": "VARIABLE", "type": "TYPE", "default": "DEFAULT"}
    )


@config.command("check")
@click.argument("file", type=click.Path())
@click.option(
    "--data-dir",
    metavar="DIR",
    default="./var",
    show_default=True,
    help="As of the daemon.",
)
@click.pass_obj
def check(invocation: Invocation, file: str, data_dir: str) -> int:
    """
    Check a settings file, and print every mistake with its line.

    The exit status is 0 if there is none, and 1 otherwise. Options and environment of
    the daemon and the files that settings name are checked by twistd relay --check.
    """
    from relay.cli.config.checking import mistakes_in
    from relay.cli.output import Output

    output = Output.of(invocation)
    mistakes = mistakes_in(file, data_dir)
    if output.json:
        output.data({"file": file, "mistakes": [one.to_json() for one in mistakes]})
    elif not mistakes:
        output.line(f"{file}: no mistakes")
    for one in mistakes if not output.json else ():
        place = f"{file}:{one.line}" if one.line is not None else file
        subject = f"{one.setting}: " if one.setting else ""
        output.line(f"{place}: {subject}{one.message}", style="red")
    return FAILED if mistakes else 0


@config.command("files")
@click.argument("name", required=False)
@click.pass_obj
def files(invocation: Invocation, name: str | None) -> None:
    """
    Print a file that comes with Relay, or list them.

    In a unit of systemd, the paths of commands are those of this installation.
    """
    from relay.cli.config.shipped import shipped_files, text_of
    from relay.cli.output import Output

    known = shipped_files()
    if name is None:
        Output.of(invocation).table([{"file": one} for one in known], {"file": "FILE"})
    elif name in known:
        click.echo(text_of(name), nl=False)
    else:
        raise Failed(f"there is no file {name}; relay config files lists the files")
