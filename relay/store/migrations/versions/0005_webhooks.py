"""Webhooks: the callback URL, the position and the dead letters of a subscription."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _owner(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [of], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Create the tables, and let subscriptions say where their events go."""
    op.add_column("subscriptions", sa.Column("consumer_configuration", sa.Text))
    op.add_column(
        "subscriptions",
        sa.Column("consumer_status", sa.Text, nullable=False, server_default="STARTED"),
    )
    op.add_column("subscriptions", sa.Column("failure_cause", sa.Text))
    op.create_table(
        "deliveries",
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("position", sa.Text),
        sa.Column("delivered", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("failed_in_a_row", sa.BigInteger, nullable=False),
        sa.Column("gaps", sa.BigInteger, nullable=False),
        sa.Column("last_gap", sa.Text),
        sa.Column("updated_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_deliveries")),
        _owner("deliveries", "subscription_id", "subscriptions.id"),
        _owner("deliveries", "api_id", "apis.id"),
    )
    op.create_index(op.f("ix_deliveries_api_id"), "deliveries", ["api_id"])
    op.create_table(
        "dead_letters",
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("replay", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_dead_letters")),
        sa.UniqueConstraint("id", name=op.f("uq_dead_letters_id")),
        _owner("dead_letters", "subscription_id", "subscriptions.id"),
    )
    op.create_index(
        op.f("ix_dead_letters_subscription_id"), "dead_letters", ["subscription_id"]
    )


def downgrade() -> None:
    """Drop the tables and the columns."""
    for table in ("dead_letters", "deliveries"):
        op.drop_table(table)
    with op.batch_alter_table("subscriptions") as batch:
        for column in ("failure_cause", "consumer_status", "consumer_configuration"):
            batch.drop_column(column)
