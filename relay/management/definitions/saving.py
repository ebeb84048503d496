"""What an import saves: an API with its plans, all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from relay.dialects.checking import Checked, CheckedPlan
from relay.management.consumers.subscribing import close_all
from relay.management.resources.apis import changed_api, new_api
from relay.model.api import lifecycle
from relay.model.consumers import subscriptions
from relay.model.hrid import derived, unused
from relay.model.plans.plan import PlanStatus
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.schema.reading import shown
from relay.store.transaction import Transaction

_STATUSES: tuple[str, ...] = tuple(PlanStatus)
"""In the order in which a plan moves through them."""


class Ids:
    """The ids of new objects, the same whenever an import is prepared again."""

    def __init__(self) -> None:
        self._known: defaultdict[object, str] = defaultdict(lambda: str(uuid4()))

    def of(self, what: object) -> str:
        """
        Return the id of a new object.

        :param what: names it within the import.
        """
        return self._known[what]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An API with its plans as they are to be stored."""

    api: ApiRecord
    plans: tuple[PlanRecord, ...]
    """All plans of the API, in any status."""
    before: tuple[ApiRecord, tuple[PlanRecord, ...]] | None
    """What is stored; None for a new API."""

    def save(self, tx: Transaction) -> ApiRecord:
        """
        Store everything.

        :raises ActionRefused: when a plan that is left out has subscriptions.
        """
        api, before = self.before or (None, ())
        if api is None:
            tx.apis.add(self.api)
            api = self.api
        elif api != self.api:
            api = tx.apis.save(self.api)
        stored = {plan.id: plan for plan in before}
        kept = {plan.id for plan in self.plans}
        for plan in stored.values():
            if plan.id not in kept:
                taken = tx.subscriptions.open_of_plan(plan.id)
                subscriptions.check_unused(plan, taken)
                tx.plans.delete(api.id, plan.id)
                tx.touch(api.id)
        for plan in self.plans:
            known = stored.get(plan.id)
            if known is None:
                tx.plans.add(plan)
            elif plan != known:
                if plan.status == "CLOSED" != known.status:
                    close_all(tx, tx.subscriptions.open_of_plan(plan.id))
                    tx.touch(api.id)
                tx.plans.save(plan)
        return api


def prepare_new(tx: Transaction, checked: Checked, ids: Ids) -> Prepared:
    """
    Prepare a new API, stopped.

    :raises Invalid: with locations in the draft.
    """
    api = replace(
        new_api(checked.definition.to_json(), checked.standing, tx), id=ids.of("api")
    )
    merge = _Merge(api, (), ids, tx.now_ms)
    return Prepared(api, merge.plans(checked.plans), None)


def prepare_update(
    tx: Transaction, api: ApiRecord, checked: Checked, ids: Ids
) -> Prepared:
    """
    Prepare the update of an API.

    A plan of the file updates the stored one with its id, hrid, crossId or name. If the
    file has plans, open plans that it lacks are deleted.

    :raises ActionRefused: when a rule of the lifecycle is violated.
    :raises Invalid: with locations in the draft.
    """
    definition = checked.definition.to_json()
    before = tuple(tx.plans.list(api.id))
    changed = changed_api(tx, api, definition, checked.standing)
    merge = _Merge(changed, before, ids, tx.now_ms)
    return Prepared(changed, merge.plans(checked.plans), (api, before))


class _Merge:
    """
    Makes the plans of an API from those of a file and the stored ones.

    :param api: as it is to be stored.
    :param before: the stored plans.
    :param now_ms: the instant of the transaction.
    """

    def __init__(
        self, api: ApiRecord, before: Iterable[PlanRecord], ids: Ids, now_ms: int
    ) -> None:
        self._api = api
        self._before = tuple(before)
        self._ids = ids
        self._now_ms = now_ms

    def plans(self, read: tuple[CheckedPlan, ...]) -> tuple[PlanRecord, ...]:
        """
        :raises Invalid: with locations in the draft.
        """
        if not read:
            return self._before
        left = list(self._before)
        found: list[PlanRecord] = []
        problems: list[Issue] = []
        for number, one in enumerate(read):
            known = _match(one, left)
            if known is None:
                plan = self._new(one, number)
            else:
                left.remove(known)
                plan = self._changed(one, known)
            problems += (
                replace(issue, location=join("plans", number, issue.location))
                for issue in self._problems(one, plan, known, found)
            )
            found.append(plan)
        if problems:
            raise Invalid(problems)
        closed = [plan for plan in left if plan.status == "CLOSED"]
        return (*_numbered(self._named(read, found, closed)), *closed)

    def _new(self, read: CheckedPlan, number: int) -> PlanRecord:
        definition = read.definition.to_json()
        status = _status(read)
        return PlanRecord(
            id=self._ids.of(number),
            api_id=self._api.id,
            hrid="",
            definition=definition,
            status=status,
            order=definition["order"],
            created_at_ms=self._now_ms,
            updated_at_ms=self._now_ms,
            published_at_ms=None if status == "STAGING" else self._now_ms,
            closed_at_ms=self._now_ms if status == "CLOSED" else None,
        )

    def _changed(self, read: CheckedPlan, known: PlanRecord) -> PlanRecord:
        definition = read.definition.to_json()
        if "crossId" in known.definition:
            definition.setdefault("crossId", known.definition["crossId"])
        status = _status(read)
        order = known.order if read.body.get("order") is None else definition["order"]
        if order == known.order:
            definition["order"] = known.definition["order"]
        plan = replace(known, definition=definition, order=order, status=status)
        if known.status == "STAGING" != status:
            plan = replace(plan, published_at_ms=self._now_ms)
        if status == "CLOSED" != known.status:
            plan = replace(plan, closed_at_ms=self._now_ms)
        return plan

    def _problems(
        self,
        read: CheckedPlan,
        plan: PlanRecord,
        known: PlanRecord | None,
        others: list[PlanRecord],
    ) -> Iterator[Issue]:
        """
        :param known: the stored plan; None for a new one.
        :param others: the plans before it.
        """
        if plan.status not in _STATUSES:
            given = shown(read.body.get("status"))
            yield Issue(f"must be one of {', '.join(_STATUSES)}", "status", given)
            return
        if problem := lifecycle.check_mode(plan.definition, self._api.definition):
            yield problem
        if known is not None and plan.status != known.status:
            places = map(_STATUSES.index, (known.status, plan.status))
            if next(places) > next(places):
                why = f"the plan is {known.status}, and cannot go back"
                yield Issue(why, "status", plan.status)
        if known is not None:
            yield from _same_kind(known, plan)
        if plan.status in lifecycle.SERVED:
            staged = replace(plan, status="STAGING")
            try:
                lifecycle.check_publish(staged, others)
            except lifecycle.ActionRefused as refusal:
                yield Issue(str(refusal), "security.type")

    def _named(
        self,
        read: tuple[CheckedPlan, ...],
        plans: list[PlanRecord],
        closed: list[PlanRecord],
    ) -> list[PlanRecord]:
        """
        Give each plan its hrid: the one of the file, the stored one, or one that is
        derived from its name.
        """
        named: dict[int, str] = {}
        held: set[str] = set()
        for number, one in enumerate(read):
            hrid = one.body.get("hrid") or plans[number].hrid
            if not hrid:
                continue
            # A closed plan does not hold its hrid: another plan may have it.
            if plans[number].status != "CLOSED":
                if hrid in held:
                    where = join("plans", number, "hrid")
                    problem = f"hrid [{hrid}] already exists: another plan has it"
                    raise Invalid([Issue(problem, where, hrid)])
                held.add(hrid)
            named[number] = hrid
        taken = {*named.values(), *(plan.hrid for plan in closed)}
        for number, plan in enumerate(plans):
            if number not in named:
                base = derived(str(plan.definition["name"]), "plan")
                named[number] = unused(base, taken)
                taken.add(named[number])
        return [replace(plan, hrid=named[number]) for number, plan in enumerate(plans)]


def _match(read: CheckedPlan, plans: list[PlanRecord]) -> PlanRecord | None:
    """Return the stored plan that a plan of a file is."""
    body = read.body
    opened = [plan for plan in plans if plan.status != "CLOSED"]
    ways: tuple[tuple[str, Any], ...] = (
        ("id", lambda plan: plan.id),
        ("hrid", lambda plan: plan.hrid),
        ("crossId", lambda plan: plan.definition.get("crossId")),
        ("name", lambda plan: plan.definition.get("name")),
    )
    for name, value_of in ways:
        wanted = body.get(name)
        if not isinstance(wanted, str):
            continue
        for plan in (*opened, *plans):
            if value_of(plan) == wanted:
                return plan
    return None


def _same_kind(known: PlanRecord, plan: PlanRecord) -> Iterator[Issue]:
    """List what of a stored plan cannot be changed."""
    if lifecycle.security_type(known.definition) != lifecycle.security_type(
        plan.definition
    ):
        yield Issue("the security type of a plan cannot be changed", "security.type")
    if known.definition.get("mode") != plan.definition.get("mode"):
        yield Issue("the mode of a plan cannot be changed", "mode")


def _status(read: CheckedPlan) -> str:
    status = read.body.get("status")
    return status.upper() if isinstance(status, str) else ""


def _numbered(plans: list[PlanRecord]) -> Iterator[PlanRecord]:
    """Number the published plans by their orders, those without one at the end."""
    published = [plan for plan in plans if plan.status == "PUBLISHED"]
    published.sort(key=lambda plan: (plan.order == 0, plan.order))
    numbers = {plan.id: number for number, plan in enumerate(published, start=1)}
    for plan in plans:
        yield replace(plan, order=numbers.get(plan.id, plan.order))
