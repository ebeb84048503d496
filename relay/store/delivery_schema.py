"""The tables of channel histories and of deliveries, as the newest migration leaves
them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text

from relay.store.columns import Document, RowNumber
from relay.store.schema import metadata, owner

channel_entries = Table(
    "channel_entries",
    metadata,
    Column("api_id", ForeignKey("apis.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("content", Document, nullable=False),
)

channel_publications = Table(
    "channel_publications",
    metadata,
    Column("api_id", ForeignKey("apis.id", ondelete="CASCADE"), primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("ids", Document, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column(
        "subscription_id",
        Text,
        ForeignKey("subscriptions.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    owner("api_id", "apis.id"),
    Column("channel", Text, nullable=False),
    Column("position", Text),
    Column("delivered", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("failed_in_a_row", BigInteger, nullable=False),
    Column("gaps", BigInteger, nullable=False),
    Column("last_gap", Document),
    Column("updated_at_ms", BigInteger, nullable=False),
    Column("trying", Text),
    Column("attempts", Integer, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    owner("subscription_id", "subscriptions.id"),
    Column("event_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", Integer),
    Column("reason", Text, nullable=False),
    Column("event", Document, nullable=False),
    Column("replay", Boolean, nullable=False),
)
