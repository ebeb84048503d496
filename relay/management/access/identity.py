"""The user of a request."""

from __future__ import annotations

from dataclasses import dataclass

from relay.model.records import SessionRecord
from relay.model.role import Role


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
