"""What a store needs of a database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Backend(Protocol):
    """One database with its connections.

    Every method but :meth:`check` and :meth:`version` may block. Errors of the database
    library pass through; :meth:`errors` converts them.
    """

    @property
    def place(self) -> str:
        """Where the database is, for messages; without user and password."""

    def open(self, readers: int, timeout_s: float) -> None:
        """
        Create or migrate the tables and get ready for transactions.

        :param readers: the number of threads that read at a time; one thread writes.
        :param timeout_s: how long a transaction waits for other processes.
        :raises StoreError: when the database cannot be used.
        """

    def close(self) -> None:
        """Close the connections; transactions must have ended."""

    def listen(self, heard: Callable[[], None]) -> None:
        """
        Report changes by other processes until :meth:`close`, as far as the database
        reports them by itself.

        :param heard: called in any thread when the change feed may have grown.
        """

    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that reads one snapshot, and end it with the block."""

    def writing(
        self, wait_s: float, rehearsal: bool
    ) -> AbstractContextManager[Connection]:
        """
        Begin a transaction while no other thread or process writes.

        It is committed at the end of the block, and rolled back when the block raises.

        :param wait_s: how long to wait for other processes.
        :param rehearsal: roll back at the end of the block as well.
        """

    def announce(self, connection: Connection) -> None:
        """
        Report to other processes, with the commit of a transaction, that the change
        feed has grown.

        :param connection: of :meth:`writing`.
        """

    def check(self) -> None:
        """Make sure that transactions are written to the database that was opened.

        :raises StoreLost: when only this process sees what it has written since.
        """

    def version(self) -> int | None:
        """
        Read a number that changes when the change feed grows, by any process.

        Only one thread may call it.

        :returns: None when the number cannot be read at the moment.
        """

    def errors(self) -> AbstractContextManager[None]:
        """Convert errors of the database library within a block.

        :raises StoreError: instead of any of them.
        """

    def logged_wait(self) -> AbstractContextManager[None]:
        """Log when the block waits for another process for more than a few seconds."""
