"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from relay.model.role import Role


@dataclass(frozen=True, slots=True)
class Identity:
    """A user who was let in."""

    name: str
    role: Role
    """What may be done, which a token can narrow."""
    token: str | None = None
    """The id of the token that came instead of a password."""
