"""Human-readable ids of APIs, plans, applications, subscriptions and policy groups.

Rows get one that is derived from their names. Definitions of APIs and plans had a
member ``hrid`` without effect: one that is well-formed and unique becomes the id.
"""

import json
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from relay.model.hrid import derived, is_hrid, unused

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
    taken: defaultdict[Any, set[str]] = defaultdict(set)
    for record in found:
        definition = json.loads(record.definition)
        had = "hrid" in definition
        given = definition.pop("hrid", None)
        among = taken[None if parent is None else getattr(record, parent)]
        if isinstance(given, str) and is_hrid(given) and given not in among:
            hrid = given
        else:
            label = str(definition.get("name", ""))
            hrid = unused(derived(label, NOUNS[name]), among)
        among.add(hrid)
        values: dict[str, Any] = {"hrid": hrid}
        if had:
            values["definition"] = json.dumps(definition, separators=(",", ":"))
        connection.execute(
            sa.update(table).where(table.c.row == record.row).values(values)
        )


def _subscriptions() -> None:
    connection = op.get_bind()
    found = connection.exec_driver_sql(
        'SELECT s."row", s.api_id, a.hrid AS application, p.hrid AS plan'
        " FROM subscriptions s JOIN applications a ON a.id = s.application_id"
        ' JOIN plans p ON p.id = s.plan_id ORDER BY s."row"'
    ).all()
    taken: defaultdict[str, set[str]] = defaultdict(set)
    table = sa.table("subscriptions", sa.column("row"), sa.column("hrid"))
    for row, api_id, application, plan in found:
        base = derived(f"{application}-{plan}", "subscription")
        hrid = unused(base, taken[api_id])
        taken[api_id].add(hrid)
        connection.execute(sa.update(table).where(table.c.row == row).values(hrid=hrid))


def downgrade() -> None:
    """Drop the indexes and the columns."""
    for name, columns, _ in IDENTIFIED:
        op.drop_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name)
    for name in (*(table for table, _, _ in IDENTIFIED), HISTORIES):
        op.drop_column(name, "hrid")
