"""Tests of :mod:`relay.upstream.connection.states`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.connection.states import NEXT, State


class TableTests(SynchronousTestCase):
    """The states that may follow each state."""

    def test_every_state_can_be_reached_and_left(self) -> None:
        """Only a new connection is CONNECTING, and only CLOSED has no next state."""
        self.assertEqual(set(NEXT), set(State))
        followers = frozenset().union(*NEXT.values())
        self.assertEqual(set(State) - followers, {State.CONNECTING})
        self.assertEqual([one for one in State if not NEXT[one]], [State.CLOSED])

    def test_every_state_can_close(self) -> None:
        """A connection may be lost at any time, once."""
        for state, following in NEXT.items():
            self.assertEqual(State.CLOSED in following, state is not State.CLOSED)
            self.assertNotIn(state, following)

    def test_a_body_follows_the_request(self) -> None:
        """No response belongs to a connection without a request, and a connection is
        used again only after a whole response."""
        before = {state for state in State if State.BODY in NEXT[state]}
        self.assertEqual(before, {State.SENDING, State.WAITING})
        before = {state for state in State if State.IDLE in NEXT[state]}
        self.assertEqual(before, {State.CONNECTING, State.BODY})
