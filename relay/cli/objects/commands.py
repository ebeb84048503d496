"""The commands of a family of objects, made from its description."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from relay.cli.commands import Group, Invocation
from relay.cli.errors import DONE, Failed
from relay.cli.objects.body import from_file, with_options
from relay.cli.objects.family import Action, Body, Family, Member
from relay.cli.objects.reference import find, name_of, whole
from relay.cli.text import shown as escaped

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output

_YES = click.Option(["--yes", "-y"], is_flag=True, help="Do not ask.")
_FILE = click.Option(
    ["-f", "--file"],
    metavar="FILE",
    help="Read the object from a file in JSON or YAML; - is the standard input.",
)


def group_of(family: Family) -> click.Group:
    """Return the group of the commands of a family."""
    group = Group(family.name, help=family.help)
    group.add_command(_list(family))
    if family.shows:
        group.add_command(_show(family))
    if family.creates is not None:
        group.add_command(_create(family))
    if family.updates is not None:
        group.add_command(_update(family))
    if family.deletes:
        group.add_command(_delete(family))
    for action in family.actions:
        group.add_command(_action(family, action))
    return group


async def collection(client: Client, family: Family, given: Mapping[str, Any]) -> str:
    """
    Return the path of the collection.

    :param given: the arguments of the command, with the references of the parents.
    :raises Failed: if a parent is not found.
    """
    path = family.path
    ids: dict[str, str] = {}
    for parent in family.parents:
        reference = given.get(parent.option)
        if reference is None:
            continue
        above = parent.family
        of = above.path.format(**ids)
        one = await find(client, above, of, reference)
        ids[parent.option] = quote(str(one[above.key]), safe="")
    return path.format(**ids)


def object_path(family: Family, path: str, one: Mapping[str, Any]) -> str:
    """Return the path of an object in a collection."""
    return f"{path}/{quote(str(one[family.key]), safe='')}"


def confirm(question: str, given: Mapping[str, Any]) -> None:
    """
    Ask a question, unless ``--yes`` was given.

    :raises Failed: if there is nobody to ask.
    """
    if given["yes"]:
        return
    if not sys.stdin.isatty():
        raise Failed(f"{question} Confirm it with --yes")
    click.confirm(escaped(question), abort=True, err=True)


def _plural(family: Family) -> str:
    return family.name.replace("-", " ") if family.name != "apis" else "APIs"


def parent_options(family: Family) -> list[click.Parameter]:
    """Return the options that name the parents of a family."""
    return [
        click.Option(
            [f"--{parent.option}"],
            required=parent.required,
            metavar="REF",
            shell_complete=parent.family.completes,
            help=f"The {parent.family.word}, by id, hrid or name.",
        )
        for parent in family.parents
    ]


def _options(members: tuple[Member, ...]) -> list[click.Parameter]:
    return [
        click.Option([one.option], help=one.help, type=one.type, required=one.required)
        for one in members
    ]


def _reference(family: Family) -> click.Argument:
    return click.Argument(
        ["reference"],
        metavar=family.word.upper().replace(" ", "_"),
        shell_complete=family.completes,
    )


def command(
    name: str,
    help: str,
    parameters: list[click.Parameter],
    work: Callable[[Client, Output, dict[str, Any]], Any],
    prepare: Callable[[dict[str, Any]], None] = lambda given: None,
) -> click.Command:
    """
    Return a command that calls the server.

    :param work: the asynchronous part; takes the arguments by name.
    :param prepare: is called before the reactor runs, for questions and files.
    """

    @click.pass_obj
    def callback(invocation: Invocation, /, **given: Any) -> int:
        from relay.cli.running import run

        prepare(given)

        async def session(client: Client, output: Output) -> int | None:
            status = await work(client, output, given)
            return status if isinstance(status, int) else DONE

        return run(invocation, session)

    return click.Command(name, callback=callback, params=parameters, help=help)


def _list(family: Family) -> click.Command:
    async def work(client: Client, output: Output, given: dict[str, Any]) -> None:
        path = await collection(client, family, given)
        given = await _resolved(client, family.filters, given)
        query = with_options(dict(family.every), family.filters, given)
        document = await whole(client, family, path, query)
        rows = document["data"] if isinstance(document, dict) else document
        if output.json:
            output.data(document)
        else:
            output.table([_row(family, one) for one in rows], family.columns)

    parameters = [*parent_options(family), *_options(family.filters)]
    return command("list", f"List {_plural(family)}.", parameters, work)


def _row(family: Family, one: Mapping[str, Any]) -> dict[str, Any]:
    return {column: member(one, column) for column in family.columns}


def member(one: Any, path: str) -> Any:
    """Return a member of an object; None where it is missing."""
    for name in path.split("."):
        one = one.get(name) if isinstance(one, dict) else None
    return one


def shown(family: Family, output: Output, one: Any) -> None:
    """Print an object."""
    if output.json or not isinstance(one, dict):
        output.data(one)
        return
    columns = {**family.columns}
    row = {column: member(one, column) for column in columns}
    output.facts(row, {name: word.capitalize() for name, word in columns.items()})


def reveal(output: Output, one: Any, members: Mapping[str, str]) -> None:
    """
    Print what an object has only in the response that creates it.

    :param members: the words for the members, by their paths.
    """
    output.facts({path: member(one, path) for path in members}, members)


def _show(family: Family) -> click.Command:
    async def work(client: Client, output: Output, given: dict[str, Any]) -> None:
        path = await collection(client, family, given)
        one = await find(client, family, path, given["reference"])
        one = await client.call("GET", object_path(family, path, one), base=family.base)
        shown(family, output, one)
        if family.details is not None and not output.json:
            details = await family.details(client, one)
            output.facts(details, {word: word for word in details})

    parameters = [_reference(family), *parent_options(family)]
    return command("show", f"Show one {family.word}.", parameters, work)


async def _resolved(
    client: Client, members: tuple[Member, ...], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Replace the references among the options with ids."""
    resolved = dict(given)
    for one in members:
        reference = given.get(one.key)
        if one.reference is not None and reference is not None:
            family = one.reference
            path = await collection(client, family, given)
            found = await find(client, family, path, reference)
            resolved[one.key] = found[family.key]
    return resolved


def _read_file(given: dict[str, Any]) -> None:
    given["content"] = from_file(given["file"]) if given["file"] else None


def _create(family: Family) -> click.Command:
    members = family.creates or ()

    async def work(client: Client, output: Output, given: dict[str, Any]) -> None:
        path = await collection(client, family, given)
        resolved = await _resolved(client, members, given)
        content: Body | None = given["content"]
        body = with_options(content or {}, members, resolved)
        if not body:
            raise Failed("give a file with -f, or options")
        if content is None:
            body = family.completed(body)
        one = await client.call("POST", path, body=body, base=family.base)
        shown(family, output, one)
        if not output.json:
            reveal(output, one, family.reveals)

    parameters = [*parent_options(family), _FILE, *_options(members)]
    text = f"Create one {family.word}, from a file, from options, or from both."
    return command("create", text, parameters, work, _read_file)


def _update(family: Family) -> click.Command:
    members = family.updates or ()

    async def work(client: Client, output: Output, given: dict[str, Any]) -> None:
        path = await collection(client, family, given)
        found = await find(client, family, path, given["reference"])
        place = object_path(family, path, found)
        resolved = await _resolved(client, members, given)
        body = with_options(dict(given["content"] or {}), members, resolved)
        if not body:
            raise Failed("give a file with -f, or options")
        method = "PUT"
        if given["content"] is None and family.kept is None:
            method = "PATCH"
        elif given["content"] is None:
            now = await client.call("GET", place, base=family.base)
            body = {**{k: now[k] for k in family.kept or () if k in now}, **body}
        one = await client.call(method, place, body=body, base=family.base)
        shown(family, output, one)

    parameters = [
        _reference(family),
        *parent_options(family),
        _FILE,
        *_options(members),
    ]
    text = f"Replace one {family.word} with a file, or change it by options."
    return command("update", text, parameters, work, _read_file)


def _delete(family: Family) -> click.Command:
    def ask(given: dict[str, Any]) -> None:
        confirm(f"Delete {family.word} {given['reference']}{family.deletes}?", given)

    async def work(client: Client, output: Output, given: dict[str, Any]) -> None:
        path = await collection(client, family, given)
        one = await find(client, family, path, given["reference"])
        await client.call(
            "DELETE",
            object_path(family, path, one),
            query=family.delete_query,
            base=family.base,
        )
        output.done("deleted", name_of(family, one))

    parameters = [_reference(family), *parent_options(family), _YES]
    return command("delete", f"Delete one {family.word}.", parameters, work, ask)


def _action(family: Family, action: Action) -> click.Command:
    def ask(given: dict[str, Any]) -> None:
        if action.consequence:
            what = given.get("reference", "")
            question = f"{action.name.capitalize()} {family.word} {what}".rstrip()
            confirm(f"{question}{action.consequence}?", given)

    async def work(client: Client, output: Output, given: dict[str, Any]) -> None:
        path = await collection(client, family, given)
        name = ""
        if not action.collection:
            one = await find(client, family, path, given["reference"])
            path, name = object_path(family, path, one), name_of(family, one)
        resolved = await _resolved(client, action.members, given)
        body = with_options({}, action.members, resolved)
        answer = await client.call(
            action.method,
            f"{path}{action.suffix}",
            query=action.query,
            body=body if action.members else None,
            base=family.base,
        )
        if output.json and answer is not None:
            output.data(answer)
            return
        output.done(action.done, name or family.word)
        if isinstance(answer, dict):
            reveal(output, answer, action.reveals)

    parameters = [*parent_options(family), *_options(action.members)]
    if not action.collection:
        parameters.insert(0, _reference(family))
    if action.consequence:
        parameters.append(_YES)
    return command(action.name, action.help, parameters, work, ask)
