"""What deletes the rows that a daemon keeps for a limited time."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from relay.settings.schema import Settings
from relay.store.retention import Retention, audit_retention, session_retention
from relay.store.store import Store


def retentions(
    store: Store, reactor: IReactorTime, settings: Settings
) -> tuple[Retention, Retention]:
    """
    Return the retention of the audit trail, and that of sessions.

    :param store: started before them.
    """
    console = settings.console
    return (
        audit_retention(store, reactor, settings.admin.audit_retention_days),
        session_retention(
            store, reactor, console.idle_timeout_ms, console.max_session_ms
        ),
    )
