"""Personal access tokens, of which only hashes are stored."""

from sqlalchemy import delete, update

from relay.model.records import TokenRecord
from relay.store.schema import tokens
from relay.store.tables.record_table import RecordTable


class Tokens(RecordTable[TokenRecord]):
    """Tokens within one transaction."""

    noun = "token"
    table = tokens
    record = TokenRecord
    order = (tokens.c.row,)

    def find(self, token_hash: str) -> TokenRecord | None:
        """Return the token with a SHA-256 hash, in hexadecimal, or None."""
        return self._one(tokens.c.token_hash == token_hash)

    def list(self, user: str) -> list[TokenRecord]:
        """Return the tokens of a user, by name, in the order of their creation."""
        return self._find(tokens.c.user == user)

    def use(self, id: str, at_ms: int) -> None:
        """Store when a token was used."""
        self._connection.execute(
            update(tokens).where(tokens.c.id == id).values(used_at_ms=at_ms)
        )

    def delete(self, record: TokenRecord) -> None:
        """Revoke a token: delete it."""
        self._connection.execute(delete(tokens).where(*self._place(record)))
        self._note("REVOKED", record, None)

    def _name(self, record: TokenRecord) -> str:
        return record.name

    def _audited(self, record: TokenRecord) -> dict[str, object]:
        return {
            "user": record.user,
            "name": record.name,
            "role": record.role,
            "expiresAt": record.expires_at_ms,
        }
