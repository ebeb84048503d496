"""The end of streams by an operator."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred

from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.reactor.turns import STREAMS
from relay.technical.streams.ending import end_now
from tests.technical.streams.exchanges import Exchange, StreamsCase


class EndingTests(StreamsCase):
    """Ten streams."""

    def setUp(self) -> None:
        """Begin them."""
        super().setUp()
        self.begun = [self.begin(str(number)) for number in range(10)]

    def ended(self) -> list[Exchange]:
        """List those that the operator has ended."""
        return [
            one
            for one in self.begun
            if (Outcome.STOPPED, ENDED_BY_OPERATOR) in one.ends
        ]

    def test_at_once(self) -> None:
        """All that are under way are counted, each once."""
        self.finish(self.begun[3])
        done = Deferred.fromCoroutine(end_now(cast(Any, self.clock), self.begun))
        self.turns()
        self.assertEqual(self.successResultOf(done), 9)
        self.assertEqual(self.ended(), self.begun[:3] + self.begun[4:])

    def test_in_turns(self) -> None:
        """The reactor is not held up."""
        step_s = STREAMS.share_s / 3
        for one in self.begun:
            self.patch(one, "end", self.slow(one, step_s))
        done = Deferred.fromCoroutine(end_now(cast(Any, self.clock), self.begun))
        self.assertEqual(len(self.ended()), 3)
        self.turn()
        self.assertEqual(len(self.ended()), 6)
        self.turns()
        self.assertEqual(self.successResultOf(done), 10)

    def slow(self, exchange: Exchange, step_s: float) -> Any:
        """Make an end that takes time."""
        end = exchange.end

        def slowly(outcome: Outcome, key: str | None = None) -> None:
            self.clock.rightNow += step_s
            end(outcome, key)

        return slowly
