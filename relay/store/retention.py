"""Deletes what the store keeps for a limited time."""

from collections.abc import Callable

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.transaction import Transaction

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
Forget = Callable[[Transaction], bool]
"""Deletes a part within one transaction, and returns whether more is to be deleted."""
AUDITS_EVERY_S = 3600.0
RECORDS_EVERY_S = 60.0
SESSIONS_EVERY_S = 600.0
AT_ONCE = 1000
"""How many entries of the audit trail, or sessions, one transaction deletes: other
writes wait for it."""
RECORDS_AT_ONCE = 500
"""How many flight records one transaction deletes."""


class Retention(Service):
    """
    Deletes in small transactions, at the start and at intervals.

    Several processes on one database may do so at the same time.

    :param store: started.
    :param reactor: what calls later.
    :param what: what is deleted, for the log.
    :param every_s: the interval, in seconds.
    :param forget: None to delete nothing.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        reactor: IReactorTime,
        what: str,
        every_s: float,
        forget: Forget | None,
    ) -> None:
        self._store = store
        self._reactor = reactor
        self._what = what
        self._every_s = every_s
        self._forget_some = forget
        self._timer: IDelayedCall | None = None
        self._looking = False
        self._failing = False

    def startService(self) -> None:
        """Begin with the reactor's first turns."""
        super().startService()
        self._schedule(0)

    def change(self, forget: Forget | None) -> None:
        """
        Delete by other rules, at once and from now on.

        :param forget: as above.
        """
        self._forget_some = forget
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._looking:
            self._schedule(0)

    def stopService(self) -> None:
        """Begin nothing more; the store waits for a transaction under way."""
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _schedule(self, delay_s: float) -> None:
        if self.running and self._forget_some is not None:
            self._timer = self._reactor.callLater(delay_s, self._look)

    def _look(self) -> None:
        self._timer, self._looking = None, True
        Deferred.fromCoroutine(self._forget())

    async def _forget(self) -> None:
        more = True
        try:
            while self.running and more and self._forget_some is not None:
                more = await self._store.write(self._forget_some)
            self._failing = False
        except StoreError as error:
            if not self._failing:
                self._log.warn(
                    "{what} cannot be shortened: {error}", what=self._what, error=error
                )
            self._failing = True
        self._looking = False
        self._schedule(self._every_s)


def audit_retention(store: Store, reactor: IReactorTime, days: int) -> Retention:
    """
    Delete old entries of the audit trail.

    :param days: how long the trail is kept; 0 keeps it for ever.
    """
    what = "the audit trail"
    return Retention(store, reactor, what, AUDITS_EVERY_S, forget_audits(days))


def forget_audits(days: int) -> Forget | None:
    """
    Return what deletes old entries of the audit trail.

    :param days: as above.
    """
    if not days:
        return None

    def forget(tx: Transaction) -> bool:
        before_ms = tx.now_ms - days * DAY_MS
        return tx.audits.forget(before_ms, AT_ONCE) == AT_ONCE

    return forget


def session_retention(
    store: Store, reactor: IReactorTime, idle_ms: int, longest_ms: int
) -> Retention:
    """
    Delete expired sessions of the console.

    :param idle_ms: as of :func:`forget_sessions`.
    :param longest_ms: as of it.
    """
    forget = forget_sessions(idle_ms, longest_ms)
    return Retention(store, reactor, "the sessions", SESSIONS_EVERY_S, forget)


def forget_sessions(idle_ms: int, longest_ms: int) -> Forget:
    """
    Return what deletes expired sessions of the console.

    :param idle_ms: how long a session may be unused.
    :param longest_ms: how long a session may last.
    """
    return lambda tx: tx.sessions.forget(idle_ms, longest_ms, AT_ONCE) == AT_ONCE


def record_retention(
    store: Store, reactor: IReactorTime, hours: int, max_rows: int, max_bytes: int
) -> Retention:
    """
    Delete flight records that are too old or too many.

    :param hours: as of :func:`forget_records`.
    :param max_rows: as of it.
    :param max_bytes: as of it.
    """
    forget = forget_records(hours, max_rows, max_bytes)
    return Retention(store, reactor, "flight records", RECORDS_EVERY_S, forget)


def forget_records(hours: int, max_rows: int, max_bytes: int) -> Forget:
    """
    Return what deletes flight records that are too old or too many.

    :param hours: how long a record is kept after it was written last; 0 deletes all,
        since none are written.
    :param max_rows: the most records; 0 for any number.
    :param max_bytes: the most bytes of all records; 0 for any size.
    """
    keep_ms = hours * HOUR_MS
    first_row: int | None = None

    def forget(tx: Transaction) -> bool:
        nonlocal first_row
        if first_row is None:
            # Counting reads all records: it is done once for many deletions.
            first_row = tx.flights.first_kept(max_rows, max_bytes)
        more = tx.flights.forget(keep_ms, first_row, RECORDS_AT_ONCE) == RECORDS_AT_ONCE
        if not more:
            first_row = None
        return more

    return forget
