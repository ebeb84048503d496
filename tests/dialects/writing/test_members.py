"""Tests of :mod:`relay.dialects.writing.members`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.writing.members import api_members, plan_members, renamed


class MemberTests(SynchronousTestCase):
    """What files have of what is stored."""

    def test_api(self) -> None:
        """Not what only the server sets."""
        stored = {"name": "a", "id": "x", "createdAt": "t", "state": "STARTED"}
        self.assertEqual(api_members(stored), {"name": "a"})

    def test_plan(self) -> None:
        """The status is written."""
        stored = {"name": "a", "id": "x", "status": "STAGING", "apiId": "y"}
        self.assertEqual(plan_members(stored), {"name": "a", "status": "STAGING"})

    def test_renamed(self) -> None:
        """``apiVersion`` is ``version``; some members are first."""
        body = {"name": "a", "apiVersion": "1", "definitionVersion": "V4", "b": 1}
        self.assertEqual(
            list(renamed(body, ("version", "none")).items()),
            [("version", "1"), ("name", "a"), ("b", 1)],
        )
