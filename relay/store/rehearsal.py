"""Rehearsals: writes that are rolled back, for what they would have changed."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field

from relay.model.records import AuditRecord


@dataclass(slots=True)
class Rehearsal:
    """The writes of one context, which are rolled back."""

    entries: list[AuditRecord] = field(default_factory=list)
    """The entries of the audit trail that the writes would have added, in order."""


rehearsing: ContextVar[Rehearsal | None] = ContextVar("rehearsing", default=None)
"""The rehearsal of this context, in which :meth:`Store.write
<relay.store.store.Store.write>` keeps nothing; None where writes are kept. A write does
not see the earlier writes of its rehearsal."""
