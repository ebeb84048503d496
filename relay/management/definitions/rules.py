"""The rules of definitions that need the store: what is taken, what must exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relay.catalog import Catalog
from relay.management.resources.apis import check_paths_free
from relay.model.api import lifecycle
from relay.model.api.definition import ApiDefinition
from relay.model.api.publication_state import PublicationState
from relay.model.plans.plan import PlanDefinition
from relay.model.policy_groups.references import problems, references
from relay.model.records import ApiRecord
from relay.model.schema.errors import Invalid, Issue, join
from relay.model.secrets import MASK
from relay.store.transaction import Transaction

_MASKED = (f"={MASK}", f"{MASK}@")
"""Parts of a URL that is shown without its secrets."""


class StoreRules:
    """
    The rules of the catalog, and those about what is stored.

    :param tx: within which definitions are checked.
    :param catalog: parses and checks definitions.
    :param replaced: the API that is replaced; None for a new one.
    """

    def __init__(
        self, tx: Transaction, catalog: Catalog, replaced: ApiRecord | None
    ) -> None:
        self._tx = tx
        self._catalog = catalog
        self._api_id = None if replaced is None else replaced.id

    def parse_api(
        self, body: object, before: Mapping[str, Any] | None = None
    ) -> ApiDefinition:
        """
        Read an API, whose masks have been replaced if that is possible.

        :raises Invalid: with every problem of the body.
        """
        found = list(masks(body)) if isinstance(body, Mapping) else []
        found += self._hrid(body)
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
        Read a plan.

        :raises Invalid: with every problem of the body.
        """
        found = list(masks(body)) if isinstance(body, Mapping) else []
        try:
            parsed = self._catalog.parse_plan(body, current, api_type)
        except Invalid as refused:
            raise Invalid((*refused.issues, *found)) from None
        self._check(parsed.to_json(), api_type, found)
        return parsed

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


def masks(body: Mapping[str, Any]) -> Iterator[Issue]:
    """List the secrets of which a body has the mask only, but for properties."""
    for name, one in body.items():
        if name != "properties":
            yield from _masks(one, name)


def _masks(value: object, at: str) -> Iterator[Issue]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _masks(one, join(at, str(name)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _masks(one, join(at, number))
    elif isinstance(value, str) and (
        value == MASK or any(part in value for part in _MASKED)
    ):
        yield Issue("is the mask of a secret, and there is none to keep", at)
