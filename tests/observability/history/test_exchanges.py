"""The sums of exchanges that are over."""

from __future__ import annotations

from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.history.exchanges import Happened
from tests.observability.history.exchanges import HistoryCase


class EndedTests(HistoryCase):
    """What is added up when exchanges end."""

    def test_streams(self) -> None:
        """A stream is counted when its head is sent, and when it ends."""
        one, other = self.begin("a"), self.begin("a")
        self.assertEqual(self.ended.happened, Happened(2, 0, 0))
        one.transferred, other.transferred = Transferred(1, 2, 3), Transferred(4, 5, 6)
        self.end(one)
        self.end(other)
        self.assertEqual(self.ended.happened, Happened(2, 2, 0))
        self.assertEqual(self.ended.by_api, {"a": Transferred(5, 7, 9)})

    def test_other_calls(self) -> None:
        """What they have transferred counts; they are no streams."""
        one = self.begin("a", streams=False)
        one.transferred = Transferred(1, 2, 0)
        self.end(one, Outcome.COMPLETED)
        self.assertEqual(self.ended.happened, Happened())
        self.assertEqual(self.ended.by_api, {"a": Transferred(1, 2, 0)})

    def test_refusals(self) -> None:
        """A call that was answered with an error is one; a client that left is not."""
        self.refuse(None)
        self.refuse("a")
        self.assertEqual(self.ended.happened, Happened(0, 0, 2))
        one = self.begin("a", streams=False)
        one.record.ttfb_ms = None
        self.end(one, Outcome.CLIENT_GONE)
        self.assertEqual(self.ended.happened, Happened(0, 0, 2))

    def test_forgotten(self) -> None:
        """The sums of an API are dropped."""
        self.end(self.begin("a"))
        self.ended.forget("a")
        self.ended.forget("a")
        self.assertEqual(self.ended.by_api, {})
