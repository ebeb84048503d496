"""The common base of all tables of records: find, add, save and audit."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, insert, select, update

from relay.store.columns import row_of
from relay.store.errors import StoreError
from relay.store.tables.audits import Audits


class Record(Protocol):
    """A frozen dataclass whose fields are named as the columns of its table."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class VersionedRecord(Record, Protocol):
    """A record whose ``updated_at_ms`` is its version and the ETag of its document."""

    @property
    def updated_at_ms(self) -> int:
        """The instant of the last save."""


R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=VersionedRecord)


class RecordTable(Generic[R]):
    """The records of one table within one transaction.

    A subclass names its table and its record, and selects the fields for the audit
    trail.

    :param now_ms: the instant of the transaction.
    """

    noun: ClassVar[str]
    """What one record is called, as in ``API key``."""
    table: ClassVar[Table]
    record: type[R]
    key: ClassVar[tuple[str, ...]] = ("id",)
    """The columns that identify a record; the last of them is its id."""
    order: ClassVar[tuple[ColumnElement[Any], ...]]
    """The order of lists."""

    def __init__(self, connection: Connection, now_ms: int, audits: Audits) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._audits = audits

    def add(self, record: R) -> None:
        """Store a new record as it is."""
        self._connection.execute(insert(self.table).values(row_of(record)))
        self._changed(None, record)
        self._note("CREATED", None, record)

    def _find(self, *conditions: ColumnElement[bool]) -> list[R]:
        """Return the records that meet all conditions, in the order of lists."""
        rows = self._connection.execute(
            self._select().where(*conditions).order_by(*self.order)
        )
        return [self.record(**row._asdict()) for row in rows]

    def _one(self, *conditions: ColumnElement[bool]) -> R | None:
        """Return the only record that meets all conditions."""
        row = self._connection.execute(self._select().where(*conditions)).one_or_none()
        return None if row is None else self.record(**row._asdict())

    def _select(self) -> Select[Any]:
        return select(*(one for one in self.table.c if one.name != "row"))

    def _place(self, record: R) -> tuple[ColumnElement[bool], ...]:
        return tuple(self.table.c[one] == getattr(record, one) for one in self.key)

    def _changed(self, before: R | None, after: R) -> None:
        """Write and announce what follows from a record that was added or saved."""

    def _note(self, event: str, before: R | None, after: R | None) -> None:
        """Add an entry to the audit trail; ``None`` stands for a record that is not
        there."""
        record = after or before
        assert record is not None
        self._audits.note(
            f"{self._prefix}_{event}",
            {
                "type": self.noun.upper().replace(" ", "_"),
                "id": getattr(record, self.key[-1]),
                "name": self._name(record),
            },
            {} if before is None else self._audited(before),
            {} if after is None else self._audited(after),
            self._api_id(record),
        )

    @property
    def _prefix(self) -> str:
        """The beginning of the names of its events in the audit trail."""
        return self.noun.upper().replace(" ", "")

    def _audited(self, record: R) -> Mapping[str, object]:
        """Return the fields of a record that the audit trail compares."""
        raise NotImplementedError

    def _name(self, record: R) -> str:
        """Return the name of a record for people."""
        definition: Mapping[str, object] = getattr(record, "definition", {})
        return str(definition.get("name", ""))

    def _api_id(self, record: R) -> str | None:
        """Return the API that a record concerns, if it concerns one."""
        return getattr(record, "api_id", None)


class VersionedTable(RecordTable[V]):
    """A table whose records are replaced, each version later than the one before."""

    def save(self, record: V) -> V:
        """Replace a record.

        :param record: what to store. Its ``updated_at_ms`` is replaced by an instant
            later than the stored one, even when the clock stands still or goes back.
        :returns: the record as it was stored.
        :raises StoreError: when there is no such record.
        """
        place = self._place(record)
        stored = self._one(*place)
        if stored is None:
            name = getattr(record, self.key[-1])
            raise StoreError(f"{self.noun} {name} is not in the store")
        saved = replace(
            record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
        )
        self._connection.execute(update(self.table).where(*place).values(row_of(saved)))
        self._changed(stored, saved)
        self._note(self._event(stored, saved), stored, saved)
        return saved

    def _event(self, before: V, after: V) -> str:
        """Return the name of a change in the audit trail."""
        return "UPDATED"


def status_event(before: str, after: str) -> str:
    """
    Return the name of the event of a saved record: its status if that has changed.
    """
    return after if after != before else "UPDATED"
