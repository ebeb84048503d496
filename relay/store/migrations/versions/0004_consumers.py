"""The consumers of APIs: applications, subscriptions and API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables, and let the change feed name more than APIs."""
    op.create_table(
        "applications",
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("api_key_mode", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_applications")),
        sa.UniqueConstraint("id", name=op.f("uq_applications_id")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("application_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("consumer_message", sa.Text),
        sa.Column("publisher_message", sa.Text),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("starting_at_ms", sa.BigInteger),
        sa.Column("ending_at_ms", sa.BigInteger),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.Column("processed_at_ms", sa.BigInteger),
        sa.Column("paused_at_ms", sa.BigInteger),
        sa.Column("closed_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("id", name=op.f("uq_subscriptions_id")),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"],
                [f"{one}s.id"],
                name=op.f(f"fk_subscriptions_{one}_id"),
                ondelete="CASCADE",
            )
            for one in ("api", "plan", "application")
        ),
    )
    for one in ("api_id", "plan_id", "application_id"):
        op.create_index(op.f(f"ix_subscriptions_{one}"), "subscriptions", [one])
    op.create_table(
        "api_keys",
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("application_id", sa.Text, nullable=False),
        sa.Column("subscription_id", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("hint", sa.Text, nullable=False),
        sa.Column("expire_at_ms", sa.BigInteger),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.Column("revoked_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("id", name=op.f("uq_api_keys_id")),
        *(
            sa.ForeignKeyConstraint(
                [f"{one}_id"],
                [f"{one}s.id"],
                name=op.f(f"fk_api_keys_{one}_id"),
                ondelete="CASCADE",
            )
            for one in ("application", "subscription")
        ),
    )
    for one in ("application_id", "subscription_id", "digest"):
        op.create_index(op.f(f"ix_api_keys_{one}"), "api_keys", [one])
    op.alter_column("changes", "api_id", new_column_name="subject")


def downgrade() -> None:
    """Drop the tables."""
    op.execute("DELETE FROM changes WHERE subject LIKE 'subscription:%'")
    op.alter_column("changes", "subject", new_column_name="api_id")
    for table in ("api_keys", "subscriptions", "applications"):
        op.drop_table(table)
