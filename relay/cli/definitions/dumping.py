"""The definitions of a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.catalog import Catalog
from relay.cli.client import AUTOMATION, Client
from relay.cli.definitions.definition import Definition, Key
from relay.cli.definitions.files import Source
from relay.cli.definitions.kinds import API, KINDS
from relay.cli.definitions.planning import list_existing
from relay.cli.definitions.reading import read_definitions
from relay.cli.definitions.selection import Selection
from relay.cli.errors import ApiError, Failed

_OF_THE_SERVER = frozenset(
    {
        "apiHrid",
        "environmentId",
        "errors",
        "id",
        "organizationId",
        "startingAt",
        "status",
    }
)
"""Members that only the server sets."""


@dataclass(frozen=True)
class Dump:
    """The definitions of a server."""

    found: list[Definition]
    """Those that are selected, in the order in which they depend on each other."""
    existing: frozenset[Key]
    """The keys of all objects of the selected kinds."""


async def dump(client: Client, catalog: Catalog, selection: Selection) -> Dump:
    """
    Read the selected definitions of a server.

    :param catalog: of the installed types.
    :raises Failed: if an hrid or a label is selected that no object has.
    """
    kinds = selection.kinds or KINDS
    existing = await list_existing(client, kinds)
    selection.require(
        (
            (key.kind, key.hrid, item.get("labels") or ())
            for key, item in existing.items.items()
        ),
        kinds=False,
    )
    chosen = sorted(
        (one for one in existing.selected(selection) if one.kind in kinds),
        key=lambda one: (one.order, one),
    )
    url = client.profile.url
    return Dump(
        [definition_of(key, existing.items[key], catalog, url) for key in chosen],
        frozenset(existing.items),
    )


def definition_of(
    key: Key, state: Mapping[str, Any], catalog: Catalog, url: str
) -> Definition:
    """
    Return the definition of an object of a server.

    :param state: its JSON of the Automation API.
    """
    body = {name: one for name, one in state.items() if name not in _OF_THE_SERVER}
    if key.kind != API:
        return Definition(key, body, url)
    source = Source(f"{url} {key}", json.dumps(body).encode())
    return read_definitions([source], catalog, None).found[0]


async def read_api(
    client: Client, catalog: Catalog, name: str, cross_ids: bool = False
) -> Definition:
    """
    Read the definition of an API from a server.

    :param name: its hrid or its id.
    :param cross_ids: whether steps name shared policy groups by their crossId, as the
        management API does, instead of their hrid.
    :raises Failed: if there is no such API.
    """
    state = await _find_api(client, name)
    key, url = Key(API, state["hrid"]), client.profile.url
    if not cross_ids:
        return definition_of(key, state, catalog, url)
    exported = await client.call("GET", f"/apis/{state['id']}/_export/definition")
    source = Source(f"{url} {key}", json.dumps(exported).encode())
    return read_definitions([source], catalog, None).found[0]


async def _find_api(client: Client, name: str) -> dict[str, Any]:
    path = Key(API, name).path
    for query in ({}, {"hridContainsUUID": True}):
        try:
            found: dict[str, Any] = await client.call(
                "GET", path, query=query, base=AUTOMATION
            )
        except ApiError as error:
            if error.status != 404:
                raise
        else:
            return found
    raise Failed(f"there is no API {name}")
