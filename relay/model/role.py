"""What a user of the management API may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles, from the least to the most; each may do what those before it may."""

    VIEWER = "VIEWER"
    """Reads everything but secrets, users and the audit trail."""
    PUBLISHER = "PUBLISHER"
    """Defines, deploys and runs APIs; reads their audit trails."""
    ADMIN = "ADMIN"
    """Also manages users, and reads every audit trail."""

    def includes(self, other: Role) -> bool:
        """
        :param other: what is asked for.
        :returns: whether this role may do all that the other may.
        """
        order = list(Role)
        return order.index(self) >= order.index(other)

    def narrowed(self, other: Role) -> Role:
        """
        :returns: the lesser of two roles.
        """
        return other if self.includes(other) else self
