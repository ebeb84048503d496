"""``relay validate`` and ``relay convert``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from relay.cli.commands import Invocation
from relay.cli.definitions.given import Given
from relay.cli.definitions.options import fills, reads_files
from relay.cli.definitions.selection import Selection

if TYPE_CHECKING:
    from relay.cli.definitions.definition import Definition
    from relay.cli.definitions.reading import Definitions
    from relay.cli.output import Output

FORMATS = ("crd", "automation", "v4", "gateway")
"""The dialects that definitions are written in."""


@click.command()
@reads_files
@fills
@click.pass_obj
def validate(
    invocation: Invocation,
    files: tuple[str, ...],
    selection: Selection,
    waive: tuple[str, ...],
    env_file: str | None,
) -> None:
    """
    Check definitions; no server is called.

    Without --env-file, placeholders whose variables are not set are taken as valid.
    What a server knows, such as the paths of its other APIs, is checked by relay diff.
    """
    from relay.cli.output import Output

    given = Given(files, selection, waive, env_file)
    definitions = given.read(without_values=True)
    output = Output.of(invocation)
    print_valid(output, given.selected(definitions), definitions)


def print_valid(
    output: Output, chosen: list[Definition], definitions: Definitions
) -> None:
    """
    Print the definitions that were found, the warnings, and the variables without a
    value.

    :param chosen: those that were selected.
    """
    from relay.cli.definitions.documents import print_problems

    if output.json:
        output.data(
            {
                "definitions": [
                    {
                        "kind": one.key.kind,
                        "hrid": one.key.hrid,
                        "dialect": one.dialect,
                        "file": one.file,
                    }
                    for one in chosen
                ],
                "problems": [one.to_json() for one in definitions.problems],
                "unset": sorted(definitions.unset),
            }
        )
        return
    print_problems(output, definitions.problems)
    if unset := sorted(definitions.unset):
        noun = "variable has" if len(unset) == 1 else "variables have"
        output.note(f"{len(unset)} {noun} no value: {', '.join(unset)}")
    noun = "definition" if len(chosen) == 1 else "definitions"
    output.line(f"{len(chosen)} valid {noun}")


@click.command()
@click.option(
    "--to",
    "format_",
    type=click.Choice(FORMATS),
    required=True,
    help="The dialect to write.",
)
@reads_files
@click.pass_obj
def convert(
    invocation: Invocation,
    format_: str,
    files: tuple[str, ...],
    selection: Selection,
    waive: tuple[str, ...],
) -> None:
    """
    Print definitions in another dialect; no server is called.

    What a definition asks and Relay does not have is printed as a warning, or refused.
    """
    from relay.cli.definitions.documents import print_documents, print_problems
    from relay.cli.definitions.placeholders import escaped
    from relay.cli.definitions.writing import written
    from relay.cli.output import Output

    output = Output.of(invocation)
    given = Given(files, selection, waive)
    definitions = given.read()
    documents = [escaped(written(one, format_)) for one in given.selected(definitions)]
    print_problems(output, definitions.problems)
    print_documents(output, documents)
