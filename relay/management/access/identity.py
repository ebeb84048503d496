"""The user of a request, and the users of the store."""

from __future__ import annotations

from dataclasses import dataclass

from relay.management.http.errors import NotFound
from relay.model.records import SessionRecord, UserRecord
from relay.model.role import Role
from relay.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated user."""

    name: str
    role: Role
    """The role of the request, which a token can reduce."""
    token: str | None = None
    """The id of the token; None for a request with a password or a session."""
    session: SessionRecord | None = None
    """The session; None for a request with other credentials."""


ANYBODY = Identity("anybody", Role.VIEWER)
"""The user of requests without credentials, where those are not required."""


def find_user(name: str, tx: Transaction) -> UserRecord:
    """
    :raises NotFound: when there is no such user.
    """
    found = tx.users.get(name)
    if found is None:
        raise NotFound(
            f"User [{name}] cannot be found.", "user.notFound", {"user": name}
        )
    return found
