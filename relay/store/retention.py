"""Deletes old entries of the audit trail."""

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.store.errors import StoreError
from relay.store.store import Store

DAY_MS = 86_400_000
EVERY_S = 3600.0
AT_ONCE = 1000
"""How many entries one transaction deletes: other writes wait for it."""


class Retention(Service):
    """
    Deletes entries that are older than a number of days, at the start and every hour.

    Several processes on one database may do so at the same time.

    :param store: started.
    :param reactor: what calls later.
    :param days: how long the trail is kept; 0 keeps it for ever.
    """

    _log = Logger()

    def __init__(self, store: Store, reactor: IReactorTime, days: int) -> None:
        self._store = store
        self._reactor = reactor
        self._keep_ms = days * DAY_MS
        self._timer: IDelayedCall | None = None

    def startService(self) -> None:
        """Begin with the reactor's first turns."""
        super().startService()
        if self._keep_ms:
            self._timer = self._reactor.callLater(0, self._look)

    def stopService(self) -> None:
        """Begin nothing more; the store waits for a transaction under way."""
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        Deferred.fromCoroutine(self._forget())

    async def _forget(self) -> None:
        keep_ms = self._keep_ms
        forgotten = AT_ONCE
        try:
            while self.running and forgotten == AT_ONCE:
                forgotten = await self._store.write(
                    lambda tx: tx.audits.forget(tx.now_ms - keep_ms, AT_ONCE)
                )
        except StoreError as error:
            self._log.warn("the audit trail cannot be shortened: {error}", error=error)
        if self.running:
            self._timer = self._reactor.callLater(EVERY_S, self._look)
