"""``relay dump`` and ``export``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from relay.cli.commands import Invocation
from relay.cli.definitions.files import STDIN, SUFFIXES
from relay.cli.definitions.options import deletes
from relay.cli.definitions.selection import Selection
from relay.cli.definitions.validating import FORMATS
from relay.cli.errors import Failed
from relay.cli.hrids import complete_apis

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.definitions.definition import Definition, Key
    from relay.cli.definitions.dumping import Dump
    from relay.cli.definitions.secrets import Concealing
    from relay.cli.output import Output
    from relay.model.secrets import Masking

_ENV_FILE = click.option(
    "--env-file",
    metavar="FILE",
    help="Write the secrets to this file (mode 0600), for apply --env-file.",
)


@click.command()
@click.option(
    "-f",
    "--file",
    "target",
    required=True,
    metavar="DIR|FILE|-",
    help="Write to a directory, a YAML file, or the standard output.",
)
@click.option(
    "--select",
    "selection",
    multiple=True,
    metavar="CONDITION",
    callback=lambda context, parameter, value: Selection.parse(value),
    help="Only objects with kind=KIND, label=PATTERN or hrid=PATTERN.",
)
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace the files of an earlier dump, and remove those of objects that are"
    " gone.",
)
@_ENV_FILE
@deletes
@click.pass_obj
def dump(
    invocation: Invocation,
    target: str,
    selection: Selection,
    overwrite: bool,
    env_file: str | None,
    yes: bool,
) -> int:
    """
    Write the definitions of the server to files, without secrets.

    Secrets are replaced with placeholders such as ${{ env.NAME }}.
    """
    from relay.cli.running import run
    from relay.installed import find_installed
    from relay.model.secrets import Masking

    catalog = find_installed().catalog
    masking = Masking(catalog.type_of)
    check_target(target, overwrite)

    async def work(client: Client, output: Output) -> None:
        from relay.cli.definitions.documents import print_documents
        from relay.cli.definitions.dumping import dump as read

        dumped = await read(client, catalog, selection)
        documents, concealing = concealed(dumped.found, "crd", masking)
        texts, removed = plan_files(target, documents, dumped, selection)
        confirm_removal(output, removed, yes)
        if target == STDIN:
            print_documents(output, [one for _, one in documents])
        for path, text in texts.items():
            _write(path, text, 0o644)
        for path in removed:
            path.unlink()
        write_variables(env_file, concealing, output)
        if target != STDIN:
            if output.json:
                output.data(
                    {
                        "files": [str(one) for one in texts],
                        "removed": [str(one) for one in removed],
                        "variables": sorted(concealing.variables),
                        "unknown": sorted(concealing.unknown),
                    }
                )
            else:
                output.line(f"{len(texts)} files written")

    return run(invocation, work)


@click.command()
@click.argument("api", shell_complete=complete_apis)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    default="v4",
    show_default=True,
    help="The dialect: as the management API exports it, for gateways, or as a file.",
)
@_ENV_FILE
@click.pass_obj
def export(invocation: Invocation, api: str, format_: str, env_file: str | None) -> int:
    """
    Print the definition of an API, given by its hrid or id, without secrets.

    Secrets are replaced with placeholders such as ${{ env.NAME }}.
    """
    from relay.cli.running import run
    from relay.installed import find_installed
    from relay.model.secrets import Masking

    catalog = find_installed().catalog
    masking = Masking(catalog.type_of)

    async def work(client: Client, output: Output) -> None:
        from relay.cli.definitions.documents import print_documents
        from relay.cli.definitions.dumping import read_api

        cross_ids = format_ in ("v4", "gateway")
        definition = await read_api(client, catalog, api, cross_ids)
        documents, concealing = concealed([definition], format_, masking)
        print_documents(output, [one for _, one in documents])
        write_variables(env_file, concealing, output)

    return run(invocation, work)


def concealed(
    definitions: Iterable[Definition], format: str, masking: Masking
) -> tuple[list[tuple[Key, dict[str, Any]]], Concealing]:
    """
    Write definitions without secrets.

    :returns: the key of each, with its document, and the placeholders.
    """
    from relay.cli.definitions.secrets import Concealing
    from relay.cli.definitions.writing import written

    concealing = Concealing(masking)
    documents = []
    for one in definitions:
        prefix = "_".join(filter(None, (one.key.api, one.key.hrid)))
        document = concealing.concealed(prefix, written(one, format))
        documents.append((one.key, document))
    return documents, concealing


def check_target(target: str, overwrite: bool) -> None:
    """
    Check where a dump is written to.

    :raises Failed: if there are files that would be replaced.
    """
    path = Path(target)
    if target == STDIN or overwrite:
        return
    if path.is_dir() and any(path.iterdir()):
        raise Failed(f"{target} is not empty; --overwrite replaces an earlier dump")
    if path.is_file():
        raise Failed(f"{target} exists; --overwrite replaces it")


def plan_files(
    target: str,
    documents: list[tuple[Key, dict[str, Any]]],
    dumped: Dump,
    selection: Selection,
) -> tuple[dict[Path, str], list[Path]]:
    """
    Check where a dump is written to, before anything is.

    :returns: the files that are written, with their texts, and those that are removed;
        none for the standard output.
    :raises Failed: if a file cannot be written, or would be lost.
    """
    from relay.cli.definitions.documents import yaml_of
    from relay.cli.definitions.dump_files import check_replaced, file_of, gone

    if target == STDIN:
        return {}, []
    if target.endswith(SUFFIXES):
        if target.endswith(".json"):
            raise Failed("a dump is a YAML file, or a directory")
        return {Path(target): yaml_of(one for _, one in documents)}, []
    root = Path(target)
    texts = {file_of(key): yaml_of([one]) for key, one in documents}
    check_replaced(root, texts)
    removed = gone(root, dumped.existing, selection)
    return {root / path: text for path, text in texts.items()}, removed


def confirm_removal(output: Output, paths: Sequence[Path], yes: bool) -> None:
    """
    List files that are removed, and ask.

    :raises Failed: if there is nobody to ask.
    """
    if not output.json:
        for path in paths:
            output.line(f"removing {path}", "red")
    if paths and not yes:
        if output.json or not sys.stdin.isatty():
            raise Failed(
                "files would be removed; --yes removes without asking",
                [str(path) for path in paths],
            )
        click.confirm(f"Remove {len(paths)} files?", abort=True, err=True)


def write_variables(path: str | None, concealing: Concealing, output: Output) -> None:
    """Write the secrets, or note that there are some, and those that are masked."""
    from relay.cli.definitions.placeholders import write_variable

    variables = concealing.variables
    if concealing.unknown:
        output.note(
            f"Warning: {len(concealing.unknown)} secrets are masked for this user, and"
            f" their values unknown: {', '.join(concealing.unknown)}",
            "yellow",
        )
    if path is not None:
        lines = (write_variable(name, one) for name, one in variables.items())
        _write(Path(path), "".join(lines), 0o600)
    elif variables:
        output.note(
            f"{len(variables)} secrets are placeholders; --env-file writes their values"
        )


def _write(path: Path, text: str, mode: int) -> None:
    """Replace a file, or leave it as it is."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=".relay-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(written, mode)
        os.replace(written, path)
    except OSError as error:
        raise Failed(f"cannot write {path}: {error.strerror}") from error
