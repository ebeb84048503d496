"""Personal access tokens, of which only hashes are kept."""

from sqlalchemy import Connection, delete, insert, select, update

from relay.model.records import TokenRecord
from relay.store.schema import row_of, tokens
from relay.store.tables.audits import Audits

_RECORD = [column for column in tokens.c if column.name != "row"]


class Tokens:
    """Tokens within one transaction.

    :param connection: the transaction's.
    :param audits: where changes are told.
    """

    def __init__(self, connection: Connection, audits: Audits) -> None:
        self._connection = connection
        self._audits = audits

    def find(self, token_hash: str) -> TokenRecord | None:
        """
        :param token_hash: SHA-256 of a token, in hexadecimal.
        """
        row = self._connection.execute(
            select(*_RECORD).where(tokens.c.token_hash == token_hash)
        ).one_or_none()
        return None if row is None else TokenRecord(**row._asdict())

    def list(self, user: str) -> list[TokenRecord]:
        """
        :param user: the name of the user they belong to.
        :returns: the one created first in front.
        """
        rows = self._connection.execute(
            select(*_RECORD).where(tokens.c.user == user).order_by(tokens.c.row)
        )
        return [TokenRecord(**row._asdict()) for row in rows]

    def add(self, record: TokenRecord) -> None:
        """
        :param record: a new token of an existing user.
        """
        self._connection.execute(insert(tokens).values(row_of(record)))
        self._audits.note("TOKEN_CREATED", _target(record), {}, _told(record))

    def use(self, id: str, at_ms: int) -> None:
        """
        :param id: of a token.
        :param at_ms: when it was used.
        """
        self._connection.execute(
            update(tokens).where(tokens.c.id == id).values(used_at_ms=at_ms)
        )

    def delete(self, record: TokenRecord) -> None:
        """
        :param record: a token that is none any more.
        """
        self._connection.execute(delete(tokens).where(tokens.c.id == record.id))
        self._audits.note("TOKEN_REVOKED", _target(record), _told(record), {})


def _target(record: TokenRecord) -> dict[str, str]:
    return {"type": "TOKEN", "id": record.id, "name": record.name}


def _told(record: TokenRecord) -> dict[str, object]:
    return {
        "user": record.user,
        "name": record.name,
        "role": record.role,
        "expiresAt": record.expires_at_ms,
    }
