"""Plans of an API. Only a deployment changes traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.consumers.subscribing import close_all
from relay.management.http.parameters import PAGING, Text, Word, Words
from relay.management.http.patches import Patch
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.policy_groups.references import check_groups
from relay.management.resources.hrids import changed_hrid, new_hrid
from relay.management.resources.representations import (
    find_api,
    find_plan,
    plan_json,
    plan_reply,
)
from relay.management.shapes.apis import MergePatch, Plan, PlanBody
from relay.management.shapes.common import Listing
from relay.model.api import lifecycle
from relay.model.api.read_only import PLAN as READ_ONLY
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.records import OPEN
from relay.model.plans.plan import PlanDefinition, PlanStatus
from relay.model.records import PlanRecord
from relay.model.schema.errors import Invalid
from relay.store.store import Store
from relay.store.transaction import Transaction

_PLAN = "/apis/<api_id>/plans/<plan_id>"
_FILTERS = (
    Words("statuses", "By default `PUBLISHED`.", tuple(PlanStatus)),
    Words(
        "securities",
        "Security types.",
        ("KEY_LESS", "API_KEY", "JWT", "OAUTH2", "MTLS", "BASIC"),
    ),
    Word("mode", "Whether consumers call, or are called.", ("STANDARD", "PUSH")),
    Text("subscribableBy", "The id of an application: plans that it can subscribe to."),
    Words("fields", "Without `flow` among them, plans are returned without flows."),
)

Change = Callable[[Transaction, PlanRecord], PlanRecord]


class Plans:
    """The resource family of plans.

    :param catalog: parses and checks definitions.
    """

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    @route(
        "GET",
        "/apis/<api_id>/plans",
        query=(*PAGING, *_FILTERS),
        answers={200: Listing[Plan]},
    )
    async def list(self, call: RestCall, api_id: str) -> Reply:
        """Return the plans of an API; published ones by default."""
        page = Page.of(call.query)
        statuses = call.query.many("statuses") or ["PUBLISHED"]
        securities = call.query.many("securities")
        mode = call.query.one("mode")
        consumer = call.query.text("subscribableBy")
        fields = call.query.many("fields")

        def work(tx: Transaction) -> list[PlanRecord]:
            find_api(tx, api_id)
            plans = tx.plans.list(api_id)
            return plans if consumer is None else _subscribable(tx, plans, consumer)

        plans = [
            plan
            for plan in await self._store.read(work)
            if plan.status in statuses
            and (
                not securities or lifecycle.security_type(plan.definition) in securities
            )
            and (mode is None or plan.definition["mode"] == mode)
        ]
        shown = [plan_json(plan) for plan in page.cut(plans)]
        if fields and "flow" not in fields:
            for plan in shown:
                del plan["flows"]
        return Reply(200, page.listing(shown, len(plans), call.url))

    @route(
        "POST",
        "/apis/<api_id>/plans",
        body=Body.REQUIRED,
        reads=PlanBody,
        answers={201: Plan},
    )
    async def create(self, call: RestCall, api_id: str) -> Reply:
        """Create a plan, in staging."""

        def work(tx: Transaction) -> PlanRecord:
            api = find_api(tx, api_id)
            parsed = self._catalog.parse_plan(
                call.body, api_type=api.definition.get("type")
            )
            definition = parsed.to_json()
            lifecycle.check_new_plan(api)
            _check_mode(definition, api.definition)
            check_groups(tx, definition, api.definition["type"])
            plan = PlanRecord(
                id=str(uuid4()),
                api_id=api_id,
                hrid=new_hrid(
                    tx.plans,
                    self._catalog.parse_hrid(call.body),
                    definition["name"],
                    api_id,
                ),
                definition=definition,
                status="STAGING",
                order=definition["order"],
                created_at_ms=tx.now_ms,
                updated_at_ms=tx.now_ms,
                published_at_ms=None,
                closed_at_ms=None,
            )
            tx.plans.add(plan)
            return plan

        plan = await self._store.write(work)
        reply = plan_reply(plan, 201)
        reply.headers["Location"] = f"{call.base}/apis/{api_id}/plans/{plan.id}"
        return reply

    @route("GET", _PLAN, answers={200: Plan})
    async def get(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Return one plan."""
        return plan_reply(
            await self._store.read(lambda tx: find_plan(tx, api_id, plan_id))
        )

    @route(
        "PUT",
        _PLAN,
        body=Body.REQUIRED,
        reads=PlanBody,
        answers={200: Plan},
        versioned=True,
    )
    async def put(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Replace the definition of a plan."""

        def change(tx: Transaction, plan: PlanRecord) -> PlanRecord:
            return self._updated(tx, plan, call.body)

        return await self._change(call, api_id, plan_id, change)

    @route(
        "PATCH",
        _PLAN,
        body=Body.PATCH,
        reads=MergePatch,
        answers={200: Plan},
        versioned=True,
    )
    async def patch(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Change members of a plan by a merge patch or a JSON Patch."""
        patch: Patch = call.body
        patch.check(
            READ_ONLY, "use _publish, _deprecate and _close to change the status"
        )

        def change(tx: Transaction, plan: PlanRecord) -> PlanRecord:
            current = {"hrid": plan.hrid, **plan.definition, "order": plan.order}
            return self._updated(tx, plan, patch.apply(current, plan_json(plan)))

        return await self._change(call, api_id, plan_id, change)

    @route("DELETE", _PLAN, answers={204: None}, versioned=True)
    async def delete(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Delete a plan without subscriptions, in any status."""

        def work(tx: Transaction) -> None:
            plan = find_plan(tx, api_id, plan_id)
            call.check_version(plan.updated_at_ms)
            rules.check_unused(plan, tx.subscriptions.open_of_plan(plan_id))
            tx.plans.delete(api_id, plan_id)
            tx.touch(api_id)
            _renumber(tx, api_id, None)

        await self._store.write(work)
        return Reply(204)

    @route("POST", f"{_PLAN}/_publish", answers={200: Plan}, versioned=True)
    async def publish(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Publish a plan: deployments include it."""

        def change(tx: Transaction, plan: PlanRecord) -> PlanRecord:
            plans = tx.plans.list(api_id)
            lifecycle.check_publish(plan, plans)
            last = max((p.order for p in plans if p.status == "PUBLISHED"), default=0)
            return replace(
                plan, status="PUBLISHED", order=last + 1, published_at_ms=tx.now_ms
            )

        return await self._change(call, api_id, plan_id, change)

    @route("POST", f"{_PLAN}/_deprecate", answers={200: Plan}, versioned=True)
    async def deprecate(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Deprecate a plan: it accepts no new subscriptions."""

        def change(tx: Transaction, plan: PlanRecord) -> PlanRecord:
            lifecycle.check_deprecate(plan)
            return replace(plan, status="DEPRECATED")

        return await self._change(call, api_id, plan_id, change)

    @route("POST", f"{_PLAN}/_close", answers={200: Plan}, versioned=True)
    async def close(self, call: RestCall, api_id: str, plan_id: str) -> Reply:
        """Close a plan with its subscriptions, at once."""

        def change(tx: Transaction, plan: PlanRecord) -> PlanRecord:
            lifecycle.check_close(plan)
            close_all(tx, tx.subscriptions.open_of_plan(plan_id))
            tx.touch(api_id)
            return replace(plan, status="CLOSED", closed_at_ms=tx.now_ms)

        return await self._change(call, api_id, plan_id, change)

    def _updated(self, tx: Transaction, plan: PlanRecord, body: object) -> PlanRecord:
        current = PlanDefinition.read(plan.definition)
        api = find_api(tx, plan.api_id)
        definition = self._catalog.parse_plan(
            body, current, api.definition.get("type")
        ).to_json()
        lifecycle.check_update_plan(plan, definition)
        _check_mode(definition, api.definition)
        check_groups(tx, definition, api.definition["type"])
        if "crossId" in plan.definition:
            definition.setdefault("crossId", plan.definition["crossId"])
        order = definition["order"]
        # A body without an order leaves the order unchanged.
        if isinstance(body, dict) and body.get("order") is None:
            order = plan.order
        hrid = changed_hrid(tx.plans, plan, self._catalog.parse_hrid(body), plan.api_id)
        return replace(plan, hrid=hrid, definition=definition, order=order)

    async def _change(
        self, call: RestCall, api_id: str, plan_id: str, change: Change
    ) -> Reply:
        def work(tx: Transaction) -> PlanRecord:
            plan = find_plan(tx, api_id, plan_id)
            call.check_version(plan.updated_at_ms)
            saved = tx.plans.save(change(tx, plan))
            if saved.status == "CLOSED":
                _renumber(tx, api_id, None)
            elif plan.status == "PUBLISHED" and saved.order != plan.order:
                _renumber(tx, api_id, saved)
            return find_plan(tx, api_id, plan_id)

        return plan_reply(await self._store.write(work))


def _subscribable(
    tx: Transaction, plans: Iterable[PlanRecord], application_id: str
) -> list[PlanRecord]:
    """
    :returns: the plans to which an application can subscribe: those that are not
        keyless, and to which it has no subscription that has not ended.
    """
    taken = {
        one.plan_id
        for one in tx.subscriptions.of_application(application_id)
        if one.status in OPEN
    }
    return [
        plan
        for plan in plans
        if plan.id not in taken
        and lifecycle.security_type(plan.definition) != "KEY_LESS"
    ]


def _check_mode(definition: dict[str, Any], api: dict[str, Any]) -> None:
    if problem := lifecycle.check_mode(definition, api):
        raise Invalid([problem])


def _renumber(tx: Transaction, api_id: str, moved: PlanRecord | None) -> None:
    plans = tx.plans.list(api_id)
    orders = lifecycle.reordered(plans, moved)
    for plan in plans:
        if plan.order != (order := orders.get(plan.id, plan.order)):
            tx.plans.save(replace(plan, order=order))
