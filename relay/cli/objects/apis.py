"""``relay apis``, ``relay plans`` and ``relay deployments``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from relay.cli.differences import difference_line
from relay.cli.errors import DIFFERS, DONE
from relay.cli.hrids import complete_apis
from relay.cli.objects.commands import (
    collection,
    command,
    group_of,
    parent_options,
)
from relay.cli.objects.family import Action, Body, Family, Member, Parent
from relay.cli.objects.reference import find

if TYPE_CHECKING:
    from relay.cli.client import Client
    from relay.cli.output import Output

_NAME = Member("--name", "name", "Its name.")
_DESCRIPTION = Member("--description", "description", "Its description.")


def _proxy(body: Body) -> Body:
    """Complete the definition of an API that leads to an event stream."""
    target, path = body.pop("target", None), body.pop("path", None)
    listener = {
        "type": "HTTP",
        "paths": [{"path": path}] if path else [],
        "entrypoints": [{"type": "http-proxy"}],
    }
    endpoint = {
        "name": "default",
        "type": "http-proxy",
        "inheritConfiguration": True,
        "configuration": {"target": target},
    }
    group = {
        "name": "default-group",
        "type": "http-proxy",
        "sharedConfiguration": {},
        "endpoints": [endpoint],
    }
    return {
        "definitionVersion": "V4",
        "apiVersion": "1.0",
        "type": "PROXY",
        "listeners": [listener],
        "endpointGroups": [group],
        **body,
    }


async def _details(client: Client, api: Body) -> dict[str, Any]:
    """Return where clients reach an API, and what it reaches, without queries."""
    paths = [
        path["path"]
        for listener in api.get("listeners") or ()
        for path in listener.get("paths") or ()
    ]
    urls = []
    if api.get("state") == "STARTED":
        urls = await client.call("GET", f"/apis/{api['id']}/exposedEntrypoints")
    targets = []
    for group in api.get("endpointGroups") or ():
        for endpoint in group.get("endpoints") or ():
            target = (endpoint.get("configuration") or {}).get("target")
            if target:
                # A query and a password may be secrets.
                scheme, mark, rest = target.partition("?")[0].rpartition("://")
                authority, slash, path = rest.partition("/")
                host = authority.rpartition("@")[2]
                targets.append(f"{scheme}{mark}{host}{slash}{path}")
    found = {
        "Path": paths,
        "Url": [one["value"] for one in urls],
        "Target": targets,
        "Description": api.get("description"),
    }
    return {word: value for word, value in found.items() if value}


APIS = Family(
    name="apis",
    help="List, show, change and deploy APIs.",
    word="API",
    path="/apis",
    every={"expands": "deploymentState"},
    completes=complete_apis,
    details=_details,
    columns={
        "name": "NAME",
        "hrid": "HRID",
        "type": "TYPE",
        "state": "STATE",
        "deploymentState": "DEPLOYMENT",
        "id": "ID",
    },
    creates=(
        _NAME,
        Member("--api-version", "apiVersion", "Its version."),
        _DESCRIPTION,
        Member("--path", "path", "The context-path of clients, such as /orders."),
        Member("--target", "target", "The URL of the source, for a PROXY API."),
    ),
    complete=_proxy,
    updates=(
        _NAME,
        Member("--api-version", "apiVersion", "Its version."),
        _DESCRIPTION,
        Member(
            "--visibility",
            "visibility",
            "Who finds it.",
            click.Choice(["PUBLIC", "PRIVATE"]),
        ),
    ),
    deletes=" with its plans, subscriptions and keys",
    delete_query={"closePlans": True},
    actions=(
        Action(
            "deploy",
            "Deploy what is saved to the gateways.",
            "/deployments",
            "deployed",
            (
                Member(
                    "--label", "deploymentLabel", "A label of at most 32 characters."
                ),
            ),
        ),
        Action("start", "Start an API.", "/_start", "started"),
        Action("stop", "Stop an API; its streams end.", "/_stop", "stopped"),
        Action(
            "rollback",
            "Save again what a deployment contains; deploy puts it into force.",
            "/_rollback",
            "rolled back",
            (
                Member(
                    "--to",
                    "deploymentNumber",
                    "The number of the deployment.",
                    click.IntRange(min=1),
                    required=True,
                ),
            ),
            ", which replaces what is saved",
        ),
    ),
)

OF_API = Parent(APIS)


async def find_api(client: Client, reference: str) -> dict[str, Any]:
    """
    Return the API that a reference names: its id, hrid or name.

    :raises Failed: if there is none, or several have the name.
    """
    return await find(client, APIS, APIS.path, reference)


PLANS = Family(
    name="plans",
    help="List, show, change and publish plans.",
    word="plan",
    path="/apis/{api}/plans",
    parents=(OF_API,),
    columns={
        "name": "NAME",
        "hrid": "HRID",
        "security.type": "SECURITY",
        "status": "STATUS",
        "id": "ID",
    },
    every={"statuses": "STAGING,PUBLISHED,DEPRECATED,CLOSED"},
    filters=(
        Member("--statuses", "statuses", "Only these, separated by commas."),
        Member("--securities", "securities", "Only these, separated by commas."),
    ),
    creates=(
        _NAME,
        _DESCRIPTION,
        Member("--security", "security.type", "Such as KEY_LESS, API_KEY or JWT."),
        Member(
            "--validation",
            "validation",
            "Who accepts subscriptions.",
            click.Choice(["AUTO", "MANUAL"]),
        ),
    ),
    complete=lambda body: {"definitionVersion": "V4", "mode": "STANDARD", **body},
    updates=(
        _NAME,
        _DESCRIPTION,
        Member(
            "--validation",
            "validation",
            "Who accepts subscriptions.",
            click.Choice(["AUTO", "MANUAL"]),
        ),
    ),
    deletes=" with its subscriptions",
    actions=(
        Action("publish", "Publish a plan.", "/_publish", "published"),
        Action("deprecate", "Allow no new subscriptions.", "/_deprecate", "deprecated"),
        Action(
            "close",
            "Close a plan; its subscriptions end.",
            "/_close",
            "closed",
            consequence=", which ends its subscriptions",
        ),
    ),
)


async def _differences(client: Client, output: Output, given: dict[str, Any]) -> int:
    path = await collection(client, DEPLOYMENTS, given)
    query = {"from": given["from_"], "to": given["to"]}
    found = await client.call("GET", f"{path}/_diff", query=query)
    if output.json:
        output.data(found)
    else:
        for one in found["data"]:
            output.line(*difference_line(one))
        if not found["data"]:
            output.line("no differences")
    return DIFFERS if found["data"] else DONE


async def _deployment(client: Client, output: Output, given: dict[str, Any]) -> None:
    path = await collection(client, DEPLOYMENTS, given)
    number = quote(given["number"], safe="")
    output.data(await client.call("GET", f"{path}/{number}"))


DEPLOYMENTS = Family(
    name="deployments",
    help="List and compare the deployments of an API.",
    word="deployment",
    path="/apis/{api}/deployments",
    parents=(OF_API,),
    columns={
        "deploymentNumber": "NUMBER",
        "deploymentLabel": "LABEL",
        "deployedAt": "AT",
        "deployedBy.displayName": "BY",
    },
    key="deploymentNumber",
    names=(),
    shows=False,
)

_OF_API = parent_options(DEPLOYMENTS)
_COMMANDS = (
    command(
        "diff",
        "Compare two deployments, or one with what is saved.",
        [
            *_OF_API,
            click.Option(["--from", "from_"], help="A number; the newest by default."),
            click.Option(["--to"], help="A number, or draft (default)."),
        ],
        _differences,
    ),
    command(
        "show",
        "Print one deployment with its plans, as JSON; current is that in force.",
        [click.Argument(["number"]), *_OF_API],
        _deployment,
    ),
)

apis = group_of(APIS)
plans = group_of(PLANS)
deployments = group_of(DEPLOYMENTS)
for one in _COMMANDS:
    deployments.add_command(one)
