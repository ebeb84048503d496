"""What lists of APIs show, and which paths are taken, beside the definitions.

The rows are added when the database is opened: what they hold is made by the program.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

by_bytes = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _of_api(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_api_id")
    return sa.ForeignKeyConstraint(["api_id"], ["apis.id"], name, ondelete="CASCADE")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "api_index",
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("name", by_bytes, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("published", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("paths", by_bytes, nullable=False),
        sa.Column("tags", by_bytes, nullable=False),
        sa.Column("categories", by_bytes, nullable=False),
        sa.Column("in_products", sa.Boolean, nullable=False),
        sa.Column("deployment", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("api_id", name=op.f("pk_api_index")),
        _of_api("api_index"),
    )
    op.create_index(op.f("ix_api_index_name_api_id"), "api_index", ["name", "api_id"])
    op.create_table(
        "api_paths",
        sa.Column("api_id", sa.Text, nullable=False),
        sa.Column("deployed", sa.Boolean, nullable=False),
        sa.Column("host", by_bytes, nullable=False),
        sa.Column("path", by_bytes, nullable=False),
        sa.PrimaryKeyConstraint(
            "api_id", "deployed", "host", "path", name=op.f("pk_api_paths")
        ),
        _of_api("api_paths"),
    )
    op.create_index(op.f("ix_api_paths_host_path"), "api_paths", ["host", "path"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("api_paths", "api_index"):
        op.drop_table(table)
