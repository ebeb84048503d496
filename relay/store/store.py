"""The store as the rest of the program sees it: transactions that return Deferreds."""

import time
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import Any, TypeVar

from twisted.application.service import Service
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from relay.model.secrets import ALL_SECRET, Masking
from relay.store.database import WRITE_TIMEOUT_S, Database
from relay.store.errors import (
    OUTAGES,
    StoreAway,
    StoreBusy,
    StoreError,
    StoreLost,
    StoreUnwritable,
)
from relay.store.rehearsal import Rehearsal, rehearsing
from relay.store.tables.audits import Actor, acting
from relay.store.transaction import Transaction

T = TypeVar("T")

AGAIN_S = 1.0
"""The time between attempts to open a database that was away at the start, in
seconds."""


class Store(Service):
    """Definitions, deployments and users, shared by all processes on one database.

    Transactions run in the store's own threads. Reads run in parallel, each on one
    consistent snapshot; writes run one after the other, in the order of the calls.

    Cancelling a Deferred of :meth:`read` or :meth:`write` does not cancel the
    transaction, which still happens wholly or not at all.

    The store starts before the reactor runs: :meth:`startService`, :meth:`read_now` and
    :meth:`write_now` block.

    :param url: as of :func:`~relay.store.backends.choice.backend_of`.
    :param reactor: in whose thread the results arrive.
    :param threads: the number of reads that run in parallel.
    :param write_timeout_s: how long a write may wait for earlier writes and for other
        processes until it begins.
    :param clock_ms: the wall clock in milliseconds since the Unix epoch; called in the
        store's threads.
    :param masking: hides secrets in documents from the audit trail; by default all
        configurations.
    :raises StoreError: when the URL names no database of a supported kind.
    """

    _log = Logger()

    def __init__(
        self,
        url: str,
        reactor: Any,
        *,
        threads: int = 4,
        write_timeout_s: float = WRITE_TIMEOUT_S,
        clock_ms: Callable[[], int],
        masking: Masking = ALL_SECRET,
    ) -> None:
        self._reactor = reactor
        self._threads = threads
        self._write_timeout_s = write_timeout_s
        self._database = Database(url, threads, clock_ms, masking, write_timeout_s)
        self.problem: str | None = None
        """Why the newest write was refused; ``None`` when it was not."""
        self._lost = False
        """Whether it was logged that the database file is lost."""
        self.away: str | None = None
        """Why the database could not be opened yet; None once it was opened."""
        self.starts_without: Callable[[str], bool] = lambda reason: False
        """Called with the reason when the database is away at the start; returns
        whether to start all the same, and to open the database later."""
        self._opening: IDelayedCall | None = None
        self._when_open: list[Deferred[None]] = []
        self._pools: tuple[ThreadPool, ThreadPool] | None = None
        self._unfinished = 0
        self._stopping: list[Deferred[None]] = []
        self._watchers: list[Callable[[], None]] = []

    def startService(self) -> None:
        """Create or migrate the database, then start the threads.

        :raises StoreError: when the database cannot be used; nothing is left open.
        """
        if self._pools is not None:
            raise StoreError("the store is started already")
        self.away = None
        try:
            self._open()
        except OUTAGES as error:
            if not self.starts_without(str(error)):
                raise
            self.away = str(error)
        self._pools = _pool("store-read", self._threads), _pool("store-write", 1)
        for pool in self._pools:
            pool.start()
        super().startService()
        if self.away is not None:
            self._open_later()

    def _open(self) -> None:
        try:
            self._database.open()
            self._database.listen(self._heard)
        except BaseException:
            self._database.close()
            raise

    def _open_later(self) -> None:
        self._opening = self._reactor.callLater(AGAIN_S, self._open_again)

    def _open_again(self) -> None:
        self._opening = None
        if self._pools is None:
            return
        opened = self._run(self._pools[1], self._open)
        opened.addCallbacks(lambda _: self._opened(), self._not_opened)

    def _opened(self) -> None:
        self.away = None
        self._log.info("the store: the database is open")
        # What was changed meanwhile is read now, and not at the next poll.
        self._poke()
        waiting, self._when_open = self._when_open, []
        for done in waiting:
            done.callback(None)

    def _not_opened(self, failure: Failure) -> None:
        reason = failure.getErrorMessage()
        if reason != self.away:
            self._log.error("the store: still away: {reason}", reason=reason)
        self.away = reason
        if self.running:
            self._open_later()

    def when_open(self) -> Deferred[None]:
        """Wait until a database is open that was away at the start.

        :returns: fires in the reactor's thread, maybe at once.
        """
        done: Deferred[None] = Deferred()
        if self.away is None:
            done.callback(None)
        else:
            self._when_open.append(done)
        return done

    @property
    def place(self) -> str:
        """What tells the database apart from others, without a password."""
        return self._database.place

    def stopService(self) -> Deferred[None]:
        """Refuse new transactions, wait for those that were begun, close, end the
        threads.

        :returns: fires when all of that is done.
        """
        super().stopService()
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        return Deferred.fromCoroutine(self._stop())

    async def _stop(self) -> None:
        if self._unfinished:
            settled: Deferred[None] = Deferred()
            self._stopping.append(settled)
            await settled
        pools, self._pools = self._pools, None
        if pools is None:
            return
        # Not in the reactor's thread: closing writes the log back into the file.
        await self._run(pools[1], self._database.close)
        for pool in pools:
            pool.stop()

    def read_now(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` on one snapshot in this thread, before the reactor runs.

        :param work: cannot change anything.
        :raises StoreError: when the database fails.
        """
        return self._database.read(work)

    def write_now(self, work: Callable[[Transaction], T]) -> T:
        """Run ``work`` in this thread, before the reactor runs.

        :param work: when it raises, nothing is written.
        :raises StoreError: when the database fails; nothing is written.
        """
        result, _ = self._database.write(work)
        return result

    def read(self, work: Callable[[Transaction], T]) -> Deferred[T]:
        """Run ``work`` on a consistent snapshot.

        :param work: called in one of the store's threads; it cannot change anything.
        :returns: its result or its exception, :class:`StoreError` when the database
            fails.
        """
        if not self.running or self._pools is None:
            return fail(StoreError("the store is not open"))
        if self.away is not None:
            return fail(StoreAway(self.away))
        return self._run(self._pools[0], partial(self._database.read, work))

    def write(self, work: Callable[[Transaction], T]) -> Deferred[T]:
        """Run ``work`` while no other thread or process writes.

        The audit trail names as its actor :data:`~relay.store.tables.audits.acting` of
        the caller's context. If that has a
        :data:`~relay.store.rehearsal.rehearsing`, everything is rolled back at the end.

        :param work: called in one of the store's threads; when it raises, nothing is
            written.
        :returns: its result once everything is on the disk, or its exception;
            :class:`StoreError` when the database fails, and nothing is written;
            :class:`StoreBusy` when its turn did not come in time.
        """
        if not self.running or self._pools is None:
            return fail(StoreError("the store is not open"))
        if self.away is not None:
            return fail(StoreAway(self.away))
        until_s = time.monotonic() + self._write_timeout_s
        write = partial(self._write, work, acting.get(), rehearsing.get(), until_s)
        return self._run(self._pools[1], write)

    def _write(
        self,
        work: Callable[[Transaction], T],
        actor: Actor,
        rehearsal: Rehearsal | None,
        until_s: float,
    ) -> T:
        left_s = until_s - time.monotonic()
        try:
            if left_s <= 0:
                raise StoreBusy("the store: writes asked for before took too long")
            result, touched = self._database.write(work, actor, left_s, rehearsal)
        except (StoreBusy, StoreLost, StoreUnwritable) as error:
            self.problem = str(error)
            raise
        if rehearsal is None:
            # What is rolled back is not written to the disk, which may be full.
            self.problem = None
        if touched:
            self._reactor.callFromThread(self._poke)
        return result

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """
        Add a watcher.

        :param watcher: called in the reactor's thread after each write of this process
            that touched an API, before the write's Deferred fires; for changes that a
            server reports of other processes; and when the database has been opened
            that was away at the start.
        :returns: removes the watcher when it is called.
        """
        self._watchers.append(watcher)
        return partial(self._watchers.remove, watcher)

    def version(self) -> int | None:
        """
        Return a number that stays the same until anybody commits.

        It is cheap enough for the reactor's thread.

        :returns: None when only a transaction can find out.
        """
        if not self.running or self.away is not None:
            return None
        self._look_after_file()
        return self._database.version()

    def _look_after_file(self) -> None:
        """Log, once each, that the database file is lost, and that it is back."""
        try:
            self._database.check()
        except StoreLost as lost:
            self.problem = str(lost)
            if not self._lost:
                self._lost = True
                self._log.critical(
                    "{lost}. Nothing is saved or deployed until the same file is back, "
                    "or the daemon is restarted with the present file",
                    lost=lost,
                )
        else:
            if self._lost:
                self.problem = None
                self._log.warn("the store: the database file is back")
            self._lost = False

    def _heard(self) -> None:
        """Called in a thread of the database."""
        self._reactor.callFromThread(self._poke)

    def _poke(self) -> None:
        for watcher in list(self._watchers):
            watcher()

    def _run(self, pool: ThreadPool, work: Callable[[], T]) -> Deferred[T]:
        waiting: Deferred[T] = Deferred()

        def finished(success: bool, result: T | Failure) -> None:
            self._reactor.callFromThread(self._finish, waiting, result)

        self._unfinished += 1
        pool.callInThreadWithCallback(finished, work)
        return waiting

    def _finish(self, waiting: Deferred[T], result: T | Failure) -> None:
        self._unfinished -= 1
        waiting.callback(result)
        if not self._unfinished:
            settled, self._stopping = self._stopping, []
            for deferred in settled:
                deferred.callback(None)


def _pool(name: str, threads: int) -> ThreadPool:
    pool = ThreadPool(threads, threads, name)
    # A process that ends without stopping the store must not wait for its threads; what
    # was committed is on the disk.
    pool.threadFactory = partial(Thread, daemon=True)  # type: ignore[assignment]
    return pool
