"""The check that the shared policy groups exist to which definitions refer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.model.policy_groups.references import problems, references
from relay.model.schema.errors import Invalid
from relay.store.transaction import Transaction


def check_groups(tx: Transaction, definition: Mapping[str, Any], api_type: str) -> None:
    """
    :param definition: of an API or a plan, as it is to be stored.
    :param api_type: the type of the API.
    :raises Invalid: naming every reference to a group that does not exist, or that is
        for another type of API or another phase.
    """
    wanted = {one.cross_id for one in references(definition)}
    if not wanted:
        return
    groups = {
        cross_id: record.definition
        for cross_id, record in tx.policy_groups.named(wanted).items()
    }
    if issues := problems(definition, api_type, groups):
        raise Invalid(issues)
