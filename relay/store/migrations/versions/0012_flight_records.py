"""Flight records: what happened to each exchange."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table."""
    table = "flight_records"
    op.create_table(
        table,
        sa.Column("row", row_number, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("transaction_id", sa.Text, nullable=False),
        sa.Column("gateway", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("entrypoint", sa.Text),
        sa.Column("plan_id", sa.Text),
        sa.Column("application_id", sa.Text),
        sa.Column("subscription_id", sa.Text),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("query", sa.Text),
        sa.Column("protocol", sa.Text, nullable=False),
        sa.Column("listener", sa.Text, nullable=False),
        sa.Column("remote_address", sa.Text, nullable=False),
        sa.Column("endpoint", sa.Text),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("ttfb_ms", sa.BigInteger),
        sa.Column("endpoint_ms", sa.BigInteger),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("bytes_in", sa.BigInteger, nullable=False),
        sa.Column("bytes_out", sa.BigInteger, nullable=False),
        sa.Column("events", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("error_key", sa.Text),
        sa.Column("clock", sa.Text),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("timeline", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("request_id", name=op.f(f"uq_{table}_request_id")),
    )
    op.create_index(op.f(f"ix_{table}_api_id_at_ms"), table, ["api_id", "at_ms"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("flight_records")
