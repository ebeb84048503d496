"""Lists of APIs: all of them, or those that pass filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from relay.management import bodies
from relay.management.bodies import SearchQuery
from relay.management.query import Page
from relay.management.reply import Reply
from relay.management.shapes import OWNER, SeenApi, see_api
from relay.management.wire import Body, Call, route
from relay.model.lifecycle import places
from relay.model.records import ApiRecord
from relay.model.role import Role
from relay.store.store import Store
from relay.store.transaction import Transaction

_PAGING = ("page", "perPage")
_EXPANDS = ("deploymentState", "primaryOwner", "metadata")

_API_TYPES = {"PROXY": "V4_HTTP_PROXY", "MESSAGE": "V4_MESSAGE"}

Facts = dict[str, Any]

_SORTS: dict[str, Callable[[Facts], object]] = {
    "name": lambda api: api["name"].casefold(),
    "paths": lambda api: api["paths"],
    "access": lambda api: api["paths"],
    "status": lambda api: api["status"],
    "portal_status": lambda api: api["published"],
    "visibility": lambda api: api["visibility"],
    # One value for all as yet: they order by name.
    "api_type": lambda api: api["api_type"],
    "owner": lambda api: OWNER["displayName"],
    "tags": lambda api: sorted(api["tags"]),
    "categories": lambda api: sorted(api["categories"]),
}


class Search:
    """The resource family of lists of APIs.

    :param store: holds the APIs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @route("GET", "/apis", query=(*_PAGING, "expands"))
    async def list(self, call: Call) -> Reply:
        """Give all APIs by name."""
        return await self._answer(call, SearchQuery(), "name")

    @route(
        "POST",
        "/apis/_search",
        query=(*_PAGING, "expands", "sortBy", "manageOnly"),
        body=Body.OPTIONAL,
        role=Role.VIEWER,
    )
    async def search(self, call: Call) -> Reply:
        """Give the APIs that pass every filter."""
        wanted = bodies.read(SearchQuery, call.body)
        # The administrator manages every API, so that it makes no difference.
        call.query.flag("manageOnly", True)
        sorts = (*_SORTS, *(f"-{name}" for name in _SORTS))
        return await self._answer(call, wanted, call.query.one("sortBy", sorts))

    async def _answer(self, call: Call, wanted: SearchQuery, sort: str | None) -> Reply:
        page = Page.of(call.query)
        expands = call.query.many("expands", _EXPANDS)

        def work(tx: Transaction) -> tuple[Sequence[SeenApi], int]:
            found = matching(tx.apis.list(), wanted, sort or "name")
            shown = page.cut(found)
            if "deploymentState" in expands:
                return [see_api(tx, record) for record in shown], len(found)
            return [SeenApi(record, None) for record in shown], len(found)

        seen, total = await self._store.read(work)
        data = [api.to_json(call.base) for api in seen]
        return Reply(200, page.listing(data, total, call.url))


def matching(
    records: Sequence[ApiRecord], wanted: SearchQuery, sort: str
) -> list[ApiRecord]:
    """
    :param records: all APIs.
    :param wanted: what they must pass.
    :param sort: a name of what to sort by, with ``-`` for downwards.
    :returns: those that pass, in order; equal ones by name and id.
    """
    found = [
        (facts, record)
        for record in records
        if _passes(facts := _facts(record), wanted)
    ]
    found.sort(key=lambda pair: (pair[0]["name"].casefold(), pair[1].id))
    by = _SORTS[sort.removeprefix("-")]
    found.sort(key=lambda pair: by(pair[0]), reverse=sort.startswith("-"))  # type: ignore[arg-type,return-value]
    return [record for _, record in found]


def _facts(record: ApiRecord) -> Facts:
    definition = record.definition
    listener_paths = places(definition)
    return {
        "id": record.id,
        "name": definition["name"],
        "description": definition.get("description") or "",
        "paths": [path for _, _, path in listener_paths],
        "hosts": [host for _, host, _ in listener_paths if host],
        "labels": definition.get("labels") or [],
        "tags": definition.get("tags") or [],
        "categories": definition.get("categories") or [],
        "api_type": _API_TYPES[definition["type"]],
        "status": record.state,
        "published": "PUBLISHED"
        if record.lifecycle_state == "PUBLISHED"
        else "UNPUBLISHED",
        "visibility": record.visibility,
        "allowed": bool(definition.get("allowedInApiProducts")),
    }


def _passes(api: Facts, wanted: SearchQuery) -> bool:
    versions = {*wanted.definition_versions, wanted.definition_version} - {None}
    exact = (
        (wanted.ids, api["id"]),
        (versions, "V4"),
        (wanted.api_types, api["api_type"]),
        (wanted.statuses, api["status"]),
        (wanted.published, api["published"]),
        (wanted.visibilities, api["visibility"]),
    )
    among = ((wanted.tags, api["tags"]), (wanted.categories, api["categories"]))
    return (
        all(not words or value in words for words, value in exact)
        and all(not words or set(words) & set(values) for words, values in among)
        and wanted.allowed_in_api_products in (None, api["allowed"])
        and _has_words(api, wanted.query)
    )


def _has_words(api: Facts, query: str) -> bool:
    words = query.replace("*", " ").casefold().split()
    if not words:
        return True
    text = "\n".join(
        (
            api["id"],
            api["name"],
            api["description"],
            OWNER["displayName"],
            *api["paths"],
            *api["hosts"],
            *api["labels"],
            *api["tags"],
            *api["categories"],
        )
    ).casefold()
    return all(word in text for word in words)
