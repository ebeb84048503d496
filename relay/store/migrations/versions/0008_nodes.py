"""Leases without instants: nodes count their renewals."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Register the owners of today, who renew or are buried."""
    op.create_table(
        "nodes",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("renewals", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_nodes")),
    )
    op.execute(
        "INSERT INTO nodes (name, renewals) "
        "SELECT DISTINCT owner, 0 FROM channel_owners"
    )
    with op.batch_alter_table("channel_owners") as batch:
        batch.drop_column("until_ms")
        batch.create_index(op.f("ix_channel_owners_owner"), ["owner"])


def downgrade() -> None:
    """Leases as they were, all of them run out."""
    with op.batch_alter_table("channel_owners") as batch:
        batch.drop_index(op.f("ix_channel_owners_owner"))
        batch.add_column(
            sa.Column("until_ms", sa.BigInteger, nullable=False, server_default="0")
        )
    with op.batch_alter_table("channel_owners") as batch:
        batch.alter_column("until_ms", server_default=None)
    op.drop_table("nodes")
