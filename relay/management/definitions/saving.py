"""Save an API with its plans as a file or a body describes it, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from relay.dialects.checking import Checked
from relay.dialects.draft import Draft
from relay.management.resources.apis import changed_api, new_api
from relay.management.resources.plan_list import Ids, ListRules, save_plans
from relay.model.records import ApiRecord
from relay.model.schema.errors import Invalid
from relay.store.transaction import Transaction


def save_api(
    tx: Transaction,
    stored: ApiRecord | None,
    checked: Checked,
    ids: Ids,
    rules: ListRules,
) -> ApiRecord:
    """
    Save an API with its plans. What is the same already is not written.

    :param stored: what is replaced; None for a new API, which is stopped.
    :param rules: the meaning of its list of plans.
    :raises ActionRefused: when a rule of the lifecycle is violated.
    :raises Invalid: with locations in the draft.
    """
    definition = checked.definition.to_json()
    if stored is None:
        made = new_api(definition, checked.standing, tx)
        api = replace(made, id=ids.of("api"))
        tx.apis.add(api)
    else:
        api = changed_api(tx, stored, definition, checked.standing)
        if api != stored:
            api = tx.apis.save(api)
    save_plans(tx, api, stored, checked.plans, ids, rules)
    return api


@contextmanager
def located(draft: Draft) -> Iterator[None]:
    """Convert the locations of problems in a draft to those in its file."""
    try:
        yield
    except Invalid as refused:
        raise Invalid(
            replace(one, location=draft.origins.of(one.location))
            for one in refused.issues
        ) from None
