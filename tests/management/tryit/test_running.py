"""Tests for :mod:`relay.management.tryit.running`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.errors import Unavailable
from relay.management.tryit.running import (
    MOST_CALLS,
    MOST_CALLS_OF_USER,
    RunningCall,
    RunningCalls,
)


class RunningTests(SynchronousTestCase):
    """Numbers and owners of calls."""

    def setUp(self) -> None:
        """Begin without calls."""
        self.calls = RunningCalls()

    def begin(self, user: str) -> RunningCall:
        """Begin a call."""
        call = RunningCall(self.calls, user, "api")
        self.calls.check(user)
        call.begun()
        return call

    def test_of_one_user(self) -> None:
        """A user has a number of calls; an end makes room."""
        begun = [self.begin("joan") for _ in range(MOST_CALLS_OF_USER)]
        error = self.assertRaises(Unavailable, self.begin, "joan")
        self.assertEqual(error.code, "try.tooManyOfUser")
        self.begin("paul")
        begun[0].over()
        self.begin("joan")

    def test_of_all_users(self) -> None:
        """The process has a number of calls, too."""
        for number in range(MOST_CALLS):
            self.begin(f"user-{number}")
        error = self.assertRaises(Unavailable, self.begin, "joan")
        self.assertEqual(error.code, "try.tooMany")

    def test_owner(self) -> None:
        """A call belongs to one user and one API, from its head to its end."""
        call = self.begin("joan")
        self.assertFalse(self.calls.has("joan", "api", "7"))
        call.answered("7")
        self.assertTrue(self.calls.has("joan", "api", "7"))
        self.assertFalse(self.calls.has("paul", "api", "7"))
        self.assertFalse(self.calls.has("joan", "other", "7"))
        call.over()
        self.assertFalse(self.calls.has("joan", "api", "7"))
