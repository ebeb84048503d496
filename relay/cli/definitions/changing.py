"""``relay diff``, ``apply`` and ``sync``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from relay.cli.commands import Invocation
from relay.cli.definitions.files import STDIN
from relay.cli.definitions.given import Given
from relay.cli.definitions.options import deletes, fills, reads_files
from relay.cli.definitions.selection import Selection
from relay.cli.errors import DIFFERS, DONE, FAILED, Failed

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.definitions.planning import Plan, Step
    from relay.cli.definitions.reading import Definitions
    from relay.cli.output import Output


@click.command()
@reads_files
@fills
@click.option(
    "--prune", is_flag=True, help="Show what apply --prune and sync would delete."
)
@click.pass_obj
def diff(
    invocation: Invocation,
    files: tuple[str, ...],
    selection: Selection,
    waive: tuple[str, ...],
    env_file: str | None,
    prune: bool,
) -> int:
    """
    Compare definitions with the server, field by field.

    The exit status is 2 if anything differs.
    """
    from relay.cli.definitions.documents import print_problems
    from relay.cli.definitions.printing import print_plan
    from relay.cli.running import run

    given = Given(files, selection, waive, env_file)
    definitions = given.read()

    async def work(client: Client, output: Output) -> int:
        plan = await plan_of(client, given, definitions, prune)
        print_problems(output, definitions.problems)
        print_plan(output, plan)
        return DIFFERS if plan.differs else DONE

    return run(invocation, work)


@click.command()
@reads_files
@fills
@click.option("--prune", is_flag=True, help="Delete what the files do not have.")
@deletes
@click.pass_obj
def apply(
    invocation: Invocation,
    files: tuple[str, ...],
    selection: Selection,
    waive: tuple[str, ...],
    env_file: str | None,
    prune: bool,
    yes: bool,
) -> int:
    """
    Create and update what the files define.

    Everything is checked before the first change. A run that was interrupted is
    continued by running the command again.
    """
    return change(invocation, Given(files, selection, waive, env_file), prune, yes)


@click.command()
@reads_files
@fills
@deletes
@click.pass_obj
def sync(
    invocation: Invocation,
    files: tuple[str, ...],
    selection: Selection,
    waive: tuple[str, ...],
    env_file: str | None,
    yes: bool,
) -> int:
    """
    Create, update and delete so that the server has what the files define.

    Only kinds that the files have, or --select names, are deleted.
    """
    return change(invocation, Given(files, selection, waive, env_file), True, yes)


def change(invocation: Invocation, given: Given, prune: bool, yes: bool) -> int:
    """Read definitions, print the plan, and carry it out."""
    from relay.cli.definitions.documents import print_problems
    from relay.cli.running import run

    definitions = given.read()

    async def work(client: Client, output: Output) -> int:
        plan = await plan_of(client, given, definitions, prune)
        print_problems(output, definitions.problems)
        return await carry_out(client, output, plan, yes, STDIN in given.files)

    return run(invocation, work)


async def plan_of(
    client: Client, given: Given, definitions: Definitions, prune: bool
) -> Plan:
    """
    Compare the selected definitions with the server.

    :raises Failed: if a condition of ``--select`` selects nothing in the files, except
        a kind of which everything is deleted.
    """
    from relay.cli.definitions.planning import list_existing, make_plan
    from relay.cli.definitions.reading import Definitions

    chosen = Definitions(given.selected(definitions, prune))
    kinds = {one.key.kind for one in definitions.found} | set(given.selection.kinds)
    existing = await list_existing(client, kinds)
    pruned = set()
    if prune:
        pruned = {
            key
            for key in existing.selected(given.selection) - definitions.keys
            if key.kind in kinds
        }
    return await make_plan(client, chosen, existing, pruned)


async def carry_out(
    client: Client, output: Output, plan: Plan, yes: bool, stdin_is_read: bool
) -> int:
    """
    Print a plan, ask before anything is deleted or ended, and carry it out.

    :param stdin_is_read: whether the answer cannot come from the standard input.
    """
    from relay.cli.definitions.applying import apply_plan, shown_once
    from relay.cli.definitions.printing import (
        print_plan,
        print_result,
        print_secrets,
    )
    from relay.cli.progress import progress

    if not output.json:
        print_plan(output, plan)
    if plan.losses and not yes:
        deleted, lost = plan.counts()["deleted"], plan.ended
        if stdin_is_read or output.json or not sys.stdin.isatty():
            raise Failed(
                f"{deleted} would be deleted and {lost} ended by updates; --yes does "
                "it without asking",
                plan.losses,
            )
        question = f"Delete {deleted}" if deleted else ""
        if lost:
            question += f"{' and end' if deleted else 'End'} {lost} by updates"
        click.confirm(f"{question}?", abort=True, err=True)
    created: list[dict[str, Any]] = []
    total = sum(step.action != "same" for step in plan.steps)
    with progress(output, "Applying", total) as advance:

        def ended(step: Step, answer: Mapping[str, Any]) -> None:
            advance()
            secrets = shown_once(answer)
            if secrets and output.json:
                created.append(
                    {"kind": step.key.kind, "hrid": step.key.hrid, **secrets}
                )
            elif secrets:
                print_secrets(output, step, secrets)

        applied = await apply_plan(client, plan, ended)
    print_result(output, plan, applied, created)
    return FAILED if applied.failed else DONE
