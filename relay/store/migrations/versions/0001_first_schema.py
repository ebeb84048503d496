"""First schema: APIs, plans, deployments, users and the change feed."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "apis",
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("lifecycle_state", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.Column("deployed_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_apis")),
        sa.UniqueConstraint("id", name=op.f("uq_apis_id")),
    )
    op.create_table(
        "plans",
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("order", sa.Integer, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.Column("published_at_ms", sa.BigInteger),
        sa.Column("closed_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_plans")),
        sa.UniqueConstraint("id", name=op.f("uq_plans_id")),
        sa.ForeignKeyConstraint(
            ["api_id"], ["apis.id"], name=op.f("fk_plans_api_id"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_plans_api_id"), "plans", ["api_id"])
    op.create_table(
        "deployments",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("label", sa.Text),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("plans", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
        sa.UniqueConstraint(
            "api_id", "number", name=op.f("uq_deployments_api_id_number")
        ),
        sa.ForeignKeyConstraint(
            ["api_id"],
            ["apis.id"],
            name=op.f("fk_deployments_api_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "changes",
        sa.Column("seq", row_number, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop everything, what refers to others first."""
    for table in ("changes", "users", "deployments", "plans", "apis"):
        op.drop_table(table)
