"""Keeps the last route table on disk, up to date with the store."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.deploy.everything import read_everything
from relay.deploy.last_table import LastTable, TableFile, UnusableTable
from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.transaction import Transaction

FILE_NAME = "route-table"
SAVE_AFTER_S = 1.0
"""The time from a change to the writing of the file, in seconds."""
IDLE_FACTOR = 10
"""After a writing, the next one waits for this many times as long as it took: it costs
at most a tenth of a processor."""


class TableKeeper(Service):
    """
    Writes the file after changes, and reads it for a start without the store.

    :param file: None to keep no table.
    """

    log = Logger()

    def __init__(
        self, clock: IReactorTime, store: Store, file: TableFile | None
    ) -> None:
        self._clock = clock
        self._store = store
        self._file = file
        self._save: Callable[[Transaction], int] | None = None
        self._timer: IDelayedCall | None = None
        self._saving: Deferred[None] | None = None
        self._changed = False
        self._earliest_s = 0.0
        """When the file may be written next, on the clock."""
        self._failing = False
        self.last: LastTable | None = None
        """The table that the process started with; None when the store was open."""
        self.saved_at_ms: int | None = None
        """When the table in the file was read from the store, in milliseconds since the
        Unix epoch; None while this process has not written it."""

    def load(self, reason: str) -> bool:
        """
        Read the table, for a start without the store.

        :param reason: why the store cannot be opened.
        :return: whether there is one; it is :attr:`last` then.
        """
        if self._file is None:
            return False
        try:
            self.last = self._file.read()
        except (UnusableTable, OSError) as error:
            self.log.error(
                "the last route table, {path}, is not used: {error}",
                path=str(self._file.path),
                error=error,
            )
        if self.last is None:
            return False
        self.log.critical(
            "{reason}. The route table of {at} is served; nothing is saved or deployed "
            "until the store can be opened",
            reason=reason,
            at=datetime.datetime.fromtimestamp(
                self.last.at_ms // 1000, datetime.UTC
            ).isoformat(),
        )
        return True

    def keep(self, gateway_id: str, node: str, id_secret: Callable[[], bytes]) -> None:
        """
        Write the file from now on.

        :param gateway_id: the id of this gateway among all on the store.
        :param node: the name under which its daemon has leases in the store.
        :param id_secret: returns the key that signs event ids.
        """
        if self._file is not None:
            self._save = partial(_save, self._file, gateway_id, node, id_secret)

    def note(self) -> None:
        """Note that what is served has changed."""
        self._changed = True
        self._schedule()

    def stopService(self) -> Deferred[None]:
        """
        Write what has changed, and no more.

        :return: fires when it is written, or could not be.
        """
        super().stopService()
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._saving is not None:
            await self._saving
        if self._changed:
            self._write()
            if self._saving is not None:
                await self._saving

    def _schedule(self) -> None:
        if not self.running or self._save is None or self._saving is not None:
            return
        if self._timer is None and self._changed:
            wait_s = max(SAVE_AFTER_S, self._earliest_s - self._clock.seconds())
            self._timer = self._clock.callLater(wait_s, self._write)

    def _write(self) -> None:
        self._timer = None
        if self._save is None:
            return
        self._changed = False
        begun_s = self._clock.seconds()
        done: Deferred[None] = Deferred()
        self._saving = done
        saved = self._store.read(self._save)
        saved.addCallbacks(self._saved, self._not_saved)
        saved.addBoth(lambda _: self._over(begun_s, done))

    def _saved(self, at_ms: int) -> None:
        self._failing = False
        self.saved_at_ms = at_ms

    def _not_saved(self, failure: Failure) -> None:
        self._changed = True
        if not self._failing and not failure.check(StoreError):
            # The change feed tells of a store that does not answer.
            self._failing = True
            self.log.error(
                "the last route table cannot be written: {reason}",
                reason=failure.getErrorMessage(),
            )

    def _over(self, begun_s: float, done: Deferred[None]) -> None:
        self._saving = None
        ended_s = self._clock.seconds()
        self._earliest_s = ended_s + IDLE_FACTOR * (ended_s - begun_s)
        done.callback(None)
        self._schedule()


def _save(
    file: TableFile,
    gateway_id: str,
    node: str,
    id_secret: Callable[[], bytes],
    tx: Transaction,
) -> int:
    everything = read_everything(gateway_id, tx)
    alone = tx.leases.nodes().keys() <= {node}
    file.write(LastTable(everything, tx.now_ms, alone, id_secret()))
    return tx.now_ms
