"""Human-readable ids of APIs, plans, applications, subscriptions and policy groups.

Rows get one that is derived from their names. Definitions of APIs and plans had a
member ``hrid`` without effect: one that is well-formed and unique becomes the id.
"""

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from relay.model.hrid import derived, is_hrid

revision = "0014"
down_revision = "0013"

by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

IDENTIFIED = (
    ("apis", ["hrid"], None),
    ("plans", ["api_id", "hrid"], "status <> 'CLOSED'"),
    ("applications", ["hrid"], "status = 'ACTIVE'"),
    (
        "subscriptions",
        ["api_id", "hrid"],
        "status IN ('PENDING', 'ACCEPTED', 'PAUSED')",
    ),
    ("shared_policy_groups", ["hrid"], None),
)
HISTORIES = "shared_policy_group_histories"
NOUNS = {
    "apis": "API",
    "plans": "plan",
    "applications": "application",
    "shared_policy_groups": "shared policy group",
}


class Scope:
    """The ids among which a new one is unique."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def unused(self, base: str) -> str:
        """Return the base, or the base with the first number that is free."""
        hrid, number = base, self._numbers.get(base, 2)
        while hrid in self.taken:
            hrid, number = f"{base}-{number}", number + 1
        self._numbers[base] = number
        return hrid


def upgrade() -> None:
    """Add the columns, give every row its id, then add the indexes."""
    for name in (*(table for table, _, _ in IDENTIFIED), HISTORIES):
        column = sa.Column("hrid", by_bytes, nullable=False, server_default="")
        op.add_column(name, column)
    for table in NOUNS:
        _from_names(table, "api_id" if table == "plans" else None)
    _subscriptions()
    op.execute(
        f"UPDATE {HISTORIES} SET hrid = (SELECT g.hrid FROM shared_policy_groups g"
        f" WHERE g.id = {HISTORIES}.id)"
    )
    for name, columns, holders in IDENTIFIED:
        where = None if holders is None else sa.text(holders)
        op.create_index(
            op.f(f"ix_{name}_{'_'.join(columns)}"),
            name,
            columns,
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


def _from_names(name: str, parent: str | None) -> None:
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(column) for column in ("row", "definition", "hrid")
    ]
    if parent is not None:
        columns.append(sa.column(parent))
    table = sa.table(name, *columns)
    connection = op.get_bind()
    found = connection.execute(sa.select(table).order_by(table.c.row)).all()
    scopes: defaultdict[Any, Scope] = defaultdict(Scope)
    ids: list[tuple[int, str]] = []
    for record in found:
        definition = json.loads(record.definition)
        had = "hrid" in definition
        given = definition.pop("hrid", None)
        scope = scopes[None if parent is None else getattr(record, parent)]
        if isinstance(given, str) and is_hrid(given) and given not in scope.taken:
            hrid = given
        else:
            label = str(definition.get("name", ""))
            hrid = scope.unused(derived(label, NOUNS[name]))
        scope.taken.add(hrid)
        ids.append((record.row, hrid))
        if had:
            text = json.dumps(definition, separators=(",", ":"))
            own = table.c.row == record.row
            connection.execute(sa.update(table).where(own).values(definition=text))
    _save(name, ids)


def _subscriptions() -> None:
    connection = op.get_bind()
    found = connection.exec_driver_sql(
        'SELECT s."row", s.api_id, a.hrid AS application, p.hrid AS plan'
        " FROM subscriptions s JOIN applications a ON a.id = s.application_id"
        ' JOIN plans p ON p.id = s.plan_id ORDER BY s."row"'
    ).all()
    scopes: defaultdict[str, Scope] = defaultdict(Scope)
    ids: list[tuple[int, str]] = []
    for row, api_id, application, plan in found:
        base = derived(f"{application}-{plan}", "subscription")
        hrid = scopes[api_id].unused(base)
        scopes[api_id].taken.add(hrid)
        ids.append((row, hrid))
    _save("subscriptions", ids)


def _save(name: str, ids: list[tuple[int, str]]) -> None:
    """
    Write the ids in one statement.

    :param ids: by the rows of the table.
    """
    if ids:
        table = sa.table(name, sa.column("row"), sa.column("hrid"))
        op.get_bind().execute(
            sa.update(table)
            .where(table.c.row == sa.bindparam("of"))
            .values(hrid=sa.bindparam("given")),
            [{"of": row, "given": hrid} for row, hrid in ids],
        )


def downgrade() -> None:
    """Drop the indexes and the columns."""
    for name, columns, _ in IDENTIFIED:
        op.drop_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name)
    for name in (*(table for table, _, _ in IDENTIFIED), HISTORIES):
        op.drop_column(name, "hrid")
