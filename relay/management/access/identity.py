"""The user of a request."""

from __future__ import annotations

from dataclasses import dataclass

from relay.model.role import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """An authenticated user."""

    name: str
    role: Role
    """The role of the request, which a token can reduce."""
    token: str | None = None
    """The id of the token; None for a request with a password."""
