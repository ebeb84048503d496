"""The tables, as the newest migration leaves them.

They are portable: instants are integer milliseconds (SQLite forgets time zones),
documents are JSON in text columns, and no column has a type of one database only.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)

from relay.model.consumers.records import OPEN
from relay.store.columns import Document, RowNumber

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

# Compared byte by byte, as Python compares strings.
_ByBytes = Text().with_variant(Text(collation="C"), "postgresql")


def _hrid() -> Column[str]:
    return Column("hrid", _ByBytes, nullable=False, server_default="")


# `row` is the order of creation. created_at_ms is not: a clock may stand still or go
# back.
apis = Table(
    "apis",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _hrid(),
    Column("definition", Document, nullable=False),
    Column("state", Text, nullable=False),
    Column("lifecycle_state", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("deployed_at_ms", BigInteger),
)
Index(None, apis.c.hrid, unique=True)

# Columns of definitions by which APIs are listed and found: see api_index.py.
api_index = Table(
    "api_index",
    metadata,
    Column("api_id", ForeignKey("apis.id", ondelete="CASCADE"), primary_key=True),
    Column("name", _ByBytes, nullable=False),
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("published", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("paths", _ByBytes, nullable=False),
    Column("tags", _ByBytes, nullable=False),
    Column("categories", _ByBytes, nullable=False),
    Column("in_products", Boolean, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("text", Text, nullable=False),
)
Index(None, api_index.c.name, api_index.c.api_id)

api_paths = Table(
    "api_paths",
    metadata,
    Column("api_id", ForeignKey("apis.id", ondelete="CASCADE"), primary_key=True),
    Column("deployed", Boolean, primary_key=True),
    Column("host", _ByBytes, primary_key=True),
    Column("path", _ByBytes, primary_key=True),
)
Index(None, api_paths.c.host, api_paths.c.path)

plans = Table(
    "plans",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column(
        "api_id",
        Text,
        ForeignKey("apis.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    _hrid(),
    Column("definition", Document, nullable=False),
    Column("status", Text, nullable=False),
    Column("order", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("published_at_ms", BigInteger),
    Column("closed_at_ms", BigInteger),
)


def _hrid_index(column: Column[Any], *within: Column[Any], holders: Any) -> None:
    """Make hrids unique among the rows that hold theirs."""
    Index(
        None,
        *within,
        column,
        unique=True,
        sqlite_where=holders,
        postgresql_where=holders,
    )


open_plans = plans.c.status != "CLOSED"
"""The plans that hold their hrid."""
_hrid_index(plans.c.hrid, plans.c.api_id, holders=open_plans)

deployments = Table(
    "deployments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("api_id", Text, ForeignKey("apis.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("label", Text),
    Column("definition", Document, nullable=False),
    Column("plans", Document, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    UniqueConstraint("api_id", "number"),
)

_other = deployments.alias()
newest_deployments = select(deployments).where(
    deployments.c.number
    == select(func.max(_other.c.number))
    .where(_other.c.api_id == deployments.c.api_id)
    .scalar_subquery()
)
"""The newest deployment of every API."""

applications = Table(
    "applications",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    _hrid(),
    Column("definition", Document, nullable=False),
    Column("api_key_mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
)
active_applications = applications.c.status == "ACTIVE"
"""The applications that hold their hrid."""
_hrid_index(applications.c.hrid, holders=active_applications)


def owner(column: str, of: str, nullable: bool = False) -> Column[str]:
    """Make a column of the id of the row with which the rows are deleted.

    :param of: the column of that id, as ``apis.id``.
    """
    reference = ForeignKey(of, ondelete="CASCADE")
    return Column(column, Text, reference, nullable=nullable, index=True)


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    owner("api_id", "apis.id"),
    owner("plan_id", "plans.id"),
    owner("application_id", "applications.id"),
    _hrid(),
    Column("status", Text, nullable=False),
    Column("consumer_message", Text),
    Column("publisher_message", Text),
    Column("metadata", Document, nullable=False),
    Column("consumer_configuration", Document),
    Column("consumer_status", Text, nullable=False, server_default="STARTED"),
    Column("failure_cause", Text),
    Column("starting_at_ms", BigInteger),
    Column("ending_at_ms", BigInteger),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("processed_at_ms", BigInteger),
    Column("paused_at_ms", BigInteger),
    Column("closed_at_ms", BigInteger),
)
open_subscriptions = subscriptions.c.status.in_(sorted(OPEN))
"""The subscriptions that hold their hrid."""
_hrid_index(subscriptions.c.hrid, subscriptions.c.api_id, holders=open_subscriptions)

api_keys = Table(
    "api_keys",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    owner("application_id", "applications.id"),
    owner("subscription_id", "subscriptions.id", nullable=True),
    Column("digest", Text, nullable=False, index=True),
    Column("hint", Text, nullable=False),
    Column("expire_at_ms", BigInteger),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("revoked_at_ms", BigInteger),
)


def _group_columns() -> list[Column[Any]]:
    return [
        _hrid(),
        Column("definition", Document, nullable=False),
        Column("version", Integer, nullable=False),
        Column("lifecycle_state", Text, nullable=False),
        Column("created_at_ms", BigInteger, nullable=False),
        Column("updated_at_ms", BigInteger, nullable=False),
        Column("deployed_at_ms", BigInteger),
    ]


shared_policy_groups = Table(
    "shared_policy_groups",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("cross_id", Text, nullable=False, unique=True),
    *_group_columns(),
)
Index(None, shared_policy_groups.c.hrid, unique=True)

# What was deployed and undeployed; the newest row of a deployed group is in force.
shared_policy_group_histories = Table(
    "shared_policy_group_histories",
    metadata,
    Column("row", RowNumber, primary_key=True),
    owner("id", "shared_policy_groups.id"),
    Column("cross_id", Text, nullable=False),
    *_group_columns(),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column(
        "user",
        Text,
        ForeignKey("users.name", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),
    Column("used_at_ms", BigInteger),
)

sessions = Table(
    "sessions",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    owner("user", "users.name"),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("used_at_ms", BigInteger, nullable=False),
)

# No foreign keys: an entry outlives its target and its actor.
audits = Table(
    "audits",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("at_ms", BigInteger, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("token", Text),
    Column("event", Text, nullable=False),
    Column("api_id", Text, index=True),
    Column("target", Document, nullable=False),
    Column("changes", Document, nullable=False),
)

channel_owners = Table(
    "channel_owners",
    metadata,
    Column("api_id", ForeignKey("apis.id", ondelete="CASCADE"), primary_key=True),
    Column("owner", Text, nullable=False, index=True),
)

# The nodes that own channels, or wait for some. Owners are no foreign key: a node may
# be deleted before its channels have another owner.
nodes = Table(
    "nodes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("renewals", BigInteger, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)

gateways = Table(
    "gateways",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("seen_at_ms", BigInteger, nullable=False),
)

gateway_reports = Table(
    "gateway_reports",
    metadata,
    Column(
        "gateway_id", ForeignKey("gateways.id", ondelete="CASCADE"), primary_key=True
    ),
    Column(
        "api_id",
        ForeignKey("apis.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("number", Integer, nullable=False),
    Column("serving", Integer),
    Column("reason", Text),
    Column("at_ms", BigInteger, nullable=False),
)

# No foreign key: the change that deletes an API outlives the API. Numbers are never
# used twice, not even after pruning, or a reader's position would point at another
# change.
changes = Table(
    "changes",
    metadata,
    Column("seq", RowNumber, primary_key=True),
    Column("subject", Text, nullable=False),
    sqlite_autoincrement=True,
)
