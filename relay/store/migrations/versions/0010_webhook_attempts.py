"""How often the event under way of a webhook was sent in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Deliveries that are under way have no record: they begin at the first attempt."""
    with op.batch_alter_table("deliveries") as batch:
        batch.add_column(sa.Column("trying", sa.Text))
        batch.add_column(
            sa.Column("attempts", sa.Integer, nullable=False, server_default="0")
        )
    with op.batch_alter_table("deliveries") as batch:
        batch.alter_column("attempts", server_default=None)


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("attempts")
        batch.drop_column("trying")
