"""The JSON of the Automation API: what was asked for, and what has become of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from typing import Any

from relay.dialects.writing.automation import write_automation
from relay.management.consumers.configuration import configuration_json
from relay.management.definitions.references import group_steps
from relay.management.http.root import ENVIRONMENT, ORGANIZATION
from relay.management.resources.representations import shown_definition
from relay.model.consumers.records import ApplicationRecord, SubscriptionRecord
from relay.model.policy_groups.records import SharedPolicyGroupRecord
from relay.model.policy_groups.references import MEMBER
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.types.timestamps import timestamp
from relay.store.transaction import Transaction

State = dict[str, Any]

READ_ONLY = frozenset({"id", "environmentId", "organizationId", "errors"})
"""The members of a state that a body may send back, and which have no effect then."""


def status(id: str | None, warnings: Iterable[str] = ()) -> State:
    """
    Return the members that every state has.

    :param id: None for an object that does not exist.
    :param warnings: what was left out.
    """
    shape: State = {} if id is None else {"id": id}
    return {
        **shape,
        "environmentId": ENVIRONMENT,
        "organizationId": ORGANIZATION,
        "errors": {"severe": [], "warning": list(warnings)},
    }


def refused_state(body: object, severe: Iterable[str]) -> State:
    """
    Return the result of a dry run that is refused.

    :param body: which was sent.
    :param severe: every problem.
    """
    sent = body if isinstance(body, Mapping) else {}
    shape = {name: one for name, one in sent.items() if name not in READ_ONLY}
    errors = {"severe": list(severe), "warning": []}
    return {**shape, **status(None), "errors": errors}


def api_state(tx: Transaction, api: ApiRecord, warnings: Iterable[str] = ()) -> State:
    """
    Return an API with its plans, without those that are closed.

    :param warnings: what was left out of the body.
    """
    plans = [one for one in tx.plans.list(api.id) if one.status != "CLOSED"]
    body = {
        "hrid": api.hrid,
        **shown_definition(api.definition),
        "visibility": api.visibility,
        "state": api.state,
        "lifecycleState": api.lifecycle_state,
    }
    shape = write_automation(body, map(_plan, plans))
    for plan, stored in zip(shape["plans"], plans, strict=True):
        plan |= {"id": stored.id, "type": "API"}
    return _naming_groups(tx, {**shape, **status(api.id, warnings)})


def _plan(plan: PlanRecord) -> State:
    # Its place in the list is its order.
    definition = without(plan.definition, ("order",))
    return {"hrid": plan.hrid, **definition, "status": plan.status}


def _naming_groups(tx: Transaction, shape: State) -> State:
    """Name shared policy groups by their hrids, as bodies do."""
    named = deepcopy(shape)
    steps = [step for _, step in group_steps(named, named["plans"])]
    used = {step["configuration"][MEMBER] for step in steps}
    groups = tx.policy_groups.named(used) if used else {}
    for step in steps:
        group = groups.get(step["configuration"][MEMBER])
        if group is not None:
            step["configuration"] = {"hrid": group.hrid}
    return named


def application_state(
    application: ApplicationRecord, warnings: Iterable[str] = ()
) -> State:
    """
    :param warnings: what was left out of the body.
    """
    return {
        "hrid": application.hrid,
        **application.definition,
        "status": application.status,
        **status(application.id, warnings),
    }


def group_state(group: SharedPolicyGroupRecord, warnings: Iterable[str] = ()) -> State:
    """
    :param warnings: what was left out of the body.
    """
    return {
        "hrid": group.hrid,
        **group.definition,
        "crossId": group.cross_id,
        **status(group.id, warnings),
    }


def subscription_state(
    tx: Transaction, record: SubscriptionRecord, secret: str | None = None
) -> State:
    """
    Return a subscription, which names its API, plan and application.

    :param secret: the signing secret that is shown, because it was just generated.
    """
    api, plan = tx.apis.get(record.api_id), tx.plans.get(record.api_id, record.plan_id)
    application = tx.applications.get(record.application_id)
    # The store has no subscription without them.
    assert api is not None and plan is not None and application is not None
    shape: State = {
        "hrid": record.hrid,
        "apiHrid": api.hrid,
        "planHrid": plan.hrid,
        "applicationHrid": application.hrid,
        "metadata": record.metadata,
        "status": record.status,
        **status(record.id),
    }
    for name, at_ms in (
        ("startingAt", record.starting_at_ms),
        ("endingAt", record.ending_at_ms),
    ):
        if at_ms is not None:
            shape[name] = timestamp(at_ms)
    if record.consumer_configuration is not None:
        configuration = configuration_json(record.consumer_configuration, secret)
        shape["consumerConfiguration"] = configuration
    return shape


def without(body: Mapping[str, Any], names: Collection[str]) -> State:
    """Copy a body without some of its members."""
    return {name: one for name, one in body.items() if name not in names}
