"""Sessions of the console."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

row_number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the table."""
    table = "sessions"
    op.create_table(
        table,
        sa.Column("row", row_number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("used_at_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("id", name=op.f(f"uq_{table}_id")),
        sa.UniqueConstraint("secret_hash", name=op.f(f"uq_{table}_secret_hash")),
        sa.ForeignKeyConstraint(
            ["user"],
            ["users.name"],
            name=op.f(f"fk_{table}_user"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f(f"ix_{table}_user"), table, ["user"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("sessions")
