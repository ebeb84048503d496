"""The audit trail: its entries are written in the transaction of the change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, true

from relay.model.records import AuditRecord
from relay.model.secrets import Masking
from relay.store.columns import row_of
from relay.store.schema import audits

_RECORD = [column for column in audits.c if column.name != "row"]


class Actor(NamedTuple):
    """The user or token on whose behalf something is written."""

    name: str
    """Of a user, or ``system``."""
    token: str | None = None
    """The id of the token that the user came with."""


SYSTEM = Actor("system")
"""The daemon itself."""

acting: ContextVar[Actor] = ContextVar("acting", default=SYSTEM)
"""On whose behalf this context acts. Authentication sets it; :meth:`Store.write
<relay.store.store.Store.write>` passes it on, so that every entry has an actor."""


class Audits:
    """The audit trail within one transaction.

    :param now_ms: the instant of the transaction.
    :param actor: on whose behalf it runs.
    :param masking: hides secrets in documents.
    """

    def __init__(
        self, connection: Connection, now_ms: int, actor: Actor, masking: Masking
    ) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._actor = actor
        self._masking = masking
        self.noted: list[AuditRecord] = []
        """The entries of this transaction."""

    def note(
        self,
        event: str,
        target: Mapping[str, str],
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        api_id: str | None = None,
    ) -> None:
        """Add an entry for a change, unless nothing has changed.

        :param event: such as ``API_UPDATED``.
        :param target: the ``type``, ``id`` and ``name`` of the changed object.
        :param before: the document before the change, empty for something new. Secrets
            in it are never stored.
        :param after: the document after the change, empty for something deleted.
        :param api_id: the API that the change concerns.
        """
        different = self._masking.changes(before, after)
        if not different:
            return
        record = AuditRecord(
            id=str(uuid4()),
            at_ms=self._now_ms,
            actor=self._actor.name,
            token=self._actor.token,
            event=event,
            api_id=api_id,
            target=dict(target),
            changes=[asdict(change) for change in different],
        )
        self._connection.execute(insert(audits).values(row_of(record)))
        self.noted.append(record)

    def forget(self, before_ms: int, most: int) -> int:
        """
        Delete old entries.

        :param before_ms: entries before this instant are deleted.
        :param most: how many entries to delete, the oldest first.
        :returns: how many entries were deleted.
        """
        oldest = (
            select(audits.c.row)
            .where(audits.c.at_ms < before_ms)
            .order_by(audits.c.at_ms)
            .limit(most)
        )
        rows = self._connection.scalars(oldest).all()
        self._connection.execute(delete(audits).where(audits.c.row.in_(rows)))
        return len(rows)

    def events(self, api_id: str | None) -> list[str]:
        """
        Return the names of the events in the trail.

        :param api_id: only entries that concern this API; ``None`` for all.
        """
        query = select(audits.c.event).distinct().where(_of(api_id))
        return sorted(self._connection.scalars(query))

    def list(
        self,
        api_id: str | None,
        events: Collection[str],
        from_ms: int | None,
        to_ms: int | None,
        skip: int,
        most: int,
    ) -> tuple[list[AuditRecord], int]:
        """
        Return entries, the newest first.

        :param api_id: only entries that concern this API; ``None`` for all.
        :param events: only these events; empty for all.
        :param from_ms: the first instant, ``None`` for the beginning.
        :param to_ms: the last instant, ``None`` for now.
        :param skip: how many to pass over.
        :param most: how many to return.
        :returns: the entries, and how many there are in all.
        """
        where = _of(api_id)
        if events:
            where &= audits.c.event.in_(sorted(events))
        if from_ms is not None:
            where &= audits.c.at_ms >= from_ms
        if to_ms is not None:
            where &= audits.c.at_ms <= to_ms
        total = self._connection.scalar(
            select(func.count()).select_from(audits).where(where)
        )
        rows = self._connection.execute(
            select(*_RECORD)
            .where(where)
            .order_by(audits.c.row.desc())
            .offset(skip)
            .limit(most)
        )
        return [AuditRecord(**row._asdict()) for row in rows], total or 0


def _of(api_id: str | None) -> ColumnElement[bool]:
    return true() if api_id is None else audits.c.api_id == api_id
