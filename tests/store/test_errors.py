"""The error messages of failures of the database library."""

import sqlite3

from sqlalchemy.exc import IntegrityError, StatementError
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.store.errors import StoreBusy, StoreError, StoreUnwritable, as_store_errors


class ToldInOneLineTests(SynchronousTestCase):
    """The message is one line, and contains no stored data."""

    def told(self, error: Exception) -> str:
        """
        :param error: raised by the database library.
        :returns: what a log shows of it, traceback included.
        """
        with (
            self.assertRaises(StoreError) as raised,
            as_store_errors("/var/relay.db"),
        ):
            raise error
        self.assertIsNone(raised.exception.__cause__)
        self.assertNotIn("sqlalchemy", Failure(raised.exception).getTraceback())
        return str(raised.exception)

    def test_statement_is_left_out(self) -> None:
        """The message contains the database's own text, without the statement."""
        error = IntegrityError(
            "INSERT INTO users", {"password_hash": "secret"}, sqlite3.Error("twice")
        )
        self.assertEqual(self.told(error), "store.url: /var/relay.db: twice")

    def test_first_line(self) -> None:
        """A longer explanation is cut after its first line."""
        error = StatementError("one\ntwo", "SELECT", {}, ValueError("three\nfour"))
        self.assertEqual(self.told(error), "store.url: /var/relay.db: three")

    def test_without_words(self) -> None:
        """An error without a text is named by its class."""
        self.assertEqual(
            self.told(sqlite3.OperationalError()),
            "store.url: /var/relay.db: OperationalError",
        )

    def test_the_kind_tells_what_helps(self) -> None:
        """The name of SQLite's error selects the class of the error."""
        for name, kind in (
            ("SQLITE_BUSY_SNAPSHOT", StoreBusy),
            ("SQLITE_FULL", StoreUnwritable),
            ("SQLITE_IOERR_WRITE", StoreUnwritable),
            ("SQLITE_CONSTRAINT_UNIQUE", StoreError),
        ):
            error = sqlite3.OperationalError("why")
            error.sqlite_errorname = name
            with self.assertRaises(StoreError) as raised, as_store_errors("p"):
                raise error
            self.assertIs(type(raised.exception), kind)

    def test_others_pass(self) -> None:
        """Errors of the caller's own code are passed on."""
        with self.assertRaises(KeyError), as_store_errors("/var/relay.db"):
            raise KeyError("mine")
