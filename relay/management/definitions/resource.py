"""Import APIs with their plans from files, in any dialect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred

from relay.catalog import Catalog
from relay.dialects.checking import Checked, check
from relay.dialects.draft import Draft
from relay.dialects.finding import Finding, Refused
from relay.management.definitions.reading import read_api_file
from relay.management.definitions.references import resolve_groups
from relay.management.definitions.rules import StoreRules
from relay.management.definitions.saving import (
    Ids,
    Prepared,
    prepare_new,
    prepare_update,
)
from relay.management.http.errors import BadRequest
from relay.management.http.parameters import Words
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources.representations import ApiView, find_api, view_api
from relay.management.resources.trials import (
    MOST_TRIALS,
    Candidate,
    Trials,
    to_deploy,
    to_start,
)
from relay.management.shapes.definitions import Imported
from relay.model.api.lifecycle import ActionRefused
from relay.model.api.properties import concealed
from relay.model.records import ApiRecord
from relay.model.schema.errors import Invalid
from relay.model.secrets import Masking
from relay.store.store import Store
from relay.store.transaction import Transaction

Fetch = Callable[[str], Deferred[bytes]]
"""Takes a URL; fires with the document at it, or fails with :class:`BadRequest`."""
Prepare = Callable[[Transaction], tuple[Checked, Prepared]]
WAIVE = Words(
    "waive",
    "Locations in the file whose severe problems are accepted: what they are about is "
    "left out.",
)
_TIMES = ("createdAt", "updatedAt", "publishedAt", "closedAt")


@dataclass(frozen=True, slots=True)
class Saved:
    """An API that was imported."""

    view: ApiView
    findings: tuple[Finding, ...]
    number: int | None
    """The number of the deployment that is to be served; None for none."""
    moved: bool
    """Whether the gateway serves another deployment, or none, from now on."""


class _Untried(Exception):
    """A deployment is to be tried before it is stored."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__("the deployment is to be tried")
        self.candidate = candidate


def no_fetch(url: str) -> Deferred[bytes]:
    """Refuse each URL, in a process that makes no calls."""
    raise BadRequest("This process makes no calls", "definition.url.refused")


class Imports:
    """
    The resource family of imports.

    :param catalog: parses and checks definitions.
    :param masking: replaces the masks of what is stored.
    :param trials: tries deployments on the gateway of this process.
    :param fetch: gets documents from URLs.
    """

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        masking: Masking,
        trials: Trials,
        fetch: Fetch = no_fetch,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._masking = masking
        self._trials = trials
        self._fetch = fetch

    @route(
        "POST",
        "/apis/_import/definition",
        query=(WAIVE,),
        body=Body.FILE,
        reads=dict[str, Any],
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
        reads=dict[str, Any],
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
        ids, waived = Ids(), frozenset(call.query.many(WAIVE.name))

        def prepare(tx: Transaction) -> tuple[Checked, Prepared]:
            resolve_groups(tx, draft)
            checked = check(draft, StoreRules(tx, self._catalog), waived)
            with placed(draft):
                return checked, prepare_new(tx, checked, ids)

        saved = await self._saved(call, ids.of("api"), prepare)
        reply = saved.view.reply(call.base, 201)
        return replace(reply, body=_with_problems(reply.body, saved.findings))

    async def _update(self, call: RestCall, api_id: str, content: bytes) -> Reply:
        draft = await self._store.read(lambda tx: read_api_file(content))
        ids, waived = Ids(), frozenset(call.query.many(WAIVE.name))

        def prepare(tx: Transaction) -> tuple[Checked, Prepared]:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            kept = self._unmasked(tx, api, draft)
            resolve_groups(tx, kept)
            rules = StoreRules(tx, self._catalog, api_id)
            checked = check(kept, rules, waived, api.definition)
            with placed(kept):
                return checked, prepare_update(tx, api, checked, ids)

        saved = await self._saved(call, api_id, prepare)
        reply = saved.view.reply(call.base)
        return replace(reply, body=_with_problems(reply.body, saved.findings))

    def _unmasked(self, tx: Transaction, api: ApiRecord, draft: Draft) -> Draft:
        """Replace the masks of a draft by the stored secrets."""
        body = self._masking.restored(draft.body, api.definition)
        stored = api.definition.get("properties")
        # Masks of properties are read by the rules of properties.
        if given := draft.body.get("properties"):
            body["properties"] = given
        elif stored:
            body["properties"] = concealed(stored)
        plans = [plan.definition for plan in tx.plans.list(api.id)]
        return replace(
            draft, body=body, plans=self._masking.restored(draft.plans, plans)
        )

    async def _saved(self, call: RestCall, api_id: str, prepare: Prepare) -> Saved:
        """
        Save what is prepared, and wait until the gateway serves it.

        A deployment is tried before anything is stored.
        """
        tried: Candidate | None = None
        for _ in range(MOST_TRIALS):
            try:
                saved = await self._store.write(partial(_save, prepare, tried))
            except _Untried as untried:
                tried = untried.candidate
                self._trials.try_out(api_id, tried)
                continue
            if saved.moved and not call.dry_run:
                await self._trials.wait(api_id, saved.number)
            return saved
        raise ActionRefused(
            "The API was changed again and again while its deployment was tried",
            "api.deployment.conflict",
            api=api_id,
        )


def _save(prepare: Prepare, tried: Candidate | None, tx: Transaction) -> Saved:
    checked, prepared = prepare(tx)
    api = prepared.save(tx)
    wanted, number, moved = checked.body.get("state"), None, False
    deployed = view_api(tx, api).deployed
    if wanted == "STARTED" and not (deployed and api.state == "STARTED"):
        candidate = (to_start if deployed else to_deploy)(tx, api)
        if tried is None or _content(tried) != _content(candidate):
            raise _Untried(candidate)
        if candidate.is_new:
            made = tx.deployments.add(
                api.id, candidate.definition, candidate.plans, None
            )
            api = replace(api, deployed_at_ms=made.created_at_ms)
        api = tx.apis.save(replace(api, state="STARTED"))
        number, moved = candidate.number, True
    elif wanted == "STOPPED" and api.state == "STARTED":
        api, moved = tx.apis.save(replace(api, state="STOPPED")), True
    return Saved(view_api(tx, api), checked.findings, number, moved)


@contextmanager
def placed(draft: Draft) -> Iterator[None]:
    """Convert problems of a draft to those of its file."""
    try:
        yield
    except Invalid as refused:
        raise Refused(
            draft.placed(
                Finding(draft.origins.of(one.location), one.severity, one.message)
            )
            for one in refused.issues
        ) from None


def _content(candidate: Candidate) -> Any:
    """Return what of a deployment does not depend on the instant."""
    plans = [
        {name: one for name, one in plan.items() if name not in _TIMES}
        for plan in candidate.plans
    ]
    return candidate.definition, plans, candidate.number, candidate.is_new


def _with_problems(body: object, findings: tuple[Finding, ...]) -> dict[str, Any]:
    assert isinstance(body, dict)
    return {**body, "problems": [one.to_json() for one in findings]}
