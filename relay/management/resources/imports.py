"""Create an API with its plans in one call, as an exported definition has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.policy_groups.references import check_groups
from relay.management.resources.apis import new_api
from relay.management.resources.representations import ApiView
from relay.management.shapes.apis import Api, ImportedDefinition
from relay.model.api import lifecycle
from relay.model.hrid import derived, unused
from relay.model.plans.plan import PlanStatus
from relay.model.records import PlanRecord
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.schema.reading import did_you_mean, shown
from relay.store.store import Store
from relay.store.transaction import Transaction

MEMBERS = ("api", "plans", "export", "apiMedia", "members", "metadata", "pages")
"""The members of an exported definition."""
NOT_KEPT = ("apiMedia", "members", "metadata", "pages")
"""Those of which an API in Relay has none."""
IMPORTED = (PlanStatus.STAGING, PlanStatus.PUBLISHED, PlanStatus.DEPRECATED)
"""The states that a plan can have from the start."""


class Imports:
    """The resource family of imports.

    :param catalog: parses and checks definitions.
    """

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    @route(
        "POST",
        "/apis/_import/definition",
        body=Body.REQUIRED,
        reads=ImportedDefinition,
        answers={201: Api},
    )
    async def definition(self, call: RestCall) -> Reply:
        """Create a stopped API with its plans, or nothing."""

        def work(tx: Transaction) -> ApiView:
            return self._created(tx, call.body)

        return (await self._store.write(work)).reply(call.base, 201)

    def _created(self, tx: Transaction, body: object) -> ApiView:
        members, problems = _members(body)
        problems += _misplaced(members)
        definition: dict[str, Any] = {}
        api = None
        try:
            parsed = self._catalog.parse_api(members.get("api"))
            standing = self._catalog.parse_publication_state(members.get("api"))
            definition = parsed.to_json()
            api = new_api(definition, standing, tx)
        except Invalid as refused:
            problems += _below(refused, "api")
        plans: list[PlanRecord] = []
        listed = members.get("plans")
        for number, plan in enumerate(listed if isinstance(listed, list) else ()):
            try:
                plans.append(self._plan(tx, plan, definition, plans))
            except Invalid as refused:
                problems += _below(refused, join("plans", number))
        if problems or api is None:
            raise Invalid(problems)
        tx.apis.add(api)
        for one in plans:
            tx.plans.add(replace(one, api_id=api.id))
        return ApiView(api, deployed=False)

    def _plan(
        self,
        tx: Transaction,
        body: object,
        api: Mapping[str, Any],
        others: list[PlanRecord],
    ) -> PlanRecord:
        """
        Read a plan.

        :param api: the definition of its API; empty if that is refused.
        :param others: the plans before it.
        """
        definition = self._catalog.parse_plan(body, api_type=api.get("type")).to_json()
        status = body.get("status", "STAGING") if isinstance(body, dict) else ""
        problems: list[Issue] = []
        if status not in IMPORTED:
            known = ", ".join(IMPORTED)
            problems.append(
                Issue(f"must be one of {known}", "status", shown(str(status)))
            )
        if api:
            if problem := lifecycle.check_mode(definition, api):
                problems.append(problem)
            try:
                check_groups(tx, definition, api["type"])
            except Invalid as refused:
                problems += refused.issues
        plan = PlanRecord(
            id=str(uuid4()),
            api_id="",
            hrid=_plan_hrid(self._catalog.parse_hrid(body), definition, others),
            definition=definition,
            status="STAGING",
            order=definition["order"],
            created_at_ms=tx.now_ms,
            updated_at_ms=tx.now_ms,
            published_at_ms=None,
            closed_at_ms=None,
        )
        if status in (PlanStatus.PUBLISHED, PlanStatus.DEPRECATED):
            try:
                lifecycle.check_publish(plan, others)
            except lifecycle.ActionRefused as refusal:
                problems.append(Issue(str(refusal), "security.type"))
            plan = replace(plan, status=status, published_at_ms=tx.now_ms)
        if status == PlanStatus.PUBLISHED:
            before = sum(one.status == PlanStatus.PUBLISHED for one in others)
            plan = replace(plan, order=before + 1)
        if problems:
            raise Invalid(problems)
        return plan


def _plan_hrid(
    given: str | None, definition: Mapping[str, Any], others: list[PlanRecord]
) -> str:
    taken = {one.hrid for one in others}
    if given is None:
        return unused(derived(definition["name"], "plan"), taken)
    if given in taken:
        problem = f"hrid [{given}] already exists: another plan has it"
        raise Invalid([Issue(problem, "hrid", given)])
    return given


def _members(body: object) -> tuple[Mapping[str, Any], list[Issue]]:
    if not isinstance(body, Mapping):
        raise Invalid([Issue("must be an object", "")])
    unknown = [name for name in body if name not in MEMBERS]
    return body, [
        Issue(f"unknown field{did_you_mean(name, MEMBERS)}", name) for name in unknown
    ]


def _misplaced(members: Mapping[str, Any]) -> Iterator[Issue]:
    """List what has the wrong type, or would be lost."""
    plans = members.get("plans")
    if plans is not None and not isinstance(plans, list):
        yield Issue("must be a list", "plans")
    for name in NOT_KEPT:
        if members.get(name):
            yield Issue("is not supported: an API in Relay has none", name)


def _below(refused: Invalid, at: str) -> list[Issue]:
    """Return the problems of a part of the body, with their locations in the body."""
    return [
        replace(
            issue,
            location=f"{at}.{issue.location}" if issue.location else at,
        )
        for issue in refused.issues
    ]
