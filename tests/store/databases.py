"""Records to keep and databases to keep them in."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.records import (
    ApiKeyRecord,
    ApplicationRecord,
    SubscriptionRecord,
)
from relay.model.records import ApiRecord, PlanRecord, UserRecord
from relay.store.backends.postgres import LOCK
from relay.store.database import Database
from relay.store.transaction import Transaction
from tests.servers import postgres

T = TypeVar("T")


def api(id: str = "api-1", **changed: Any) -> ApiRecord:
    """
    :param id: of the API.
    :param changed: fields that differ from a stopped, never deployed API.
    """
    values: dict[str, Any] = {
        "hrid": id,
        "definition": {"name": id, "listeners": []},
        "state": "STOPPED",
        "lifecycle_state": "CREATED",
        "visibility": "PRIVATE",
        "created_at_ms": 1_000,
        "updated_at_ms": 1_000,
        "deployed_at_ms": None,
    }
    return ApiRecord(id=id, **{**values, **changed})


def plan(id: str = "plan-1", api_id: str = "api-1", **changed: Any) -> PlanRecord:
    """
    :param id: of the plan.
    :param api_id: of its API.
    :param changed: fields that differ from a new plan.
    """
    values: dict[str, Any] = {
        "hrid": id,
        "definition": {"name": id},
        "status": "STAGING",
        "order": 0,
        "created_at_ms": 1_000,
        "updated_at_ms": 1_000,
        "published_at_ms": None,
        "closed_at_ms": None,
    }
    return PlanRecord(id=id, api_id=api_id, **{**values, **changed})


def application(id: str = "app-1", **changed: Any) -> ApplicationRecord:
    """
    :param id: of the application.
    :param changed: fields that differ from a new application.
    """
    values: dict[str, Any] = {
        "hrid": id,
        "definition": {"name": id, "settings": {}},
        "api_key_mode": "UNSPECIFIED",
        "status": "ACTIVE",
        "created_at_ms": 1_000,
        "updated_at_ms": 1_000,
    }
    return ApplicationRecord(id=id, **{**values, **changed})


def subscription(id: str = "sub-1", **changed: Any) -> SubscriptionRecord:
    """
    :param id: of the subscription.
    :param changed: fields that differ from one of ``app-1`` to ``plan-1``, in force.
    """
    values: dict[str, Any] = {
        "api_id": "api-1",
        "hrid": id,
        "plan_id": "plan-1",
        "application_id": "app-1",
        "status": "ACCEPTED",
        "consumer_message": None,
        "publisher_message": None,
        "metadata": {},
        "starting_at_ms": 1_000,
        "ending_at_ms": None,
        "created_at_ms": 1_000,
        "updated_at_ms": 1_000,
        "processed_at_ms": 1_000,
        "paused_at_ms": None,
        "closed_at_ms": None,
    }
    return SubscriptionRecord(id=id, **{**values, **changed})


def api_key(id: str = "key-1", **changed: Any) -> ApiKeyRecord:
    """
    :param id: of the key.
    :param changed: fields that differ from a key of ``sub-1``.
    """
    values: dict[str, Any] = {
        "application_id": "app-1",
        "subscription_id": "sub-1",
        "digest": f"digest of {id}",
        "hint": "abc…",
        "expire_at_ms": None,
        "created_at_ms": 1_000,
        "updated_at_ms": 1_000,
        "revoked_at_ms": None,
    }
    return ApiKeyRecord(id=id, **{**values, **changed})


def user(name: str = "admin", password_hash: str = "$argon2id$one") -> UserRecord:
    """
    :param name: of the user.
    :param password_hash: an encoded hash.
    """
    return UserRecord(name, password_hash, "ADMIN", 1_000, 1_000)


def rows(path: str, query: str) -> list[tuple[Any, ...]]:
    """Ask a database file as another program would.

    :param path: of the file.
    :param query: in SQL.
    """
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@cache
def _new() -> bytes:
    with TemporaryDirectory() as directory:
        path = os.path.join(directory, "relay.db")
        database = Database(f"sqlite:///{path}", 1, lambda: 0)
        database.open()
        database.close()
        return Path(path).read_bytes()


def create(path: str) -> None:
    """
    Create the database that Relay creates, without running its migrations again.

    They take most of the time of a test that has a store of its own.

    :param path: of the file.
    """
    with open(
        path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)
    ) as new:
        new.write(_new())


class FileDatabase:
    """A SQLite file in a new directory.

    :param created: whether it has the tables of Relay already.
    """

    kind = "sqlite"

    def __init__(self, created: bool) -> None:
        self._directory = TemporaryDirectory()
        self.path = os.path.join(self._directory.name, "relay.db")
        if created:
            create(self.path)
        self.url = f"sqlite:///{self.path}"
        self.place = self.path
        self.no_users = "no such table: users"
        self.no_changes = "no such table: changes"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database as another program would."""
        return rows(self.path, query)

    def execute(self, *statements: str) -> None:
        """Change the database in one transaction of another program."""
        with closing(sqlite3.connect(self.path)) as other, other:
            for statement in statements:
                other.execute(statement)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the write lock in another program."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("COMMIT")

    def remove(self) -> None:
        """Delete the database."""
        self._directory.cleanup()


class ServerDatabase:
    """A database of the PostgreSQL server of the tests.

    :param created: as of :class:`FileDatabase`.
    """

    kind = "postgresql"
    path = "no file"

    def __init__(self, created: bool) -> None:
        self.server = postgres.server()
        self.name = self.server.create(*[postgres.template()] if created else [])
        self.url = self.server.url(self.name)
        self.place = f"127.0.0.1:{self.server.port}/{self.name}"
        self.no_users = 'relation "users" does not exist'
        self.no_changes = 'relation "changes" does not exist'

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database as another program would."""
        return self.server.rows(self.name, query)

    def execute(self, *statements: str) -> None:
        """Change the database in one transaction of another program."""
        with closing(self.server.connect(self.name)) as other, other.transaction():
            for statement in statements:
                other.execute(statement)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of writers in another program."""
        with closing(self.server.connect(self.name)) as other, other.transaction():
            other.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            yield

    def remove(self) -> None:
        """Delete the database."""
        self.server.drop(self.name)


Kind = type[FileDatabase] | type[ServerDatabase]
"""What the tests of a class run on. Every class that has one runs on both, see
``tests/wire/store/postgres``, unless it is marked with ``only_files``."""


class DatabaseTestCase(SynchronousTestCase):
    """Runs each test on an open database of its own, at an instant of its own."""

    kind: Kind = FileDatabase

    def setUp(self) -> None:
        """Open an empty database."""
        self.there = self.kind(created=True)
        self.addCleanup(self.there.remove)
        self.path = self.there.path
        self.now_ms = 5_000
        self.database = Database(self.there.url, 1, lambda: self.now_ms)
        self.addCleanup(self.database.close)
        self.database.open()

    def write(self, work: Callable[[Transaction], T]) -> T:
        """
        :param work: run in one transaction.
        """
        return self.database.write(work)[0]

    def read(self, work: Callable[[Transaction], T]) -> T:
        """
        :param work: run on one snapshot.
        """
        return self.database.read(work)

    def changed(self) -> list[str]:
        """
        :returns: the API ids in the change feed, the oldest first.
        """
        found = self.there.rows("SELECT subject FROM changes ORDER BY seq")
        return [id for (id,) in found]
