"""Shared policy groups in the Automation API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.automation.naming import BY_ID, by_id, find_group
from relay.management.automation.reading import (
    PROBLEMS,
    leniently,
    object_of,
    refusal,
)
from relay.management.automation.shapes import (
    SharedPolicyGroupSpec,
    SharedPolicyGroupState,
)
from relay.management.automation.states import State, group_state
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.policy_groups.resource import (
    check_free,
    check_same,
    check_unused,
)
from relay.management.policy_groups.trials import GroupTrials, users_of
from relay.management.resources.trials import MOST_TRIALS
from relay.management.shapes.common import Listing
from relay.model.api.lifecycle import ActionRefused
from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.records import Deployment
from relay.store.store import Store
from relay.store.transaction import Transaction

_ALL = "/shared-policy-groups"
_ONE = f"{_ALL}/<hrid>"


@dataclass(frozen=True, slots=True)
class _Applied:
    """What has become of a group."""

    group: SharedPolicyGroupRecord
    users: Sequence[Deployment]
    """The deployments that run its new version; none when the version stays."""
    warnings: Sequence[str]


class _Otherwise(Exception):
    """The store has changed, so that other deployments use the group."""

    def __init__(self, applied: _Applied) -> None:
        super().__init__()
        self.applied = applied


class AutomationPolicyGroups:
    """The resource family of shared policy groups by their hrids.

    :param catalog: parses and checks groups.
    :param trials: tries the deployments that use a group.
    """

    def __init__(self, store: Store, catalog: Catalog, trials: GroupTrials) -> None:
        self._store = store
        self._catalog = catalog
        self._trials = trials

    @route(
        "PUT",
        _ALL,
        query=(BY_ID,),
        body=Body.REQUIRED,
        reads=SharedPolicyGroupSpec,
        answers={200: SharedPolicyGroupState},
        refuses=(404,),
    )
    async def put(self, call: RestCall) -> Reply:
        """Create or change a group, and deploy it, in one transaction. What is the same
        already is neither written nor deployed."""
        try:
            body = dict(object_of(call.body))
            name = body["hrid"]
            if by_id(call):
                del body["hrid"]
            applied = await self._apply(name, by_id(call), body)
            return Reply(200, group_state(applied.group, applied.warnings))
        except PROBLEMS as problem:
            return refusal(call, problem)

    @route("GET", _ALL, query=PAGING, answers={200: Listing[SharedPolicyGroupState]})
    async def list(self, call: RestCall) -> Reply:
        """Return all groups, in the order of their creation."""
        page = Page.of(call.query)
        found = await self._store.read(lambda tx: tx.policy_groups.all())
        data = [group_state(one) for one in page.cut(found)]
        return Reply(200, page.listing(data, len(found), call.url))

    @route("GET", _ONE, query=(BY_ID,), answers={200: SharedPolicyGroupState})
    async def get(self, call: RestCall, hrid: str) -> Reply:
        """Return a group."""

        def work(tx: Transaction) -> State:
            return group_state(find_group(tx, hrid, by_id(call)))

        return Reply(200, await self._store.read(work))

    @route("DELETE", _ONE, query=(BY_ID,), answers={204: None})
    async def delete(self, call: RestCall, hrid: str) -> Reply:
        """Delete a group that no API uses."""

        def work(tx: Transaction) -> None:
            group = find_group(tx, hrid, by_id(call))
            check_unused(tx, group, "be deleted")
            tx.policy_groups.delete(group.id)

        await self._store.write(work)
        return Reply(204)

    async def _apply(self, name: str, is_id: bool, body: Mapping[str, Any]) -> _Applied:
        id = str(uuid4())

        tried: Sequence[Deployment] = ()

        def work(tx: Transaction) -> _Applied:
            stored = tx.policy_groups.with_hrid(name)
            if is_id:
                stored = find_group(tx, name, is_id=True)
            before = None if stored is None else stored.definition
            wanted, warnings = leniently(
                body, lambda rest: self._catalog.parse_policy_group(rest, before)
            )
            group, users = _put(tx, name, stored, wanted.to_json(), id)
            applied = _Applied(group, users, warnings)
            if [one.id for one in applied.users] != [one.id for one in tried]:
                raise _Otherwise(applied)
            return applied

        for _ in range(MOST_TRIALS):
            try:
                return await self._store.write(work)
            except _Otherwise as other:
                tried = other.applied.users
                await self._trials.try_out(other.applied.group, tried)
        raise ActionRefused(
            "The shared policy group was changed while it was tried",
            "sharedPolicyGroup.conflict",
            sharedPolicyGroupId=name,
        )


def _put(
    tx: Transaction,
    name: str,
    stored: SharedPolicyGroupRecord | None,
    definition: dict[str, Any],
    id: str,
) -> tuple[SharedPolicyGroupRecord, Sequence[Deployment]]:
    """
    Save a group, and deploy it if its version in force is another one.

    :param id: of a new group.
    :returns: the group, and the deployments that run its new version.
    """
    cross_id = definition.pop("crossId", None)
    definition.pop("hrid", None)
    if stored is None:
        cross_id = cross_id or id
        check_free(tx, cross_id)
        group = SharedPolicyGroupRecord(
            id=id,
            cross_id=cross_id,
            hrid=name,
            definition=definition,
            version=0,
            lifecycle_state="UNDEPLOYED",
            created_at_ms=tx.now_ms,
            updated_at_ms=tx.now_ms,
            deployed_at_ms=None,
        )
        tx.policy_groups.add(group)
    else:
        check_same(stored, definition)
        group = stored
        if cross_id not in (None, stored.cross_id):
            raise ActionRefused(
                f"The crossId of shared policy group [{stored.hrid}] is"
                f" {stored.cross_id}, and cannot be changed here",
                "sharedPolicyGroup.crossId",
                sharedPolicyGroupId=stored.id,
            )
        if definition != stored.definition:
            changed = replace(
                stored.updated(stored.cross_id, definition), hrid=stored.hrid
            )
            group = tx.policy_groups.save(changed)
    if group.lifecycle_state == "DEPLOYED":
        return group, ()
    users = users_of(tx, group.cross_id)
    return tx.policy_groups.deploy(group), users
