"""The store without its threads: blocking calls on one database."""

from collections.abc import Callable
from typing import TypeVar

from relay.model.secrets import ALL_SECRET, Masking
from relay.store.backends.choice import backend_of
from relay.store.rehearsal import Rehearsal
from relay.store.tables.audits import SYSTEM, Actor
from relay.store.transaction import Transaction

T = TypeVar("T")

WRITE_TIMEOUT_S = 5.0
"""How long a write waits for its turn, unless a setting overrides it."""
OPEN_TIMEOUT_S = 60.0
"""How long opening waits for a process that migrates or writes."""


class Database:
    """One database with its connections.

    :param url: as of :func:`~relay.store.backends.choice.backend_of`.
    :param readers: the number of threads that read at a time; one thread writes.
    :param clock_ms: the wall clock, called in the threads that use the database.
    :param masking: hides secrets in documents from the audit trail.
    :param timeout_s: how long a transaction waits for other processes.
    :raises StoreError: when the URL names no database of a supported kind.
    """

    def __init__(
        self,
        url: str,
        readers: int,
        clock_ms: Callable[[], int],
        masking: Masking = ALL_SECRET,
        timeout_s: float = WRITE_TIMEOUT_S,
    ) -> None:
        self._backend = backend_of(url)
        self._readers = readers
        self._clock_ms = clock_ms
        self._masking = masking
        self._timeout_s = timeout_s

    @property
    def place(self) -> str:
        """What tells the database apart from others, without user and password."""
        return self._backend.place

    def open(self) -> None:
        """Create or migrate the database and get ready for transactions.

        :raises StoreError: when the database cannot be used; one of
            :data:`~relay.store.errors.OUTAGES` when it may be usable later.
        """
        with self._backend.errors():
            self._backend.open(self._readers, self._timeout_s)
        more = True
        while more:
            with self._backend.logged_wait():
                more, _ = self.write(
                    lambda tx: tx.index.add_missing(), timeout_s=OPEN_TIMEOUT_S
                )

    def close(self) -> None:
        """Close the connections; transactions must have ended."""
        self._backend.close()

    def listen(self, heard: Callable[[], None]) -> None:
        """
        Report changes by other processes until :meth:`close`, as far as the database
        reports them by itself.

        :param heard: called in any thread when the change feed may have grown.
        """
        self._backend.listen(heard)

    def check(self) -> None:
        """Make sure that transactions are written to the database that was opened.

        :raises StoreLost: when a database file or its write-ahead log was deleted,
            replaced or truncated: only this process sees what it has written since.
        """
        self._backend.check()

    def version(self) -> int | None:
        """
        Read a number that changes when the change feed grows, by any process.

        This takes microseconds. Only one thread may call it.

        :returns: None when the number cannot be read at the moment.
        """
        return self._backend.version()

    def read(self, work: Callable[[Transaction], T]) -> T:
        """
        Run ``work`` on one consistent snapshot.

        :param work: cannot change anything.
        :raises StoreError: when the database fails or ``work`` tries to write.
        """
        with self._backend.errors(), self._backend.reading() as connection:
            return work(Transaction(connection, self._clock_ms()))

    def write(
        self,
        work: Callable[[Transaction], T],
        actor: Actor = SYSTEM,
        timeout_s: float | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> tuple[T, bool]:
        """
        Run ``work`` while no other thread or process writes.

        :param work: when it raises, nothing is written.
        :param actor: on whose behalf, for the audit trail.
        :param timeout_s: how long to wait for other processes; None for the time that
            all transactions wait.
        :param rehearsal: takes the entries for the audit trail, and nothing is written;
            None for a write that is kept.
        :returns: its result, and whether the change feed has grown, once everything is
            on the disk.
        :raises StoreBusy: when another process held the write lock for too long;
            nothing is written.
        :raises StoreLost: when the file was deleted, replaced or truncated; what was
            written is lost.
        :raises StoreError: when the database fails; nothing is written, unless the
            message says that this is not known.
        """
        backend, wait_s = self._backend, timeout_s
        self.check()
        with backend.errors():
            with backend.writing(
                self._timeout_s if wait_s is None else wait_s, rehearsal is not None
            ) as connection:
                transaction = Transaction(
                    connection, self._clock_ms(), actor, self._masking
                )
                result = work(transaction)
                touched = transaction.changes.touched and rehearsal is None
                if touched:
                    backend.announce(connection)
            self.check()
        if rehearsal is not None:
            rehearsal.entries += transaction.audits.noted
        return result, touched
