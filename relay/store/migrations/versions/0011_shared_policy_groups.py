"""Shared policy groups, and what of them was deployed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("cross_id", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("lifecycle_state", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.Column("deployed_at_ms", sa.BigInteger),
    ]


def upgrade() -> None:
    """Create the tables."""
    groups, histories = "shared_policy_groups", "shared_policy_group_histories"
    op.create_table(
        groups,
        *_columns(),
        sa.PrimaryKeyConstraint("row", name=op.f(f"pk_{groups}")),
        sa.UniqueConstraint("id", name=op.f(f"uq_{groups}_id")),
        sa.UniqueConstraint("cross_id", name=op.f(f"uq_{groups}_cross_id")),
    )
    op.create_table(
        histories,
        *_columns(),
        sa.PrimaryKeyConstraint("row", name=op.f(f"pk_{histories}")),
        sa.ForeignKeyConstraint(
            ["id"],
            [f"{groups}.id"],
            name=op.f(f"fk_{histories}_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f(f"ix_{histories}_id"), histories, ["id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("shared_policy_group_histories", "shared_policy_groups"):
        op.drop_table(table)
