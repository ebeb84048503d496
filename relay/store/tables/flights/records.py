"""Flight records: written in batches, found by their calls, deleted when old."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from relay.model.flights import FlightFilter, FlightRecord
from relay.store.flight_schema import flight_records

_ROW = flight_records.c
_RECORD = [column for column in _ROW if column.name != "row"]
_FIXED = ("request_id", "gateway", "api_id", "at_ms")
"""The columns that no later version of a record changes."""


def _upsert(dialect: Any, insert: Any) -> str:
    statement = insert(flight_records).values(
        {name: bindparam(name) for name in FlightRecord._fields}
    )
    changed = {
        column.name: statement.excluded[column.name]
        for column in _RECORD
        if column.name not in _FIXED
    }
    statement = statement.on_conflict_do_update(
        index_elements=["request_id"], set_=changed
    )
    return str(statement.compile(dialect=dialect))


_SAVE = {
    "sqlite": _upsert(sqlite.dialect(), sqlite.insert),
    "postgresql": _upsert(
        postgresql.dialect(paramstyle="format"),
        postgresql.insert,
    ),
}
"""The statement with parameters in the order of the columns, by the dialect."""
LOST = "GATEWAY_LOST"
"""The error key of exchanges whose end was not recorded: their process has crashed."""


class Flights:
    """The flight records within one transaction.

    :param now_ms: the instant of the transaction.
    """

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms

    def save(self, records: Sequence[FlightRecord]) -> None:
        """Store records, in the place of their earlier versions.

        :param records: not empty; no two of one request.
        """
        # Directly through the driver, which is 3 times as fast: a record has its values
        # in the order of the columns.
        save = _SAVE[self._connection.dialect.name]
        self._connection.exec_driver_sql(save, list(records))

    def abandon(self, gateway: str) -> None:
        """End the records of an earlier run of a process, which has not ended them.

        :param gateway: the name of the process.
        """
        self._connection.execute(
            update(flight_records)
            .where(_ROW.gateway == gateway, _ROW.ended.is_(False))
            .values(
                ended=True, error_key=LOST, duration_ms=_ROW.updated_ms - _ROW.at_ms
            )
        )

    def one(self, api_id: str, request_id: str) -> FlightRecord | None:
        """Return the record of a request of an API."""
        found = self._connection.execute(
            select(*_RECORD).where(_ROW.request_id == request_id, _ROW.api_id == api_id)
        ).one_or_none()
        return None if found is None else FlightRecord(*found)

    def page(
        self, wanted: FlightFilter, skip: int, most: int
    ) -> tuple[list[FlightRecord], int]:
        """Return records, the newest first.

        :param skip: how many to pass over.
        :param most: how many to return.
        :returns: the records, and how many there are in all.
        """
        where = condition(wanted)
        total = self._connection.scalar(
            select(func.count()).select_from(flight_records).where(where)
        )
        rows = self._connection.execute(
            select(*_RECORD)
            .where(where)
            .order_by(_ROW.at_ms.desc(), _ROW.row.desc())
            .offset(skip)
            .limit(most)
        )
        return [FlightRecord(*row) for row in rows], total or 0

    def error_keys(self, wanted: FlightFilter) -> list[str]:
        """Return the error keys of records, in the order of the alphabet."""
        found = self._connection.scalars(
            select(_ROW.error_key)
            .distinct()
            .where(condition(wanted), _ROW.error_key.is_not(None))
        )
        return sorted(str(key) for key in found)

    def first_kept(self, max_rows: int, max_bytes: int) -> int:
        """Find the records that are not too many.

        :param max_rows: the most records; 0 for any number.
        :param max_bytes: the most bytes of all records; 0 for any size.
        :returns: the row of the first of them; those before it began earlier.
        """
        size = func.coalesce(func.sum(_ROW.size), 0)
        rows, held_bytes = self._connection.execute(
            select(func.count(), size).select_from(flight_records)
        ).one()
        most = rows
        if max_rows:
            most = min(most, max_rows)
        if max_bytes and held_bytes > max_bytes:
            most = min(most, rows * max_bytes // held_bytes)
        if most == rows:
            return 0
        query = select(_ROW.row).order_by(_ROW.row).offset(rows - most).limit(1)
        found = self._connection.scalar(query)
        # With none to keep, those that are written meanwhile are kept.
        last = select(func.coalesce(func.max(_ROW.row), 0) + 1)
        return found if found is not None else self._connection.scalar(last) or 0

    def forget(self, keep_ms: int, first_row: int, most: int) -> int:
        """Delete records.

        :param keep_ms: how long a record is kept after it was written last.
        :param first_row: records of earlier rows are deleted at any age.
        :param most: how many to delete.
        :returns: how many were deleted.
        """
        too_old = _ROW.updated_ms < self._now_ms - keep_ms
        query = (
            select(_ROW.row)
            .where((_ROW.row < first_row) | too_old)
            .order_by(_ROW.row)
            .limit(most)
        )
        rows = self._connection.scalars(query).all()
        self._connection.execute(delete(flight_records).where(_ROW.row.in_(rows)))
        return len(rows)


def condition(wanted: FlightFilter) -> ColumnElement[bool]:
    """Return the condition of the records that a filter wants."""
    where: ColumnElement[bool] = _ROW.api_id == wanted.api_id
    if wanted.from_ms is not None:
        where &= _ROW.at_ms >= wanted.from_ms
    if wanted.to_ms is not None:
        where &= _ROW.at_ms <= wanted.to_ms
    for name, values in wanted.values.items():
        where &= _ROW[name].in_(list(values))
    for name, text in wanted.begins.items():
        where &= _ROW[name].istartswith(text, autoescape=True)
    for name, least in wanted.at_least.items():
        where &= _ROW[name] >= least
    for name, most in wanted.at_most.items():
        where &= _ROW[name] <= most
    return where
