"""The table of flight records, as the newest migration leaves it."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from relay.store.columns import RowNumber
from relay.store.schema import metadata

# No foreign keys: records are deleted by their age and number, not with their API.
# The timeline is last: readers of the other columns of a long row do not read it.
flight_records = Table(
    "flight_records",
    metadata,
    Column("row", RowNumber, primary_key=True),
    Column("request_id", Text, nullable=False, unique=True),
    Column("transaction_id", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("api_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("weight", Integer, nullable=False),
    Column("entrypoint", Text),
    Column("plan_id", Text),
    Column("application_id", Text),
    Column("subscription_id", Text),
    Column("method", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", Text),
    Column("protocol", Text, nullable=False),
    Column("listener", Text, nullable=False),
    Column("remote_address", Text, nullable=False),
    Column("endpoint", Text),
    Column("status", Integer, nullable=False),
    Column("ttfb_ms", BigInteger),
    Column("endpoint_ms", BigInteger),
    Column("duration_ms", BigInteger),
    Column("bytes_in", BigInteger, nullable=False),
    Column("bytes_out", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("outcome", Text),
    Column("error_key", Text),
    Column("clock", Text),
    Column("size", Integer, nullable=False),
    Column("timeline", Text, nullable=False),
)
Index(None, flight_records.c.api_id, flight_records.c.at_ms)
