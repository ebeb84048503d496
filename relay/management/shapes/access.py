"""The shapes of users, tokens and sessions."""

from __future__ import annotations

from relay.management.shapes.common import Member, Timestamp
from relay.model.role import Role
from relay.model.schema.base import Value


class User(Member):
    """A user of the management API."""

    role: Role
    created_at: Timestamp
    updated_at: Timestamp


class Token(Value):
    """A personal access token, without its secret."""

    id: str
    name: str
    created_at: Timestamp
    role: Role | None = None
    """The highest role of the token; by default that of its user."""
    expires_at: Timestamp | None = None
    last_used_at: Timestamp | None = None


class CreatedToken(Token):
    """A new token, whose secret no other response contains."""

    token: str


class SessionUser(Value):
    """The user of a session."""

    name: str
    role: Role


class Session(Value):
    """A session of a browser."""

    user: SessionUser
    csrf_token: str
    """The value of `X-CSRF-Token`."""
    idle_expires_at: Timestamp
    expires_at: Timestamp
