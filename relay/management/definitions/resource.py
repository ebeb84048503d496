"""Import APIs with their plans from files, in any dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from twisted.internet.defer import Deferred

from relay.catalog import Catalog
from relay.dialects.checking import check
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.management.definitions.reading import read_api_file
from relay.management.definitions.references import resolve_groups
from relay.management.definitions.rules import StoreRules
from relay.management.definitions.saving import located, save_api
from relay.management.http.errors import BadRequest
from relay.management.http.parameters import Texts
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources.in_force import Changes, put_into_force
from relay.management.resources.plan_list import Ids, ListRules, by_order
from relay.management.resources.representations import ApiView, find_api, view_api
from relay.management.resources.trials import Trials
from relay.management.shapes.definitions import DefinitionFile, Imported
from relay.model.api.properties import concealed
from relay.model.records import ApiRecord
from relay.model.schema.errors import Invalid
from relay.store.store import Store
from relay.store.transaction import Transaction

Fetch = Callable[[str], Deferred[bytes]]
"""Takes a URL; fires with the document at it, or fails with :class:`BadRequest`."""
Find = Callable[[Transaction], tuple[ApiRecord | None, Draft]]
WAIVE = Texts(
    "waive",
    "Locations in the file whose severe problems are accepted: what they are about is "
    "left out. Each in a parameter of its own.",
)


FILE = ListRules(
    found_by=("id", "hrid", "crossId", "name"),
    closes_used=False,
    empty_is_absent=True,
    numbering=by_order,
)
"""The meaning of the plans of a file."""


def no_fetch(url: str) -> Deferred[bytes]:
    """Refuse each URL, in a process that makes no calls."""
    raise BadRequest("This process makes no calls", "definition.url.refused")


class Imports:
    """
    The resource family of imports.

    :param catalog: parses and checks definitions.
    :param trials: tries deployments on the gateway of this process.
    :param fetch: gets documents from URLs.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        trials: Trials,
        fetch: Fetch = no_fetch,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._trials = trials
        self._fetch = fetch

    @route(
        "POST",
        "/apis/_import/definition",
        query=(WAIVE,),
        body=Body.FILE,
        reads=DefinitionFile,
        answers={201: Imported},
    )
    async def definition(self, call: RestCall) -> Reply:
        """Create an API with its plans from a file, or nothing."""
        return await self._create(call, call.body)

    @route(
        "POST",
        "/apis/_import/definition-url",
        query=(WAIVE,),
        body=Body.TEXT,
        reads=str,
        answers={201: Imported},
    )
    async def definition_url(self, call: RestCall) -> Reply:
        """Create an API with its plans from the file at a URL, or nothing."""
        return await self._create(call, await self._fetch(call.body.strip()))

    @route(
        "PUT",
        "/apis/<api_id>/_import/definition",
        query=(WAIVE,),
        body=Body.FILE,
        reads=DefinitionFile,
        answers={200: Imported},
        versioned=True,
    )
    async def update(self, call: RestCall, api_id: str) -> Reply:
        """Replace an API and its plans by those of a file, or nothing."""
        return await self._update(call, api_id, call.body)

    @route(
        "PUT",
        "/apis/<api_id>/_import/definition-url",
        query=(WAIVE,),
        body=Body.TEXT,
        reads=str,
        answers={200: Imported},
        versioned=True,
    )
    async def update_url(self, call: RestCall, api_id: str) -> Reply:
        """Replace an API and its plans by those of the file at a URL, or nothing."""
        content = await self._fetch(call.body.strip())
        return await self._update(call, api_id, content)

    async def _create(self, call: RestCall, content: bytes) -> Reply:
        draft = await self._store.read(lambda tx: read_api_file(content))
        return await self.create(call, draft)

    async def create(self, call: RestCall, draft: Draft) -> Reply:
        """
        Create the API of a draft.

        :raises Refused: with every severe problem.
        """
        return await self._save(call, 201, lambda tx: (None, draft))

    async def _update(self, call: RestCall, api_id: str, content: bytes) -> Reply:
        draft = await self._store.read(lambda tx: read_api_file(content))

        def find(tx: Transaction) -> tuple[ApiRecord, Draft]:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            return api, _with_properties(api, draft)

        return await self._save(call, 200, find)

    async def _save(self, call: RestCall, status: int, find: Find) -> Reply:
        """
        Save an API with its plans, and act upon its state.

        :param status: of the response.
        :param find: finds the API that is replaced, and what replaces it.
        """
        ids, waived = Ids(), frozenset(call.query.texts(WAIVE.name))

        def work(
            tx: Transaction, changes: Changes
        ) -> tuple[ApiView, tuple[Finding, ...]]:
            stored, draft = find(tx)
            resolved = resolve_groups(tx, draft)
            before = None if stored is None else stored.definition
            rules = StoreRules(tx, self._catalog, stored, FILE.found_by)
            checked = check(resolved, rules, waived, before)
            with placed(draft):
                api = save_api(tx, stored, checked, ids, FILE)
            api = changes.reach(tx, api, checked.body.get("state"))
            return view_api(tx, api), checked.findings

        view, findings = await put_into_force(
            self._store, self._trials, work, call.dry_run
        )
        reply = view.reply(call.base, status)
        assert isinstance(reply.body, dict)
        problems = [one.to_json() for one in findings]
        return replace(reply, body={**reply.body, "problems": problems})


@contextmanager
def placed(draft: Draft) -> Iterator[None]:
    """Convert problems of a draft to those of its file, with their lines."""
    try:
        with located(draft):
            yield
    except Invalid as refused:
        raise Refused(
            draft.placed(Finding(one.location, one.severity, one.message))
            for one in refused.issues
        ) from None


def _with_properties(api: ApiRecord, draft: Draft) -> Draft:
    """Return a draft that keeps the properties of an API unless it has its own."""
    stored = api.definition.get("properties")
    if draft.body.get("properties") or not stored:
        return draft
    return replace(draft, body={**draft.body, "properties": concealed(stored)})
