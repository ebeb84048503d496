"""The address of a PostgreSQL database, and connections to it."""

from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.string import StrDumperUnknown

from relay.store.errors import StoreError

SCHEME = "postgresql+psycopg"
DEFAULTS: dict[str, str] = {
    "application_name": "relay",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
    "target_session_attrs": "read-write",
}
"""The parameters of a connection that the URL does not name: a server that went away
without a word is noticed, and a standby is passed over."""


class _Text(StrDumperUnknown):
    """Replaces NUL, which PostgreSQL does not store in texts."""

    def dump(self, obj: str) -> Any:
        """Encode a text."""
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


@dataclass(frozen=True)
class PostgresAddress:
    """One database of a server, or of servers that take over from each other."""

    place: str
    """``HOST[:PORT]/DATABASE``, for messages."""
    parameters: dict[str, Any] = field(repr=False)
    """Of libpq; the password may be one of them."""

    @classmethod
    def from_url(cls, url: str) -> Self:
        """
        Read a URL.

        :param url: a connection URI of libpq, with the scheme :data:`SCHEME`.
        :raises StoreError: when libpq cannot read it. The message does not repeat it.
        """
        rest = url.removeprefix(SCHEME)
        try:
            given = conninfo_to_dict(f"postgresql{rest}")
            split = urlsplit(f"postgresql{rest}")
        except (psycopg.Error, ValueError):
            raise StoreError(
                "store.url: not a PostgreSQL URL, expected "
                f"{SCHEME}://USER@HOST/DATABASE"
            ) from None
        options = parse_qs(split.query)
        hosts = split.netloc.rpartition("@")[2] or options.get("host", ["localhost"])[0]
        return cls(f"{hosts}{unquote(split.path)}", {**DEFAULTS, **given})

    def connect(self) -> "psycopg.Connection[Any]":
        """
        Open a connection.

        :raises psycopg.Error: when no server of the address accepts it.
        """
        connection = psycopg.connect(**self.parameters, client_encoding="utf8")
        connection.adapters.register_dumper(str, _Text)
        return connection
