"""APIs as their publishers define them: create, get, replace, patch, delete, copy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.http.parameters import Flag
from relay.management.http.patches import Patch
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.policy_groups.references import check_groups
from relay.management.resources import bodies
from relay.management.resources.bodies import (
    DuplicateOptions,
    HostsToVerify,
    PathsToVerify,
)
from relay.management.resources.hrids import changed_hrid, new_hrid
from relay.management.resources.representations import ApiView, find_api, view_api
from relay.management.shapes.apis import Api, ApiBody, MergePatch
from relay.management.shapes.common import Verdict
from relay.model.api import lifecycle
from relay.model.api.publication_state import (
    LifecycleState,
    PublicationState,
    Visibility,
)
from relay.model.api.read_only import API as READ_ONLY
from relay.model.records import ApiRecord, PlanRecord
from relay.model.role import Role
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.types import paths
from relay.model.schema.types.hosts import is_host
from relay.store.store import Store
from relay.store.transaction import Transaction

_CLOSE_PLANS = Flag("closePlans", "Whether published plans are closed first.")


class Apis:
    """The resource family of APIs.

    :param catalog: parses and checks definitions.
    """

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    @route("POST", "/apis", body=Body.REQUIRED, reads=ApiBody, answers={201: Api})
    async def create(self, call: RestCall) -> Reply:
        """Create an API, stopped and without a plan."""
        definition = self._catalog.parse_api(call.body).to_json()
        standing = self._catalog.parse_publication_state(call.body)
        view = await self._store.write(partial(_create, definition, standing))
        return view.reply(call.base, 201)

    @route("GET", "/apis/<api_id>", answers={200: Api})
    async def get(self, call: RestCall, api_id: str) -> Reply:
        """Return one API."""
        view = await self._store.read(lambda tx: view_api(tx, find_api(tx, api_id)))
        return view.reply(call.base)

    @route(
        "PUT",
        "/apis/<api_id>",
        body=Body.REQUIRED,
        reads=ApiBody,
        answers={200: Api},
        versioned=True,
    )
    async def put(self, call: RestCall, api_id: str) -> Reply:
        """Replace the definition of an API; traffic does not change until it is
        deployed."""

        def work(tx: Transaction) -> ApiView:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            parsed = self._catalog.parse_api(call.body, api.definition)
            standing = self._catalog.parse_publication_state(call.body)
            changed = changed_api(tx, api, parsed.to_json(), standing)
            return view_api(tx, tx.apis.save(changed))

        return (await self._store.write(work)).reply(call.base)

    @route(
        "PATCH",
        "/apis/<api_id>",
        body=Body.PATCH,
        reads=MergePatch,
        answers={200: Api},
        versioned=True,
    )
    async def patch(self, call: RestCall, api_id: str) -> Reply:
        """Change members of an API by a merge patch or a JSON Patch."""
        patch: Patch = call.body
        patch.check(READ_ONLY, "use _start and _stop to change the state")

        def work(tx: Transaction) -> ApiView:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            stored = {"hrid": api.hrid, **api.definition}
            body = patch.apply(stored, ApiView(api, None).to_json(call.base))
            definition = self._catalog.parse_api(body, api.definition).to_json()
            standing = self._catalog.parse_publication_state(body)
            changed = changed_api(tx, api, definition, standing)
            return view_api(tx, tx.apis.save(changed))

        return (await self._store.write(work)).reply(call.base)

    @route(
        "DELETE",
        "/apis/<api_id>",
        query=(_CLOSE_PLANS,),
        answers={204: None},
        versioned=True,
    )
    async def delete(self, call: RestCall, api_id: str) -> Reply:
        """Delete a stopped API with its plans and deployments."""
        close_plans = call.query.flag("closePlans")

        def work(tx: Transaction) -> None:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            lifecycle.check_delete(api, tx.plans.list(api_id), close_plans)
            tx.subscriptions.announce(tx.subscriptions.of_api(api_id))
            tx.apis.delete(api_id)

        await self._store.write(work)
        return Reply(204)

    @route(
        "POST",
        "/apis/<api_id>/_duplicate",
        body=Body.OPTIONAL,
        reads=DuplicateOptions,
        answers={200: Api},
    )
    async def duplicate(self, call: RestCall, api_id: str) -> Reply:
        """Copy an API under another path, stopped."""
        options = bodies.read(DuplicateOptions, call.body)
        work = partial(_duplicate, self._catalog, api_id, options)
        return (await self._store.write(work)).reply(call.base)

    @route(
        "POST",
        "/apis/_verify/paths",
        body=Body.REQUIRED,
        role=Role.VIEWER,
        no_dry_run="it changes nothing",
        reads=PathsToVerify,
        answers={202: Verdict},
    )
    async def verify_paths(self, call: RestCall) -> Reply:
        """Check whether paths are available for an API."""
        asked = bodies.read(PathsToVerify, call.body)
        reason = await self._store.read(partial(_why_not, asked))
        verdict = {"ok": True} if reason is None else {"ok": False, "reason": reason}
        return Reply(202, verdict)

    @route(
        "POST",
        "/apis/_verify/hosts",
        body=Body.REQUIRED,
        role=Role.VIEWER,
        no_dry_run="it changes nothing",
        reads=HostsToVerify,
        answers={202: Verdict},
    )
    async def verify_hosts(self, call: RestCall) -> Reply:
        """Check whether hosts can be those of a listener."""
        reason = _why_no_hosts(bodies.read(HostsToVerify, call.body))
        verdict = {"ok": True} if reason is None else {"ok": False, "reason": reason}
        return Reply(202, verdict)


def _create(
    definition: dict[str, Any], standing: PublicationState, tx: Transaction
) -> ApiView:
    record = new_api(definition, standing, tx)
    tx.apis.add(record)
    return ApiView(record, deployed=False)


def new_api(
    definition: dict[str, Any], standing: PublicationState, tx: Transaction
) -> ApiRecord:
    """
    Make the record of a new API, stopped, which the caller adds.

    :param definition: a checked one.
    :raises Invalid: when another API has one of its paths or its hrid, or a shared
        policy group to which it refers does not exist.
    """
    _check_paths(tx, definition, None)
    check_groups(tx, definition, definition["type"])
    created: str = LifecycleState.CREATED
    return ApiRecord(
        id=str(uuid4()),
        hrid=new_hrid(tx.apis, standing.hrid, definition["name"]),
        definition=definition,
        state="STOPPED",
        lifecycle_state=lifecycle.next_lifecycle_state(
            created, standing.lifecycle_state
        ),
        visibility=standing.visibility or Visibility.PRIVATE,
        created_at_ms=tx.now_ms,
        updated_at_ms=tx.now_ms,
        deployed_at_ms=None,
    )


def changed_api(
    tx: Transaction,
    api: ApiRecord,
    definition: dict[str, Any],
    standing: PublicationState,
) -> ApiRecord:
    """
    :param definition: the new one, parsed.
    :param standing: the members of the same body that are no part of a definition.
    :returns: the API with them, to be saved.
    :raises ActionRefused: when a rule of the lifecycle is violated.
    :raises Invalid: when another API has one of its paths or the hrid, or a shared
        policy group is missing.
    """
    lifecycle.check_update(api, definition)
    _check_paths(tx, definition, api.id)
    check_groups(tx, definition, definition["type"])
    if "crossId" in api.definition:
        definition.setdefault("crossId", api.definition["crossId"])
    return replace(
        api,
        hrid=changed_hrid(tx.apis, api, standing.hrid),
        definition=definition,
        lifecycle_state=lifecycle.next_lifecycle_state(
            api.lifecycle_state, standing.lifecycle_state
        ),
        visibility=standing.visibility or api.visibility,
    )


def _check_paths(
    tx: Transaction, definition: dict[str, Any], api_id: str | None
) -> None:
    check_paths_free(tx, lifecycle.places(definition), api_id)


def check_paths_free(
    tx: Transaction, wanted: list[lifecycle.Place], api_id: str | None
) -> None:
    """
    :param wanted: paths with their locations.
    :param api_id: the API that wants them, if it exists already.
    :raises Invalid: naming every path that another API has: in what was saved last, or
        in what gateways run, which may be older.
    """
    lifecycle.check_paths(wanted, tx.index.near(wanted), api_id)


def _why_not(asked: PathsToVerify, tx: Transaction) -> str | None:
    wanted = [(path.host, path.path) for path in asked.paths]
    if not wanted:
        return "HTTP listener requires a minimum of one path"
    if issues := paths.check(wanted):
        return issues[0].message
    places = [("", host, paths.sanitise(path)) for host, path in wanted]
    try:
        check_paths_free(tx, places, asked.api_id)
    except Invalid as taken:
        return taken.issues[0].message
    return None


def _why_no_hosts(asked: HostsToVerify) -> str | None:
    if not asked.hosts:
        return "At least one host is required"
    seen: set[str] = set()
    for host in asked.hosts:
        name = paths.sanitise_host(host)
        if name is None or not is_host(name):
            return f"Domain [{host}] is invalid"
        if name in seen:
            return f"Domain [{host}] is duplicated"
        seen.add(name)
    if asked.listener_type == "HTTP":
        return None
    return f"{asked.listener_type} listeners are not supported yet"


def _duplicate(
    catalog: Catalog, api_id: str, options: DuplicateOptions, tx: Transaction
) -> ApiView:
    api = find_api(tx, api_id)
    if options.context_path is None:
        raise Invalid(
            [Issue("Cannot find a context-path for HTTP Listener", "contextPath")]
        )
    path = {"host": options.host, "path": options.context_path}
    body = {
        **api.definition,
        "apiVersion": options.version or api.definition["apiVersion"],
        "listeners": [
            {**listener, "paths": [path]} if "paths" in listener else listener
            for listener in api.definition["listeners"]
        ],
        "visibility": api.visibility,
    }
    body.pop("crossId", None)
    for word in options.filtered_fields:
        body.pop(word.lower(), None)
    copy = new_api(
        catalog.parse_api(body, api.definition).to_json(),
        catalog.parse_publication_state(body),
        tx,
    )
    tx.apis.add(copy)
    if "PLANS" not in options.filtered_fields:
        for plan in tx.plans.list(api_id):
            if plan.status != "CLOSED":
                tx.plans.add(_copied(plan, copy.id, tx.now_ms))
    return ApiView(copy, deployed=False)


def _copied(plan: PlanRecord, api_id: str, now_ms: int) -> PlanRecord:
    definition = {
        name: value for name, value in plan.definition.items() if name != "crossId"
    }
    return replace(
        plan,
        id=str(uuid4()),
        api_id=api_id,
        definition=definition,
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        published_at_ms=None if plan.published_at_ms is None else now_ms,
    )
