"""The deployments of an API, and the differences between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from relay.management.http.parameters import MOST_PER_PAGE, PAGING, Text
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.deployments import deployment_json, gateway_json
from relay.management.resources.representations import (
    find_api,
    find_deployment,
    newest_deployment,
    plan_json,
)
from relay.management.shapes.common import Listing
from relay.management.shapes.deployments import (
    Comparison,
    Deployment as DeploymentShape,
    DeploymentHead as HeadShape,
)
from relay.model.api.differences import affects_traffic, comparable, plan_of
from relay.model.api.lifecycle import served
from relay.model.records import (
    ApiRecord,
    Deployment,
    DeploymentHead,
    GatewayReport,
    PlanRecord,
)
from relay.model.role import Role
from relay.model.schema.types.timestamps import timestamp
from relay.model.secrets import Masking
from relay.store.store import Store
from relay.store.transaction import Transaction

DRAFT = "draft"
"""The word for what is saved, where a number stands for a deployment."""
_DEPLOYED = "API_DEPLOYED"
_SIDES = (
    Text("from", "The number of a deployment; by default that of the newest."),
    Text("to", "The number of a deployment; by default `draft`: what is saved."),
)

Document = dict[str, Any]


class DeploymentHistory:
    """The resource family of past deployments.

    :param store: holds the deployments.
    :param masking: hides secrets in differences.
    """

    def __init__(self, store: Store, masking: Masking) -> None:
        self._store = store
        self._masking = masking

    @route(
        "GET",
        "/apis/<api_id>/deployments",
        query=PAGING,
        answers={200: Listing[HeadShape]},
    )
    async def list(self, call: RestCall, api_id: str) -> Reply:
        """Return the deployments of an API without their content, the newest first."""
        page = Page.of(call.query)
        shows_users = call.user.role.includes(Role.PUBLISHER)

        def work(tx: Transaction) -> tuple[list[Document], int]:
            find_api(tx, api_id)
            heads, total = tx.deployments.heads(api_id, page.skipped, page.size)
            users = _users(tx, api_id, heads) if shows_users else {}
            reports = tx.gateways.of_api(api_id)
            return [_head_json(one, users, reports) for one in heads], total

        data, total = await self._store.read(work)
        return Reply(200, page.listing(data, total, call.url))

    @route("GET", "/apis/<api_id>/deployments/<number>", answers={200: DeploymentShape})
    async def get(self, call: RestCall, api_id: str, number: str) -> Reply:
        """Return one deployment with its plans."""
        shows_users = call.user.role.includes(Role.PUBLISHER)

        def work(tx: Transaction) -> Document:
            found = find_deployment(tx, api_id, number)
            reports = [
                one
                for one in tx.gateways.of_api(api_id)
                if found.number in (one.report.serving, one.report.number)
            ]
            users = _users(tx, api_id, [found]) if shows_users else {}
            return {**deployment_json(found, reports), **_user_json(found, users)}

        return Reply(200, await self._store.read(work))

    @route(
        "GET",
        "/apis/<api_id>/deployments/_diff",
        query=_SIDES,
        answers={200: Comparison},
        refuses=(404,),
    )
    async def diff(self, call: RestCall, api_id: str) -> Reply:
        """Return the differences of two deployments, or of one and what is saved."""
        before = call.query.text("from")
        after = call.query.text("to") or DRAFT

        def work(tx: Transaction) -> tuple[tuple[Document, Document], ...]:
            older = before or str(newest_deployment(tx, api_id).number)
            return _side(tx, api_id, older), _side(tx, api_id, after)

        (old, old_json), (new, new_json) = await self._store.read(work)
        shape = {"from": old_json, "to": new_json}
        return Reply(200, {**shape, **differences(self._masking, old, new)})


def differences(masking: Masking, before: Document, after: Document) -> Document:
    """
    :param before: of :func:`relay.model.api.differences.comparable`.
    :param after: the same, of the same API.
    :returns: the JSON of their differences, with secrets masked.
    """
    changes = [
        {**asdict(one), "affectsTraffic": affects_traffic(one.path)}
        for one in masking.changes(before, after)
    ]
    # Those of plans last: new members of the API come after its plans otherwise.
    changes.sort(key=lambda one: plan_of(one["path"]) is not None)
    plans = {**before["plans"], **after["plans"]}
    ids = dict.fromkeys(plan_of(one["path"]) for one in changes)
    return {
        "affectsTraffic": any(one["affectsTraffic"] for one in changes),
        "data": changes,
        "plans": [
            {"id": id, "name": plans[id].get("name")} for id in ids if id is not None
        ],
    }


def draft(api: ApiRecord, plans: Sequence[PlanRecord]) -> Document:
    """Return the comparable document of what is saved."""
    return comparable(api.definition, [plan_json(one) for one in served(plans)])


def _side(tx: Transaction, api_id: str, word: str) -> tuple[Document, Document]:
    """Read one side of a comparison, with the JSON that names it."""
    if word == DRAFT:
        api = find_api(tx, api_id)
        return draft(api, tx.plans.list(api_id)), {DRAFT: True}
    found = find_deployment(tx, api_id, word)
    return comparable(found.definition, found.plans), _name_json(found)


def _users(
    tx: Transaction, api_id: str, heads: Sequence[DeploymentHead | Deployment]
) -> dict[int, str]:
    """
    :returns: the names of the users who deployed, by number, as far as the audit trail
        still has them.
    """
    if not heads:
        return {}
    instants = [one.created_at_ms for one in heads]
    found, _ = tx.audits.list(
        api_id, (_DEPLOYED,), min(instants), max(instants), 0, MOST_PER_PAGE
    )
    return {
        change["after"]: entry.actor
        for entry in found
        for change in entry.changes
        if change["path"] == "/deploymentNumber"
    }


def _head_json(
    head: DeploymentHead, users: Mapping[int, str], reports: Sequence[GatewayReport]
) -> Document:
    return {
        "id": head.id,
        **_name_json(head),
        "deployedAt": timestamp(head.created_at_ms),
        **_user_json(head, users),
        "gateways": [
            gateway_json(one) for one in reports if one.report.serving == head.number
        ],
        "refusals": [
            {"id": one.gateway_id, "host": one.host, "reason": one.report.reason}
            for one in reports
            if one.report.number == head.number and one.report.reason is not None
        ],
    }


def _name_json(made: DeploymentHead | Deployment) -> Document:
    shape: Document = {"deploymentNumber": made.number}
    if made.label is not None:
        shape["deploymentLabel"] = made.label
    return shape


def _user_json(made: DeploymentHead | Deployment, users: Mapping[int, str]) -> Document:
    name = users.get(made.number)
    if name is None:
        return {}
    return {"deployedBy": {"id": name, "displayName": name}}
