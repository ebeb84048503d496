"""The rights of roles."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.role import Role


class RoleTests(SynchronousTestCase):
    """Roles are in an order."""

    def test_includes(self) -> None:
        """Each role includes itself and the lesser ones, no other."""
        self.assertEqual(
            [(one, other) for one in Role for other in Role if one.includes(other)],
            [
                (Role.VIEWER, Role.VIEWER),
                (Role.PUBLISHER, Role.VIEWER),
                (Role.PUBLISHER, Role.PUBLISHER),
                (Role.ADMIN, Role.VIEWER),
                (Role.ADMIN, Role.PUBLISHER),
                (Role.ADMIN, Role.ADMIN),
            ],
        )

    def test_narrowed(self) -> None:
        """The lesser of two roles applies, in either order."""
        self.assertEqual(Role.ADMIN.narrowed(Role.VIEWER), Role.VIEWER)
        self.assertEqual(Role.VIEWER.narrowed(Role.ADMIN), Role.VIEWER)
        self.assertEqual(Role.ADMIN.narrowed(Role.ADMIN), Role.ADMIN)
