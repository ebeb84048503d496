"""Shared policy groups: create, get, replace, delete, deploy, undeploy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.http.parameters import PAGING, Text, sort_by
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.policy_groups.representations import (
    find_group,
    group_json,
    group_reply,
    plugin_json,
)
from relay.management.policy_groups.trials import GroupTrials, users_of
from relay.management.resources.hrids import changed_hrid, new_hrid
from relay.management.shapes.common import Listing
from relay.management.shapes.policy_groups import (
    PolicyGroupPlugin,
    SharedPolicyGroup,
    SharedPolicyGroupUpdate,
)
from relay.model.api.lifecycle import ActionRefused
from relay.model.policy_groups.definition import SharedPolicyGroupDefinition
from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.records import Deployment
from relay.model.schema.errors import Invalid, Issue
from relay.store.store import Store
from relay.store.transaction import Transaction

_ALL = "/shared-policy-groups"
_ONE = f"{_ALL}/<group_id>"

Key = Callable[[SharedPolicyGroupRecord], Any]
_KEYS: dict[str, Key] = {
    "name": lambda group: group.definition["name"].lower(),
    "apiType": lambda group: group.definition["apiType"],
    "phase": lambda group: group.definition["phase"],
    "version": lambda group: group.version,
    "updatedAt": lambda group: group.updated_at_ms,
    "deployedAt": lambda group: group.deployed_at_ms or 0,
}
"""What lists can be sorted by."""
_GROUP_KEYS = ("name", "apiType", "phase", "updatedAt", "deployedAt")
_HISTORY_KEYS = ("version", "updatedAt", "deployedAt")
_SORT_GROUPS = sort_by(_GROUP_KEYS, "the last changed group comes first")
_SORT_HISTORY = sort_by(_HISTORY_KEYS, "the last changed version comes first")
_TEXT = Text("q", "A text that the name or the description contains, in any case.")
_UNCHANGEABLE = ("apiType", "phase")
_TOLD = 10
"""How many APIs an error names."""


class SharedPolicyGroups:
    """The resource family of shared policy groups.

    :param catalog: parses and checks groups.
    :param trials: tries the deployments that use a group.
    """

    def __init__(self, store: Store, catalog: Catalog, trials: GroupTrials) -> None:
        self._store = store
        self._catalog = catalog
        self._trials = trials

    @route(
        "GET",
        _ALL,
        query=(*PAGING, _TEXT, _SORT_GROUPS),
        answers={200: Listing[SharedPolicyGroup]},
    )
    async def list(self, call: RestCall) -> Reply:
        """Return the groups whose name or description contains a text, by default
        those that were changed last first."""
        page = Page.of(call.query)
        order = _order(call)
        text = (call.query.text("q") or "").lower()
        found = [
            one
            for one in await self._store.read(lambda tx: tx.policy_groups.all())
            if text in one.definition["name"].lower()
            or text in one.definition.get("description", "").lower()
        ]
        data = [group_json(one) for one in page.cut(order(found))]
        return Reply(200, page.listing(data, len(found), call.url))

    @route(
        "POST",
        _ALL,
        body=Body.REQUIRED,
        reads=SharedPolicyGroupDefinition,
        answers={201: SharedPolicyGroup},
    )
    async def create(self, call: RestCall) -> Reply:
        """Create a group, which is not deployed."""
        definition = self._catalog.parse_policy_group(call.body).to_json()

        def work(tx: Transaction) -> SharedPolicyGroupRecord:
            cross_id = definition.pop("crossId", None) or str(uuid4())
            check_free(tx, cross_id)
            hrid = definition.pop("hrid", None)
            record = SharedPolicyGroupRecord(
                id=str(uuid4()),
                cross_id=cross_id,
                hrid=new_hrid(tx.policy_groups, hrid, definition["name"]),
                definition=definition,
                version=0,
                lifecycle_state="UNDEPLOYED",
                created_at_ms=tx.now_ms,
                updated_at_ms=tx.now_ms,
                deployed_at_ms=None,
            )
            tx.policy_groups.add(record)
            return record

        record = await self._store.write(work)
        reply = group_reply(record, 201)
        reply.headers["Location"] = f"{call.base}{_ALL}/{record.id}"
        return reply

    @route(
        "GET", f"{_ALL}/policy-plugins", answers={200: tuple[PolicyGroupPlugin, ...]}
    )
    async def policy_plugins(self, call: RestCall) -> Reply:
        """Return the deployed groups, for the steps of flows."""
        found = await self._store.read(lambda tx: tx.policy_groups.in_force())
        return Reply(200, [plugin_json(one) for one in found])

    @route("GET", _ONE, answers={200: SharedPolicyGroup})
    async def get(self, call: RestCall, group_id: str) -> Reply:
        """Return one group."""
        return group_reply(await self._store.read(lambda tx: find_group(tx, group_id)))

    @route(
        "PUT",
        _ONE,
        body=Body.REQUIRED,
        reads=SharedPolicyGroupUpdate,
        versioned=True,
        answers={200: SharedPolicyGroup},
    )
    async def put(self, call: RestCall, group_id: str) -> Reply:
        """Change a group; absent members keep their values. Traffic does not change
        until the group is deployed."""
        if not isinstance(call.body, dict):
            raise Invalid([Issue("must be an object", "")])
        sent = {name: one for name, one in call.body.items() if one is not None}

        def work(tx: Transaction) -> SharedPolicyGroupRecord:
            group = find_group(tx, group_id)
            call.check_version(group.updated_at_ms)
            before = {
                "crossId": group.cross_id,
                "hrid": group.hrid,
                **group.definition,
            }
            parsed = self._catalog.parse_policy_group({**before, **sent}, before)
            definition = parsed.to_json()
            cross_id = definition.pop("crossId")
            hrid = changed_hrid(tx.policy_groups, group, definition.pop("hrid"))
            check_same(group, definition)
            if cross_id != group.cross_id:
                check_free(tx, cross_id)
                check_unused(tx, group, "have another crossId")
                if group.deployed:
                    raise ActionRefused(
                        "The crossId of a deployed shared policy group cannot be"
                        " changed",
                        "sharedPolicyGroup.deployed",
                        sharedPolicyGroupId=group.id,
                    )
            changed = replace(group.updated(cross_id, definition), hrid=hrid)
            return tx.policy_groups.save(changed)

        return group_reply(await self._store.write(work))

    @route("DELETE", _ONE, answers={204: None}, versioned=True)
    async def delete(self, call: RestCall, group_id: str) -> Reply:
        """Delete a group that no API uses."""

        def work(tx: Transaction) -> None:
            group = find_group(tx, group_id)
            call.check_version(group.updated_at_ms)
            check_unused(tx, group, "be deleted")
            tx.policy_groups.delete(group.id)

        await self._store.write(work)
        return Reply(204)

    @route(
        "GET",
        f"{_ONE}/histories",
        query=(*PAGING, _SORT_HISTORY),
        answers={200: Listing[SharedPolicyGroup]},
    )
    async def histories(self, call: RestCall, group_id: str) -> Reply:
        """Return the deployed and withdrawn versions of a group."""
        page = Page.of(call.query)
        order = _order(call)

        def work(tx: Transaction) -> list[SharedPolicyGroupRecord]:
            find_group(tx, group_id)
            return tx.policy_groups.history(group_id)

        found = await self._store.read(work)
        data = [group_json(one) for one in page.cut(order(found))]
        return Reply(200, page.listing(data, len(found), call.url))

    @route("POST", f"{_ONE}/_deploy", answers={202: SharedPolicyGroup}, versioned=True)
    async def deploy(self, call: RestCall, group_id: str) -> Reply:
        """Deploy the saved group: deployed APIs that use it run its steps from now
        on."""

        def find(
            tx: Transaction,
        ) -> tuple[SharedPolicyGroupRecord, list[Deployment]]:
            group = find_group(tx, group_id)
            call.check_version(group.updated_at_ms)
            return group, users_of(tx, group.cross_id)

        tried, users = await self._store.read(find)
        await self._trials.try_out(tried, users)

        def work(tx: Transaction) -> SharedPolicyGroupRecord:
            group = find_group(tx, group_id)
            if group.updated_at_ms != tried.updated_at_ms:
                raise ActionRefused(
                    "The shared policy group was changed while it was tried",
                    "sharedPolicyGroup.conflict",
                    sharedPolicyGroupId=group_id,
                )
            return tx.policy_groups.deploy(group)

        return group_reply(await self._store.write(work), 202)

    @route(
        "POST", f"{_ONE}/_undeploy", answers={202: SharedPolicyGroup}, versioned=True
    )
    async def undeploy(self, call: RestCall, group_id: str) -> Reply:
        """Withdraw a group: the steps of flows that refer to it are skipped."""

        def work(tx: Transaction) -> SharedPolicyGroupRecord:
            group = find_group(tx, group_id)
            call.check_version(group.updated_at_ms)
            if not group.version:
                raise ActionRefused(
                    "The shared policy group has never been deployed",
                    "sharedPolicyGroup.notDeployed",
                    sharedPolicyGroupId=group_id,
                )
            return tx.policy_groups.undeploy(group)

        return group_reply(await self._store.write(work), 202)


def _order(
    call: RestCall,
) -> Callable[[list[SharedPolicyGroupRecord]], list[SharedPolicyGroupRecord]]:
    """Parse ``sortBy``: a key, with a minus for the largest first."""
    wanted = call.query.one("sortBy") or "-updatedAt"
    key = _KEYS[wanted.removeprefix("-")]
    return lambda groups: sorted(groups, key=key, reverse=wanted.startswith("-"))


def check_free(tx: Transaction, cross_id: str) -> None:
    """
    :raises ActionRefused: when a group has the crossId.
    """
    if tx.policy_groups.named([cross_id]):
        raise ActionRefused(
            f"SharedPolicyGroup with crossId [{cross_id}] already exists.",
            "sharedPolicyGroup.duplicateCrossId",
            crossId=cross_id,
        )


def check_same(group: SharedPolicyGroupRecord, definition: dict[str, Any]) -> None:
    """
    :raises Invalid: when the type of APIs or the phase of a group would change.
    """
    issues = [
        Issue("cannot be changed", name, definition[name])
        for name in _UNCHANGEABLE
        if definition[name] != group.definition[name]
    ]
    if issues:
        raise Invalid(issues)


def check_unused(tx: Transaction, group: SharedPolicyGroupRecord, done: str) -> None:
    """Check that no flow would lose the steps that it refers to."""
    uses = tx.group_uses
    users = sorted({*uses.saved(group.cross_id), *uses.deployed(group.cross_id)})
    if users:
        more = f" and {len(users) - _TOLD} more" if len(users) > _TOLD else ""
        raise ActionRefused(
            f"The shared policy group cannot {done}: it is used by the APIs"
            f" [{', '.join(users[:_TOLD])}]{more}",
            "sharedPolicyGroup.used",
            sharedPolicyGroupId=group.id,
        )
