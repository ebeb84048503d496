"""The human-readable ids of objects that are created or changed."""

from __future__ import annotations

from typing import TypeVar

from relay.model.schema.errors import Invalid, Issue
from relay.store.tables.identified import IdentifiedRecord, IdentifiedTable

R = TypeVar("R", bound=IdentifiedRecord)


def new_hrid(
    table: IdentifiedTable[R],
    given: str | None,
    name: str,
    parent_id: str | None = None,
) -> str:
    """
    Choose the hrid of a new object.

    :param given: a well-formed one; None to derive one.
    :param name: of the object.
    :param parent_id: of the object within which hrids are unique.
    :raises Invalid: when another object has the given one.
    """
    if given is None:
        return table.unused_hrid(name, parent_id)
    _check_free(table, given, parent_id, None)
    return given


def changed_hrid(
    table: IdentifiedTable[R],
    record: R,
    given: str | None,
    parent_id: str | None = None,
) -> str:
    """
    Choose the hrid of an object that is changed.

    :param given: a well-formed one; None for no change.
    :raises Invalid: when another object has the given one.
    """
    if given is None or given == record.hrid:
        return record.hrid
    _check_free(table, given, parent_id, record.id)
    return given


def _check_free(
    table: IdentifiedTable[R], hrid: str, parent_id: str | None, id: str | None
) -> None:
    holder = table.with_hrid(hrid, parent_id)
    if holder is not None and holder.id != id:
        problem = f"hrid [{hrid}] already exists: {table.noun} {holder.id} has it"
        raise Invalid([Issue(problem, "hrid", hrid)])
