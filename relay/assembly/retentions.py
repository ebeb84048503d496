"""What deletes the rows that a daemon keeps for a limited time."""

from __future__ import annotations

from twisted.application.service import MultiService
from twisted.internet.interfaces import IReactorTime

from relay.settings.schema import Settings
from relay.store.retention import (
    audit_retention,
    forget_audits,
    forget_records,
    forget_sessions,
    record_retention,
    session_retention,
)
from relay.store.store import Store


class Retentions(MultiService):
    """
    The retention of the audit trail, of sessions and of flight records.

    :param store: started before them.
    """

    def __init__(self, store: Store, reactor: IReactorTime, settings: Settings) -> None:
        super().__init__()
        console, records = settings.console, settings.records
        self._audits = audit_retention(
            store, reactor, settings.admin.audit_retention_days
        )
        self._sessions = session_retention(
            store, reactor, console.idle_timeout_ms, console.max_session_ms
        )
        self._records = record_retention(
            store, reactor, records.keep_hours, records.max_rows, records.max_bytes
        )
        for one in (self._audits, self._sessions, self._records):
            one.setServiceParent(self)

    def keep_audits(self, settings: Settings) -> None:
        """Take other settings for the audit trail."""
        self._audits.change(forget_audits(settings.admin.audit_retention_days))

    def keep_sessions(self, settings: Settings) -> None:
        """Take other settings for sessions."""
        console = settings.console
        self._sessions.change(
            forget_sessions(console.idle_timeout_ms, console.max_session_ms)
        )

    def keep_records(self, settings: Settings) -> None:
        """Take other settings for flight records."""
        records = settings.records
        self._records.change(
            forget_records(records.keep_hours, records.max_rows, records.max_bytes)
        )
