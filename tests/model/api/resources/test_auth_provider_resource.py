"""Tests of :mod:`relay.model.api.resources.auth_provider_resource`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.resources.auth_provider_resource import InlineUsers


class InlineUsersTests(SynchronousTestCase):
    def test_users(self) -> None:
        """Roles are kept, and passwords are not printed."""
        body = {"users": [{"username": "ann", "password": "hunter2", "roles": ["a"]}]}
        read = InlineUsers.read(body)
        self.assertEqual(read.users[0].roles, ("a",))
        self.assertNotIn("hunter2", repr(read))

    def test_refused(self) -> None:
        """A user who could not sign in, or would not need a password."""
        cases: tuple[dict[str, Any], ...] = (
            {"username": "ann"},
            {"username": "ann", "password": ""},
            {"username": "a:b", "password": "x"},
            {"password": "x"},
        )
        for user in cases:
            self.assertRaises(ValidationError, InlineUsers.read, {"users": [user]})
        self.assertRaises(ValidationError, InlineUsers.read, {})
