"""Tables whose records have a human-readable id, their ``hrid``."""

from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import ColumnElement, select

from relay.model.hrid import derived, unused
from relay.store.tables.record_table import VersionedRecord, VersionedTable

_AFTER = "~"
"""Sorts after all characters of a hrid."""


class IdentifiedRecord(VersionedRecord, Protocol):
    """A record that files refer to by its hrid."""

    @property
    def id(self) -> str:
        """Its id, which the server has chosen."""

    @property
    def hrid(self) -> str:
        """Its human-readable id."""


I = TypeVar("I", bound=IdentifiedRecord)  # noqa: E741


class IdentifiedTable(VersionedTable[I]):
    """A table in which a hrid names at most one record that is not over."""

    parent: ClassVar[str | None] = None
    """The column of the record within which hrids are unique; None for the table."""
    holders: ClassVar[tuple[ColumnElement[bool], ...]] = ()
    """The conditions of the records that hold their hrid. One that is over does not:
    another record may have it then."""

    def with_hrid(self, hrid: str, parent_id: str | None = None) -> I | None:
        """
        Return the record that holds a hrid, or ``None``.

        :param parent_id: of the record within which hrids are unique.
        """
        return self._one(
            self.table.c.hrid == hrid, *self._within(parent_id), *self.holders
        )

    def unused_hrid(self, name: str, parent_id: str | None = None) -> str:
        """
        Derive a hrid that no record has, whether it holds it or not.

        :param name: from which it is derived.
        """
        base, column = derived(name, self.noun), self.table.c.hrid
        taken = self._connection.scalars(
            select(column).where(
                column >= base, column < base + _AFTER, *self._within(parent_id)
            )
        )
        return unused(base, frozenset(taken))

    def _within(self, parent_id: str | None) -> list[ColumnElement[bool]]:
        column: Any = None if self.parent is None else self.table.c[self.parent]
        return [] if column is None else [column == parent_id]
