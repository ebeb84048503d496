"""An API as a body of the Automation API describes it, put into the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.catalog import Catalog
from relay.dialects.automation import Automation
from relay.dialects.checking import check
from relay.management.automation.naming import find_api
from relay.management.automation.states import READ_ONLY, State, api_state, without
from relay.management.definitions.reading import check_state
from relay.management.definitions.references import resolve_groups
from relay.management.definitions.rules import StoreRules
from relay.management.definitions.saving import located, save_api
from relay.management.resources.in_force import Changes
from relay.management.resources.plan_list import Ids, ListRules, by_place
from relay.model.records import ApiRecord
from relay.store.transaction import Transaction

BODY = ListRules(
    found_by=("hrid",),
    closes_used=True,
    empty_is_absent=False,
    numbering=by_place,
)
"""The meaning of the plans of a body."""


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
        self._ids = Ids()
        check_state(self._draft)
        if is_id:
            del self._draft.body["hrid"]

    def run(self, tx: Transaction, changes: Changes) -> State:
        """
        Save the API with its plans, and deploy, start or stop it.

        What is the same already is not written.

        :returns: what has become of the API.
        :raises Refused: for problems of the body, and of what it refers to.
        :raises Invalid: for problems of the plans with each other and with stored ones.
        :raises ActionRefused: when a rule of the lifecycle is violated.
        """
        stored = self._stored(tx)
        checked = check(
            resolve_groups(tx, self._draft),
            StoreRules(tx, self._catalog, stored, BODY.found_by),
            before=None if stored is None else stored.definition,
        )
        with located(self._draft):
            api = save_api(tx, stored, checked, self._ids, BODY)
        api = changes.reach(tx, api, checked.body.get("state") or api.state)
        return api_state(tx, api, [str(one) for one in checked.findings])

    def _stored(self, tx: Transaction) -> ApiRecord | None:
        if self._is_id:
            return find_api(tx, self._name, is_id=True)
        return tx.apis.with_hrid(self._name)
