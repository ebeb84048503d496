"""The rules of definitions that need the store: what is taken, what must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from relay.catalog import Catalog
from relay.management.resources.apis import check_paths_free
from relay.management.resources.plan_list import find_listed
from relay.model.api import lifecycle
from relay.model.api.definition import ApiDefinition
from relay.model.api.publication_state import PublicationState
from relay.model.plans.plan import PlanDefinition
from relay.model.policy_groups.references import problems, references
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.errors import Invalid, Issue
from relay.store.transaction import Transaction


class StoreRules:
    """
    The rules of the catalog, and those about what is stored.

    :param tx: within which definitions are checked.
    :param catalog: parses and checks definitions.
    :param replaced: the API that is replaced; None for a new one.
    :param found_by: the members by which a plan finds the stored plan that it is.
    """

    def __init__(
        self,
        tx: Transaction,
        catalog: Catalog,
        replaced: ApiRecord | None,
        found_by: Sequence[str],
    ) -> None:
        self._tx = tx
        self._catalog = catalog
        self._found_by = found_by
        self._api_id = None if replaced is None else replaced.id

    def parse_api(
        self, body: object, before: Mapping[str, Any] | None = None
    ) -> ApiDefinition:
        """
        Read an API.

        :raises Invalid: with every problem of the body.
        """
        found = list(self._hrid(body))
        try:
            parsed = self._catalog.parse_api(body, before)
        except Invalid as refused:
            raise Invalid((*refused.issues, *found)) from None
        try:
            places = lifecycle.places(parsed.to_json())
            check_paths_free(self._tx, places, self._api_id)
        except Invalid as taken:
            found += taken.issues
        self._check(parsed.to_json(), parsed.type, found)
        return parsed

    def parse_publication_state(self, body: object) -> PublicationState:
        """Read the members of an API beside its definition."""
        return self._catalog.parse_publication_state(body)

    def parse_plan(
        self,
        body: object,
        current: PlanDefinition | None = None,
        api_type: str | None = None,
    ) -> PlanDefinition:
        """
        Read a plan, which may have the secrets of the stored one as masks.

        :raises Invalid: with every problem of the body.
        """
        known = find_listed(body, self._plans(), self._found_by)
        before = None if known is None else known.definition
        parsed = self._catalog.parse_plan(body, current, api_type, before)
        self._check(parsed.to_json(), api_type, [])
        return parsed

    def _plans(self) -> Sequence[PlanRecord]:
        return () if self._api_id is None else self._tx.plans.list(self._api_id)

    def _hrid(self, body: object) -> Iterator[Issue]:
        hrid = body.get("hrid") if isinstance(body, Mapping) else None
        if not isinstance(hrid, str):
            return
        holder = self._tx.apis.with_hrid(hrid)
        if holder is not None and holder.id != self._api_id:
            yield Issue(f"the API {holder.id} has this hrid", "hrid", hrid)

    def _check(
        self, definition: Mapping[str, Any], api_type: str | None, found: list[Issue]
    ) -> None:
        wanted = {one.cross_id for one in references(definition)}
        if wanted and api_type is not None:
            groups = {
                cross_id: record.definition
                for cross_id, record in self._tx.policy_groups.named(wanted).items()
            }
            found += problems(definition, api_type, groups)
        if found:
            raise Invalid(found)
