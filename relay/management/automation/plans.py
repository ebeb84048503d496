"""The plans of an API as a body of the Automation API lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from relay.dialects.checking import CheckedPlan
from relay.management.consumers.subscribing import close_all
from relay.management.policy_groups.references import check_groups
from relay.model.api import lifecycle
from relay.model.api.lifecycle import ActionRefused
from relay.model.plans.plan import PlanStatus
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.schema.reading import shown
from relay.store.transaction import Transaction

_ORDER = tuple(PlanStatus)
"""The statuses; a plan moves down this list only."""


@dataclass(frozen=True, slots=True)
class WantedPlan:
    """A plan as it is listed."""

    hrid: str
    definition: dict[str, Any]
    status: str
    order: int
    """Its place: published plans are numbered from 1, and those that take no new
    subscriptions follow them."""


def wanted_plans(plans: Sequence[CheckedPlan]) -> list[WantedPlan]:
    """
    Read the list of plans.

    :raises Invalid: for plans without a hrid, with the same one, or with an unknown
        status.
    """
    problems: list[Issue] = []
    found: dict[str, WantedPlan] = {}
    published = sum(one.body.get("status") == "PUBLISHED" for one in plans)
    numbers = {"PUBLISHED": 0, "": published}
    for number, one in enumerate(plans):
        at = join("plans", number)
        hrid, status = one.body.get("hrid"), one.body.get("status")
        if not isinstance(hrid, str):
            problems.append(Issue("is required", join(at, "hrid")))
            continue
        if hrid in found:
            problems.append(Issue("another plan has it", join(at, "hrid"), hrid))
        if status not in _ORDER:
            known = ", ".join(_ORDER)
            place = join(at, "status")
            problems.append(Issue(f"must be one of {known}", place, shown(str(status))))
            continue
        counter = "PUBLISHED" if status == "PUBLISHED" else ""
        numbers[counter] += 1
        found[hrid] = WantedPlan(
            hrid, one.definition.to_json(), str(status), numbers[counter]
        )
    if problems:
        raise Invalid(problems)
    return list(found.values())


def put_plans(
    tx: Transaction,
    api: ApiRecord,
    wanted: Sequence[WantedPlan],
    id_of: Callable[[str], str],
) -> None:
    """
    Create and change the plans that are listed, and end those that are not.

    A plan that is no longer listed is deleted; if it has, or had, subscriptions, it is
    closed with them instead, and their history stays.

    :param id_of: returns the id of a new plan by its hrid.
    :raises ActionRefused: when a rule of the lifecycle is violated.
    :raises Invalid: when a plan does not suit the API.
    """
    stored = tx.plans.list(api.id)
    closed = {one.hrid for one in stored if one.status == "CLOSED"}
    live = {one.hrid: one for one in stored if one.status != "CLOSED"}
    listed = {one.hrid for one in wanted}
    subscribed = {one.plan_id for one in tx.subscriptions.of_api(api.id)}
    for plan in live.values():
        if plan.hrid not in listed and plan.id not in subscribed:
            tx.plans.delete(api.id, plan.id)
            tx.touch(api.id)
        elif plan.hrid not in listed:
            _close(tx, plan)
    after: list[PlanRecord] = []
    changes: list[tuple[PlanRecord | None, PlanRecord]] = []
    for number, one in enumerate(wanted):
        current = live.get(one.hrid)
        if current is None and one.status == "CLOSED" and one.hrid in closed:
            continue
        try:
            _check(tx, api, one)
        except Invalid as refused:
            raise Invalid(_below(refused, join("plans", number))) from None
        changed = _new(tx, api, one, id_of) if current is None else _moved(current, one)
        if changed.status in lifecycle.SERVED:
            lifecycle.check_publish(replace(changed, status="STAGING"), after)
        after.append(changed)
        changes.append((current, changed))
    for current, changed in changes:
        _save(tx, current, changed)


def _check(tx: Transaction, api: ApiRecord, wanted: WantedPlan) -> None:
    if problem := lifecycle.check_mode(wanted.definition, api.definition):
        raise Invalid([problem])
    check_groups(tx, wanted.definition, api.definition["type"])


def _new(
    tx: Transaction, api: ApiRecord, wanted: WantedPlan, id_of: Callable[[str], str]
) -> PlanRecord:
    lifecycle.check_new_plan(api)
    served = wanted.status in lifecycle.SERVED
    return PlanRecord(
        id=id_of(wanted.hrid),
        api_id=api.id,
        hrid=wanted.hrid,
        definition=wanted.definition,
        status=wanted.status,
        order=wanted.order,
        created_at_ms=tx.now_ms,
        updated_at_ms=tx.now_ms,
        published_at_ms=tx.now_ms if served else None,
        closed_at_ms=tx.now_ms if wanted.status == "CLOSED" else None,
    )


def _moved(plan: PlanRecord, wanted: WantedPlan) -> PlanRecord:
    """
    :raises ActionRefused: when a rule of the lifecycle is violated.
    """
    definition = dict(wanted.definition)
    lifecycle.check_update_plan(plan, definition)
    if "crossId" in plan.definition:
        definition.setdefault("crossId", plan.definition["crossId"])
    if _ORDER.index(PlanStatus(wanted.status)) < _ORDER.index(PlanStatus(plan.status)):
        raise ActionRefused(
            f"Plan [{plan.hrid}] is {plan.status} and cannot become {wanted.status}",
            "plan.status",
            plan=plan.id,
        )
    return replace(
        plan, definition=definition, status=wanted.status, order=wanted.order
    )


def _save(tx: Transaction, current: PlanRecord | None, plan: PlanRecord) -> None:
    if current is None:
        tx.plans.add(plan)
    elif plan.status == "CLOSED":
        _close(tx, plan)
    elif plan != current:
        if plan.status != "STAGING" and plan.published_at_ms is None:
            plan = replace(plan, published_at_ms=tx.now_ms)
        tx.plans.save(plan)


def _close(tx: Transaction, plan: PlanRecord) -> None:
    close_all(tx, tx.subscriptions.open_of_plan(plan.id))
    tx.touch(plan.api_id)
    tx.plans.save(replace(plan, status="CLOSED", closed_at_ms=tx.now_ms))


def _below(refused: Invalid, at: str) -> Iterator[Issue]:
    for issue in refused.issues:
        where = f"{at}.{issue.location}" if issue.location else at
        yield replace(issue, location=where)
