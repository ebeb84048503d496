"""What each gateway serves of each API, as the gateway itself reports it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _of(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [of], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "gateways",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("seen_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateways")),
    )
    op.create_table(
        "gateway_reports",
        sa.Column("gateway_id", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("serving", sa.Integer),
        sa.Column("reason", sa.Text),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "gateway_id", "api_id", name=op.f("pk_gateway_reports")
        ),
        _of("gateway_reports", "gateway_id", "gateways.id"),
        _of("gateway_reports", "api_id", "apis.id"),
    )
    op.create_index(op.f("ix_gateway_reports_api_id"), "gateway_reports", ["api_id"])


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("gateway_reports")
    op.drop_table("gateways")
