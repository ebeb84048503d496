"""Lists of APIs: all of them, or those that match filters."""

from __future__ import annotations

from relay.management.http.parameters import PAGING, Flag, Words, sort_by
from relay.management.http.query import Page
from relay.management.http.reply import JSON_TYPE, Content, Reply, dump
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.resources.bodies import SearchQuery
from relay.management.resources.representations import OWNER, ApiView, view_apis
from relay.management.shapes.apis import Api
from relay.management.shapes.common import Listing
from relay.model.role import Role
from relay.store.store import Store
from relay.store.tables.api_index import ApiFilter
from relay.store.transaction import Transaction

_AT_ONCE = 50
"""APIs that are decoded and encoded at once."""
_EXPANDS = Words(
    "expands",
    "`deploymentState` adds this member; the others have no effect.",
    ("deploymentState", "primaryOwner", "metadata"),
)
_MANAGE_ONLY = Flag(
    "manageOnly", "Without effect: roles apply to all APIs.", default=True
)

_API_TYPES = {"V4_HTTP_PROXY": "PROXY", "V4_MESSAGE": "MESSAGE"}
_VERSION = "V4"
"""The owner of every API."""

_SORTS = {
    "name": "name",
    "paths": "paths",
    "access": "paths",
    "status": "status",
    "portal_status": "published",
    "visibility": "visibility",
    "api_type": "type",
    # All APIs have the same value: they are ordered by name.
    "owner": None,
    "tags": "tags",
    "categories": "categories",
}
"""The columns of the index by the names of ``sortBy``."""
_SORT = sort_by(_SORTS, "by name")


class Search:
    """The resource family of lists of APIs.

    :param store: holds the APIs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @route("GET", "/apis", query=(*PAGING, _EXPANDS), answers={200: Listing[Api]})
    async def list(self, call: RestCall) -> Reply:
        """Return all APIs by name."""
        return await self._answer(call, SearchQuery(), "name")

    @route(
        "POST",
        "/apis/_search",
        query=(*PAGING, _EXPANDS, _SORT, _MANAGE_ONLY),
        body=Body.OPTIONAL,
        role=Role.VIEWER,
        no_dry_run="it changes nothing",
        reads=SearchQuery,
        answers={200: Listing[Api]},
    )
    async def search(self, call: RestCall) -> Reply:
        """Return the APIs that match all filters."""
        wanted = bodies.read(SearchQuery, call.body)
        # Roles apply to all APIs: the parameter has no effect.
        call.query.flag("manageOnly")
        return await self._answer(call, wanted, call.query.one("sortBy"))

    async def _answer(
        self, call: RestCall, wanted: SearchQuery, sort: str | None
    ) -> Reply:
        page = Page.of(call.query)
        expands = call.query.many("expands")
        by = _SORTS[(sort or "name").removeprefix("-")]
        descending = by is not None and (sort or "").startswith("-")
        base, url = call.base, call.url

        def work(tx: Transaction) -> Content:
            """Read one page and encode it, outside the reactor's thread."""
            ids, total = tx.index.find(
                _filter(wanted), by or "name", descending, page.skipped, page.size
            )
            data: list[bytes] = []
            # A few at a time: to free thousands of decoded definitions at once takes
            # tens of milliseconds, in which no other thread can run.
            for at in range(0, len(ids), _AT_ONCE):
                records = tx.apis.list(ids[at : at + _AT_ONCE])
                if "deploymentState" in expands:
                    views = view_apis(tx, records)
                else:
                    views = [ApiView(record, None) for record in records]
                data += [dump(call.shown(api.to_json(base))) for api in views]
            return page.encoded(data, total, url)

        content = await self._store.read(work)
        return Reply(200, content, {"Content-Type": JSON_TYPE})


def _filter(wanted: SearchQuery) -> ApiFilter:
    versions = {*wanted.definition_versions, wanted.definition_version} - {None}
    is_possible = not wanted.has_open_api_documentation and (
        _VERSION in versions or not versions
    )
    of_no_api = ("",)
    owner = OWNER["displayName"].casefold()
    words = wanted.query.replace("*", " ").casefold().split()
    return ApiFilter(
        ids=wanted.ids if is_possible else of_no_api,
        types=tuple(_API_TYPES.get(word, "") for word in wanted.api_types),
        states=wanted.statuses,
        published=wanted.published,
        visibilities=wanted.visibilities,
        tags=wanted.tags,
        categories=wanted.categories,
        # Every API has the same owner.
        words=tuple(word for word in words if word not in owner),
        in_products=wanted.allowed_in_api_products,
    )
