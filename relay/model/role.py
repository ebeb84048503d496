"""The roles of users of the management API."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """The roles, in ascending order; each includes those before it."""

    VIEWER = "VIEWER"
    """Reads everything but secrets, users and the audit trail."""
    PUBLISHER = "PUBLISHER"
    """Defines, deploys and runs APIs; reads their audit trails."""
    ADMIN = "ADMIN"
    """Also manages users, and reads every audit trail."""

    def includes(self, other: Role) -> bool:
        """
        :returns: whether this role may do all that the other may.
        """
        order = list(Role)
        return order.index(self) >= order.index(other)

    def narrowed(self, other: Role) -> Role:
        """
        :returns: the lesser of two roles.
        """
        return other if self.includes(other) else self
