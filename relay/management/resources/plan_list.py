"""The plans of an API as a file or a body lists them, put into the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from relay.dialects.checking import CheckedPlan, moved
from relay.management.consumers.subscribing import close_all
from relay.model.api import lifecycle
from relay.model.api.lifecycle import ActionRefused
from relay.model.consumers import subscriptions
from relay.model.hrid import derived, unused
from relay.model.plans.plan import PlanStatus
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.schema.reading import shown
from relay.store.transaction import Transaction

_STATUSES: tuple[str, ...] = tuple(PlanStatus)
"""In the order in which a plan moves through them."""
_PLACES = {
    "plan.keyless.exists": "security.type",
    "plan.mode": "mode",
    "plan.security.type": "security.type",
}
"""The members of a plan that violate rules of the lifecycle, by the rules' codes."""

Numbering = Callable[[Sequence[PlanRecord]], Mapping[str, int]]
"""Takes the plans as they are listed; returns orders by the ids of plans. A plan
without one keeps its order."""


@dataclass(frozen=True, slots=True)
class ListRules:
    """The meaning of a list of plans."""

    found_by: tuple[str, ...]
    """The members by which a listed plan finds the stored plan that it is: every plan
    by the first one, then those that are left by the next one."""
    closes_used: bool
    """Whether a stored plan that is not listed, and has or had subscriptions, is closed
    with them. Otherwise it is deleted, or refused if it has open subscriptions."""
    empty_is_absent: bool
    """Whether the plans stay when none is listed."""
    numbering: Numbering


class Ids:
    """The ids of new objects: the same ones whenever a transaction is repeated."""

    def __init__(self) -> None:
        self._known: defaultdict[object, str] = defaultdict(lambda: str(uuid4()))

    def of(self, what: object) -> str:
        """
        Return the id of a new object.

        :param what: names it within the file or the body.
        """
        return self._known[what]


def by_place(plans: Sequence[PlanRecord]) -> Mapping[str, int]:
    """Number the published plans as they are listed, and then the other plans."""
    placed = sorted(plans, key=lambda plan: plan.status != "PUBLISHED")
    return {plan.id: number for number, plan in enumerate(placed, start=1)}


def by_order(plans: Sequence[PlanRecord]) -> Mapping[str, int]:
    """Number the published plans by their orders, those without one at the end."""
    published = [plan for plan in plans if plan.status == "PUBLISHED"]
    published.sort(key=lambda plan: (plan.order == 0, plan.order))
    return {plan.id: number for number, plan in enumerate(published, start=1)}


def save_plans(
    tx: Transaction,
    api: ApiRecord,
    before: ApiRecord | None,
    listed: Sequence[CheckedPlan],
    ids: Ids,
    rules: ListRules,
) -> None:
    """
    Create and change the plans that are listed, and end those that are not.

    A closed plan that is not listed stays.

    :param api: as it is stored now.
    :param before: the API before this transaction; None for a new one.
    :param ids: has the ids of new plans by their places.
    :raises Invalid: for every problem of the plans, with locations below ``plans``.
    :raises ActionRefused: when a plan that is to be deleted has open subscriptions.
    """
    if not listed and rules.empty_is_absent:
        return
    stored = tx.plans.list(api.id)
    found = _matched(listed, stored, rules.found_by)
    plans: list[PlanRecord] = []
    problems: list[Issue] = []
    for number, one in enumerate(listed):
        known = found.get(number)
        plan = _made(one, known, api.id, ids.of(number), tx.now_ms)
        issues = _problems(one, plan, known, plans, (before, api), rules)
        problems += (moved(issue, join("plans", number)) for issue in issues)
        plans.append(plan)
    if problems:
        raise Invalid(problems)
    kept = {plan.id for plan in found.values()}
    left = [plan for plan in stored if plan.id not in kept]
    used = {one.plan_id for one in tx.subscriptions.of_api(api.id)}
    for plan in left:
        if plan.status == "CLOSED":
            continue
        if rules.closes_used and plan.id in used:
            _save(tx, plan, replace(plan, status="CLOSED", closed_at_ms=tx.now_ms))
        else:
            subscriptions.check_unused(plan, tx.subscriptions.open_of_plan(plan.id))
            tx.plans.delete(api.id, plan.id)
            tx.touch(api.id)
    orders = rules.numbering(plans)
    named = _named(plans, [plan for plan in left if plan.status == "CLOSED"])
    changes = [
        (found.get(number), replace(plan, order=orders.get(plan.id, plan.order)))
        for number, plan in enumerate(named)
    ]
    # A plan that is closed gives up its hrid, which another plan may have then.
    for current, plan in sorted(changes, key=lambda one: one[1].status != "CLOSED"):
        _save(tx, current, plan)


def _matched(
    listed: Sequence[CheckedPlan], stored: Sequence[PlanRecord], members: Sequence[str]
) -> dict[int, PlanRecord]:
    """
    Find the stored plans that listed ones are, by the places of these.

    Plans that are not closed find and are found before those that are.
    """
    closed = [plan for plan in stored if plan.status == "CLOSED"]
    closed.sort(key=lambda plan: (plan.closed_at_ms or 0, plan.id), reverse=True)
    left = [*(plan for plan in stored if plan.status != "CLOSED"), *closed]
    places = sorted(range(len(listed)), key=lambda at: _status(listed[at]) == "CLOSED")
    found: dict[int, PlanRecord] = {}
    for member in members:
        for place in places:
            wanted = listed[place].body.get(member)
            if place in found or not isinstance(wanted, str):
                continue
            # A closed plan does not hold its hrid.
            holds = member != "hrid" or _status(listed[place]) == "CLOSED"
            for plan in left:
                if (holds or plan.status != "CLOSED") and wanted == _of(plan, member):
                    found[place] = plan
                    left.remove(plan)
                    break
    return found


def find_listed(
    body: object, stored: Sequence[PlanRecord], members: Sequence[str]
) -> PlanRecord | None:
    """
    Find the stored plan that a plan is before all of its list is read.

    :param body: decoded JSON.
    :param members: those by which it may be found.
    """
    if not isinstance(body, Mapping):
        return None
    plans = sorted(stored, key=lambda plan: plan.status == "CLOSED")
    for member in members:
        for plan in plans:
            if isinstance(body.get(member), str) and body[member] == _of(plan, member):
                return plan
    return None


def _of(plan: PlanRecord, member: str) -> object:
    own = {"id": plan.id, "hrid": plan.hrid}
    return own.get(member, plan.definition.get(member))


def _made(
    listed: CheckedPlan, known: PlanRecord | None, api_id: str, id: str, now_ms: int
) -> PlanRecord:
    """
    Make the record of a listed plan.

    :param known: the stored one; None for a new plan, which gets the ``id``.
    """
    definition, status = listed.definition.to_json(), _status(listed)
    plan = known or PlanRecord(
        id=id,
        api_id=api_id,
        hrid="",
        definition=definition,
        status="STAGING",
        order=definition["order"],
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        published_at_ms=None,
        closed_at_ms=None,
    )
    if "crossId" in plan.definition:
        definition.setdefault("crossId", plan.definition["crossId"])
    order = plan.order if listed.body.get("order") is None else definition["order"]
    if order == plan.order:
        definition["order"] = plan.definition["order"]
    published, closed = plan.published_at_ms, plan.closed_at_ms
    if published is None and status in lifecycle.SERVED:
        published = now_ms
    if status == "CLOSED" != plan.status:
        closed = now_ms
    return replace(
        plan,
        hrid=listed.body.get("hrid") or plan.hrid,
        definition=definition,
        status=status,
        order=order,
        published_at_ms=published,
        closed_at_ms=closed,
    )


def _problems(
    listed: CheckedPlan,
    plan: PlanRecord,
    known: PlanRecord | None,
    others: Sequence[PlanRecord],
    apis: tuple[ApiRecord | None, ApiRecord],
    rules: ListRules,
) -> Iterator[Issue]:
    """
    :param known: the stored plan; None for a new one.
    :param others: the plans that are listed before it.
    :param apis: the API before, and as it is to be.
    """
    if not any(isinstance(listed.body.get(name), str) for name in rules.found_by):
        yield Issue("is required", rules.found_by[0])
    if plan.status not in _STATUSES:
        given = shown(listed.body.get("status"))
        yield Issue(f"must be one of {', '.join(_STATUSES)}", "status", given)
        return
    # A closed plan does not hold its hrid: another plan may have it.
    held = {one.hrid for one in others if one.status != "CLOSED"}
    if plan.status != "CLOSED" and plan.hrid and plan.hrid in held:
        taken = f"hrid [{plan.hrid}] already exists: another plan has it"
        yield Issue(taken, "hrid", plan.hrid)
    mode = lifecycle.check_mode(plan.definition, apis[1].definition)
    if mode is not None and not (known and known.status == "CLOSED"):
        yield mode
    if known is not None:
        if _STATUSES.index(plan.status) < _STATUSES.index(known.status):
            why = f"the plan is {known.status}, and cannot go back"
            yield Issue(why, "status", plan.status, code="plan.status")
        yield from map(_violated, lifecycle.changes_of_kind(known, plan.definition))
    try:
        if known is None and apis[0] is not None:
            lifecycle.check_new_plan(apis[0])
        if plan.status in lifecycle.SERVED:
            lifecycle.check_publish(replace(plan, status="STAGING"), others)
    except ActionRefused as refusal:
        yield _violated(refusal)


def _violated(refusal: ActionRefused) -> Issue:
    place = _PLACES.get(refusal.code, "")
    return Issue(refusal.message, place, code=refusal.code)


def _named(
    plans: Sequence[PlanRecord], closed: Sequence[PlanRecord]
) -> Iterator[PlanRecord]:
    """
    Derive the hrids of plans without one from their names.

    :param closed: other plans of the API.
    """
    taken = {plan.hrid for plan in (*plans, *closed)}
    for plan in plans:
        if not plan.hrid:
            base = derived(str(plan.definition["name"]), "plan")
            plan = replace(plan, hrid=unused(base, taken))
            taken.add(plan.hrid)
        yield plan


def _save(tx: Transaction, known: PlanRecord | None, plan: PlanRecord) -> None:
    if known is None:
        tx.plans.add(plan)
    elif plan != known:
        if plan.status == "CLOSED" != known.status:
            close_all(tx, tx.subscriptions.open_of_plan(plan.id))
            tx.touch(plan.api_id)
        tx.plans.save(plan)


def _status(listed: CheckedPlan) -> str:
    status = listed.body.get("status")
    return status.upper() if isinstance(status, str) else ""
