"""Restore what a deployment contains as the saved definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from relay.catalog import Catalog
from relay.management.http.answers import JSON, Answer
from relay.management.http.reply import Reply, version_headers
from relay.management.http.routing import Body, RestCall, route
from relay.management.policy_groups.references import check_groups
from relay.management.resources import bodies
from relay.management.resources.apis import changed_api
from relay.management.resources.bodies import RollbackRequest
from relay.management.resources.deployment_history import differences, draft
from relay.management.resources.representations import (
    find_api,
    find_deployment,
    no_deployment,
    plan_json,
)
from relay.management.shapes.deployments import RollbackPreview
from relay.model.api import lifecycle
from relay.model.api.differences import comparable
from relay.model.api.publication_state import PublicationState
from relay.model.plans.plan import PlanDefinition
from relay.model.records import ApiRecord, Deployment, PlanRecord
from relay.model.secrets import Masking
from relay.store.store import Store
from relay.store.transaction import Transaction

_KEPT = frozenset({"id", "hrid"})
"""Members that a rollback does not restore."""


@dataclass(frozen=True, slots=True)
class Restored:
    """An API with its plans as a rollback saves them."""

    api: ApiRecord
    plans: tuple[PlanRecord, ...]
    """All plans of the API, in any status."""
    left: tuple[dict[str, Any], ...]
    """The plans that the rollback does not restore, as JSON, with the reason."""


class Rollback:
    """The resource family of rollbacks.

    A rollback saves, and never changes traffic: it neither closes nor publishes a plan.

    :param store: holds the deployments.
    :param catalog: parses and checks definitions.
    :param masking: hides secrets in differences.
    """

    def __init__(self, store: Store, catalog: Catalog, masking: Masking) -> None:
        self._store = store
        self._catalog = catalog
        self._masking = masking

    @route(
        "POST",
        "/apis/<api_id>/_rollback",
        body=Body.REQUIRED,
        reads=RollbackRequest,
        answers={
            200: Answer(
                {JSON: RollbackPreview}, "What the rollback would change: a dry run."
            ),
            204: None,
        },
        versioned=True,
    )
    async def rollback(self, call: RestCall, api_id: str) -> Reply:
        """Save the definition and the plans of a deployment again. The response of a
        dry run has the differences."""
        wanted = bodies.read(RollbackRequest, call.body)

        def work(tx: Transaction) -> tuple[ApiRecord, dict[str, Any]]:
            api = find_api(tx, api_id)
            call.check_version(api.updated_at_ms)
            target = _target(tx, api_id, wanted)
            restored = self._restored(tx, api, target)
            stored = {plan.id: plan for plan in tx.plans.list(api_id)}
            found = differences(
                self._masking,
                draft(api, list(stored.values())),
                draft(restored.api, restored.plans),
            )
            saved = tx.apis.save(restored.api)
            for plan in restored.plans:
                if plan != stored[plan.id]:
                    tx.plans.save(plan)
            name = str(saved.definition.get("name", ""))
            tx.audits.note(
                "API_ROLLBACKED",
                {"type": "API", "id": api_id, "name": name},
                {},
                {"deploymentNumber": target.number},
                api_id,
            )
            return saved, {**found, "plansNotRestored": list(restored.left)}

        saved, found = await self._store.write(work)
        if call.dry_run:
            return Reply(200, found)
        return Reply(204, headers=version_headers(saved.updated_at_ms))

    def _restored(
        self, tx: Transaction, api: ApiRecord, target: Deployment
    ) -> Restored:
        body = {key: one for key, one in target.definition.items() if key not in _KEPT}
        parsed = self._catalog.parse_api(body, target.definition).to_json()
        snapshots = {plan["id"]: plan for plan in target.plans}
        plans = [
            self._restored_plan(tx, plan, snapshots[plan.id], parsed["type"])
            if plan.status in lifecycle.SERVED and plan.id in snapshots
            else plan
            for plan in tx.plans.list(api.id)
        ]
        return Restored(
            changed_api(tx, api, parsed, PublicationState()),
            tuple(_after(plans, snapshots)),
            tuple(_left(plans, snapshots)),
        )

    def _restored_plan(
        self,
        tx: Transaction,
        plan: PlanRecord,
        snapshot: dict[str, Any],
        api_type: str,
    ) -> PlanRecord:
        if _are_equal(plan_json(plan), {**snapshot, "status": plan.status}):
            return plan
        # Snapshots state the defaults of members that the definition leaves out.
        body = {
            key: one
            for key, one in snapshot.items()
            if key not in _KEPT and (one or key in plan.definition)
        }
        current = PlanDefinition.read(plan.definition)
        definition = self._catalog.parse_plan(body, current, api_type).to_json()
        lifecycle.check_update_plan(plan, definition)
        check_groups(tx, definition, api_type)
        return replace(plan, definition=definition, order=snapshot["order"])


def _target(tx: Transaction, api_id: str, wanted: RollbackRequest) -> Deployment:
    if wanted.event_id is None:
        return find_deployment(tx, api_id, str(wanted.deployment_number))
    found = tx.deployments.identified(api_id, wanted.event_id)
    if found is None:
        raise no_deployment(wanted.event_id)
    return found


def _are_equal(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return comparable({}, [one]) == comparable({}, [other])


def _after(
    plans: Sequence[PlanRecord], snapshots: dict[str, dict[str, Any]]
) -> list[PlanRecord]:
    """Number the published plans that the deployment lacks after those that it has."""
    last = max((one["order"] for one in snapshots.values()), default=0)
    numbered = []
    for plan in plans:
        if plan.status == "PUBLISHED" and plan.id not in snapshots:
            last += 1
            plan = replace(plan, order=last)
        numbered.append(plan)
    return numbered


def _left(
    plans: Sequence[PlanRecord], snapshots: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    stored = {plan.id: plan for plan in plans}
    left = []
    for id, snapshot in snapshots.items():
        plan = stored.get(id)
        if plan is None or plan.status not in lifecycle.SERVED:
            reason = "DELETED" if plan is None else plan.status
            left.append({"id": id, "name": snapshot.get("name"), "reason": reason})
    left += [
        {"id": plan.id, "name": plan.definition.get("name"), "reason": "NOT_DEPLOYED"}
        for plan in lifecycle.served(plans)
        if plan.id not in snapshots
    ]
    return left
