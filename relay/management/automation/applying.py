"""An API as a body of the Automation API describes it, put into the store."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from relay.catalog import Catalog
from relay.dialects.automation import Automation
from relay.dialects.checking import check
from relay.dialects.draft import Draft
from relay.management.automation.naming import find_api
from relay.management.automation.plans import put_plans, wanted_plans
from relay.management.automation.states import (
    READ_ONLY,
    State,
    api_state,
    group_steps,
    without,
)
from relay.management.resources.apis import changed_api, new_api
from relay.management.resources.trials import Candidate, to_deploy, to_start
from relay.model.api import lifecycle
from relay.model.api.differences import comparable
from relay.model.policy_groups.references import MEMBER
from relay.model.records import ApiRecord
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.reading import shown
from relay.store.transaction import Transaction

STATES = ("STARTED", "STOPPED")


@dataclass(frozen=True, slots=True)
class Applied:
    """What has become of an API."""

    api: ApiRecord
    state: State
    candidate: Candidate | None
    """The deployment that is put into force; None when the one in force stays."""
    stopped: bool
    """Whether the API was running, and is stopped."""

    def deploys_as(self, other: Applied) -> bool:
        """Return whether the other puts the same content into force."""
        one, two = self.candidate, other.candidate
        if one is None or two is None:
            return one is two
        return (one.number, one.is_new) == (two.number, two.is_new) and comparable(
            one.definition, one.plans
        ) == comparable(two.definition, two.plans)


class ApiApplication:
    """
    One body, which is applied in one transaction; the transaction may be repeated.

    :param body: as it was sent, with a ``hrid``.
    :param is_id: whether the ``hrid`` is an id.
    """

    def __init__(self, catalog: Catalog, body: Mapping[str, Any], is_id: bool) -> None:
        self._catalog = catalog
        self._draft = Automation().read(without(body, READ_ONLY))
        self._name: str = body["hrid"]
        self._is_id = is_id
        self._ids: dict[str, str] = {}
        """Ids of new objects: the same ones whenever the transaction is repeated."""
        if is_id:
            del self._draft.body["hrid"]

    def run(self, tx: Transaction) -> Applied:
        """
        Save the API with its plans, and deploy, start or stop it.

        What is the same already is not written.

        :raises Refused: for problems of the body.
        :raises Invalid: for problems with other objects, such as taken paths.
        :raises ActionRefused: when a rule of the lifecycle is violated.
        """
        stored = self._stored(tx)
        checked = check(
            _with_groups(tx, self._draft),
            self._catalog,
            before=None if stored is None else stored.definition,
        )
        definition, standing = checked.definition.to_json(), checked.standing
        wanted = _state(checked.body.get("state"))
        plans = wanted_plans(checked.plans)
        if stored is None:
            api = replace(new_api(definition, standing, tx), id=self._id_of(""))
            tx.apis.add(api)
        else:
            api = changed_api(tx, stored, definition, standing)
            if api != stored:
                api = tx.apis.save(api)
        put_plans(tx, api, plans, self._id_of)
        warnings = [str(one) for one in checked.findings]
        return self._in_force(tx, api, wanted or api.state, warnings)

    def _in_force(
        self, tx: Transaction, api: ApiRecord, wanted: str, warnings: list[str]
    ) -> Applied:
        candidate, stopped = None, False
        if wanted == "STARTED":
            plans, newest = tx.plans.list(api.id), tx.deployments.latest(api.id)
            if not lifecycle.is_deployed(api, plans, newest):
                candidate = to_deploy(tx, api)
                made = tx.deployments.add(
                    api.id, candidate.definition, candidate.plans, None
                )
                api = replace(api, deployed_at_ms=made.created_at_ms)
            elif api.state != "STARTED":
                candidate = to_start(tx, api)
            if candidate is not None:
                api = tx.apis.save(replace(api, state="STARTED"))
        elif api.state == "STARTED":
            lifecycle.check_stop(api)
            api, stopped = tx.apis.save(replace(api, state="STOPPED")), True
        return Applied(api, api_state(tx, api, warnings), candidate, stopped)

    def _stored(self, tx: Transaction) -> ApiRecord | None:
        if self._is_id:
            return find_api(tx, self._name, is_id=True)
        return tx.apis.with_hrid(self._name)

    def _id_of(self, hrid: str) -> str:
        return self._ids.setdefault(hrid, str(uuid4()))


def _state(state: object) -> str | None:
    if state is None or state in STATES:
        return None if state is None else str(state)
    known = " or ".join(STATES)
    raise Invalid([Issue(f"must be {known}", "state", shown(str(state)))])


def _with_groups(tx: Transaction, draft: Draft) -> Draft:
    """Copy a draft, in which steps name shared policy groups by their crossId."""
    copied = replace(draft, body=deepcopy(draft.body), plans=deepcopy(draft.plans))
    for step in group_steps(copied.body, copied.plans):
        name = step["configuration"][MEMBER]
        if tx.policy_groups.named([name]):
            continue
        if (group := tx.policy_groups.with_hrid(name)) is not None:
            step["configuration"][MEMBER] = group.cross_id
    return copied
