"""The migration by which stored objects get human-readable ids."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from tempfile import TemporaryDirectory

from alembic import command
from twisted.trial.unittest import SynchronousTestCase

from relay.store.database import Database
from relay.store.sqlite import SqliteFile
from relay.store.upgrade import scripts, upgrade
from tests.store.databases import rows


class MigrationTests(SynchronousTestCase):
    """A store of a Relay without them."""

    def setUp(self) -> None:
        """Make a store with the schema of before."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.file = SqliteFile(os.path.join(directory.name, "relay.db"))
        self.file.create()
        engine = self.file.engine(writes=True, foreign_keys=False)
        self.addCleanup(engine.dispose)
        with engine.begin() as connection:
            config = scripts()
            config.attributes["connection"] = connection
            command.upgrade(config, "0013")

    def insert(self, table: str, **values: object) -> None:
        """Insert a row as an older program wrote it."""
        row = {"created_at_ms": 1, "updated_at_ms": 1, **values}
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        with closing(sqlite3.connect(self.file.path)) as connection, connection:
            connection.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())
            )

    def api(self, id: str, **definition: object) -> None:
        """Insert an API."""
        self.insert(
            "apis",
            id=id,
            definition=json.dumps({"listeners": [], **definition}),
            state="STOPPED",
            lifecycle_state="CREATED",
            visibility="PRIVATE",
        )

    def plan(self, id: str, api_id: str, status: str, **definition: object) -> None:
        """Insert a plan."""
        text = json.dumps(definition)
        self.insert(
            "plans", id=id, api_id=api_id, definition=text, status=status, order=0
        )

    def hrids(self, table: str) -> list[str]:
        """Return the hrids of a table in the order of creation."""
        query = f'SELECT hrid FROM {table} ORDER BY "row"'
        return [hrid for (hrid,) in rows(self.file.path, query)]

    def test_stored_objects(self) -> None:
        """Names give unique ids; a given one is kept if it can be."""
        self.api("1", name="My API", description="kept")
        self.api("2", name="My API")
        self.api("3", name="Other", hrid="given")
        self.api("4", name="Other", hrid="given")
        self.api("5", name="Other", hrid="not well-formed")
        self.plan("p1", "1", "CLOSED", name="Gold")
        self.plan("p2", "1", "PUBLISHED", name="Gold")
        self.plan("p3", "2", "PUBLISHED", name="Gold", hrid="silver")
        for id in ("a1", "a2"):
            self.insert(
                "applications",
                id=id,
                definition=json.dumps({"name": "日本"}),
                api_key_mode="UNSPECIFIED",
                status="ACTIVE",
            )
        for id, plan_id in (("s1", "p1"), ("s2", "p2"), ("s3", "p2")):
            self.insert(
                "subscriptions",
                id=id,
                api_id="1",
                plan_id=plan_id,
                application_id="a2",
                status="CLOSED",
                metadata="{}",
            )
        group = {
            "id": "g1",
            "cross_id": "c1",
            "definition": json.dumps({"name": "Slow"}),
            "version": 1,
            "lifecycle_state": "DEPLOYED",
        }
        self.insert("shared_policy_groups", **group)
        self.insert("shared_policy_group_histories", **group)
        upgrade(self.file, scripts())
        self.assertEqual(
            self.hrids("apis"), ["my-api", "my-api-2", "given", "other", "other-2"]
        )
        self.assertEqual(self.hrids("plans"), ["gold", "gold-2", "silver"])
        self.assertEqual(self.hrids("applications"), ["application", "application-2"])
        self.assertEqual(
            self.hrids("subscriptions"),
            [
                "application-2-gold",
                "application-2-gold-2",
                "application-2-gold-2-2",
            ],
        )
        for table in ("shared_policy_groups", "shared_policy_group_histories"):
            self.assertEqual(self.hrids(table), ["slow"])
        database = Database(f"sqlite:///{self.file.path}", 1, lambda: 5_000)
        database.open()
        self.addCleanup(database.close)
        given = database.read(lambda tx: tx.apis.with_hrid("given"))
        assert given is not None
        self.assertEqual(given.id, "3")
        self.assertEqual(given.definition, {"listeners": [], "name": "Other"})
        self.assertEqual(given.updated_at_ms, 1)
        plan = database.read(lambda tx: tx.plans.with_hrid("silver", "2"))
        assert plan is not None
        self.assertEqual(plan.definition, {"name": "Gold"})
