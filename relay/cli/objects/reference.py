"""Finding the object that a user names: by id, ``hrid`` or an unambiguous name."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from relay.cli.errors import ApiError, Failed
from relay.cli.objects.family import Family

if TYPE_CHECKING:
    from relay.cli.client import Client

_PAGE_SIZE = 1000


class Unknown(Failed):
    """No object has the reference."""


async def find(
    client: Client, family: Family, path: str, reference: str
) -> dict[str, Any]:
    """
    Return the object that a reference names.

    :param path: of the collection.
    :raises Unknown: if there is none.
    :raises Failed: if several have the name.
    """
    if family.direct or (family.shows and _is_id(reference)):
        try:
            one = await client.call(
                "GET", f"{path}/{quote(reference, safe='')}", base=family.base
            )
            return dict(one)
        except ApiError as error:
            if error.status != 404:
                raise
    found = [one async for one in listed(client, family, path, family.every)]
    for name in (family.key, *family.names):
        same = [one for one in found if str(one.get(name)) == reference]
        if len(same) == 1:
            return same[0]
        if same:
            raise Failed(
                f"{len(same)} {family.name} have the {name} {reference}; use the id",
                [str(one[family.key]) for one in same],
            )
    raise Unknown(f"there is no {family.word} {reference}")


async def listed(
    client: Client, family: Family, path: str, query: Mapping[str, Any]
) -> AsyncIterator[dict[str, Any]]:
    """Return the objects of all pages."""
    document = await whole(client, family, path, query)
    for one in document["data"] if isinstance(document, dict) else document:
        yield one


async def whole(
    client: Client, family: Family, path: str, query: Mapping[str, Any]
) -> Any:
    """Return the response of a list, with the objects of all pages."""
    page = 1
    document: Any = None
    while True:
        asked = {**query}
        if family.paged:
            asked |= {"page": page, "perPage": _PAGE_SIZE}
        answer = await client.call("GET", path, query=asked, base=family.base)
        if document is None:
            document = answer
        else:
            document["data"] += answer["data"]
            document["pagination"]["pageItemsCount"] = len(document["data"])
        pages = (
            answer.get("pagination", {}).get("pageCount", 1)
            if isinstance(answer, dict)
            else 1
        )
        if page >= pages:
            return document
        page += 1


def name_of(family: Family, one: Mapping[str, Any]) -> str:
    """Return how messages name an object."""
    return str(one.get("name") or one.get(family.key))


def _is_id(reference: str) -> bool:
    try:
        return str(uuid.UUID(reference)) == reference.lower()
    except ValueError:
        return False
