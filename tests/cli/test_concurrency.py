"""Several calls at one time."""

from __future__ import annotations

from twisted.internet.defer import CancelledError, Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.concurrency import gather


class GatherTests(SynchronousTestCase):
    """Results, limits and errors."""

    def setUp(self) -> None:
        """Begin the work for five items, three at one time."""
        self.begun: dict[int, Deferred[str]] = {}
        self.ended: list[int] = []

        async def work(item: int) -> str:
            self.begun[item] = Deferred()
            try:
                return await self.begun[item]
            except CancelledError:
                self.ended.append(item)
                raise

        self.gathering = Deferred.fromCoroutine(gather(range(5), work, 3))

    def test_results(self) -> None:
        """They have the order of the items, whatever ends first."""
        for item, begun in ((2, 3), (1, 4), (4, 5), (3, 5), (0, 5)):
            self.assertEqual(len(self.begun), begun)
            self.begun[item].callback(str(item))
        self.assertEqual(self.successResultOf(self.gathering), list("01234"))

    def test_first_error(self) -> None:
        """The other work is cancelled, and none begins."""
        self.begun[1].errback(ValueError("no"))
        self.failureResultOf(self.gathering, ValueError)
        self.assertEqual((sorted(self.ended), len(self.begun)), ([0, 2], 3))

    def test_cancelled(self) -> None:
        """All work ends."""
        self.gathering.cancel()
        self.failureResultOf(self.gathering, CancelledError)
        self.assertEqual(sorted(self.ended), [0, 1, 2])

    def test_nothing(self) -> None:
        """There are no results."""

        async def work(item: int) -> int:
            return item

        gathering = Deferred.fromCoroutine(gather([], work))
        self.assertEqual(self.successResultOf(gathering), [])
