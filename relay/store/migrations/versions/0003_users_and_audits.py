"""Users with roles, their tokens, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables; the users there are were administrators, and stay so."""
    with op.batch_alter_table("users") as users:
        users.add_column(
            sa.Column("role", sa.Text, nullable=False, server_default="ADMIN")
        )
        users.add_column(
            sa.Column(
                "created_at_ms", sa.BigInteger, nullable=False, server_default="0"
            )
        )
    op.execute("UPDATE users SET created_at_ms = updated_at_ms")
    with op.batch_alter_table("users") as users:
        users.alter_column("role", server_default=None)
        users.alter_column("created_at_ms", server_default=None)
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "tokens",
        sa.Column("row", number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("created_at_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger),
        sa.Column("used_at_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_tokens_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tokens_token_hash")),
        sa.ForeignKeyConstraint(
            ["user"], ["users.name"], name=op.f("fk_tokens_user"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_tokens_user"), "tokens", ["user"])
    op.create_table(
        "audits",
        sa.Column("row", number, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("token", sa.Text),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("api_id", sa.Text),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_audits")),
        sa.UniqueConstraint("id", name=op.f("uq_audits_id")),
    )
    op.create_index(op.f("ix_audits_at_ms"), "audits", ["at_ms"])
    op.create_index(op.f("ix_audits_api_id"), "audits", ["api_id"])


def downgrade() -> None:
    """Drop the tables and the roles."""
    op.drop_table("audits")
    op.drop_table("tokens")
    with op.batch_alter_table("users") as users:
        users.drop_column("created_at_ms")
        users.drop_column("role")
