"""The drain of the daemon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.drain import DrainState, NodeDrain
from relay.observability.readiness import STARTING, Readiness

NOW_MS = 1_800_000_000_000


class Left(NamedTuple):
    """What is left."""

    streams: int = 7
    calls: int = 2
    rate_per_s: float = 1.0
    spread_left_s: float = 7.0
    hard_stop_left_s: float = 20.0


class Draining:
    """A drain that is done when the test says so."""

    def __init__(
        self, spread_s: float, hard_stop_s: float, done: Callable[[], None]
    ) -> None:
        self.plan = (spread_s, hard_stop_s)
        self.done = done
        self.calls: list[str] = []

    def start(self) -> None:
        """Take note."""
        self.calls.append("start")

    def cancel(self) -> None:
        """Take note."""
        self.calls.append("cancel")

    def progress(self) -> Left:
        """Return what is left."""
        return Left()


class NodeDrainTests(SynchronousTestCase):
    """A daemon with an entrance and drains that record what they are told."""

    def setUp(self) -> None:
        """Serve."""
        self.clock = Clock()
        self.told: list[str] = []
        self.drains: list[Draining] = []
        self.readiness = Readiness()
        self.readiness.clear(STARTING)
        self.node = self.make()

    def make(self, delay_s: float = 0.0, spread_s: float = 0.0) -> NodeDrain:
        """Make a daemon's drain."""
        return NodeDrain(
            cast(Any, self.clock),
            self,
            self.new_drain,
            self.readiness,
            delay_s,
            spread_s,
            10.0,
            lambda: NOW_MS,
        )

    def new_drain(
        self, spread_s: float, hard_stop_s: float, done: Callable[[], None]
    ) -> Draining:
        """Make a drain."""
        self.drains.append(Draining(spread_s, hard_stop_s, done))
        return self.drains[-1]

    def close(self) -> None:
        """Take note."""
        self.told.append("close")

    def refuse(self) -> None:
        """Take note."""
        self.told.append("refuse")

    def open(self) -> None:
        """Take note."""
        self.told.append("open")

    def test_asked_for(self) -> None:
        """Listeners close at once, requests are refused after the spread, and the
        daemon stays drained."""
        self.assertTrue(self.readiness.ready)
        self.assertIsNone(self.node.view)
        self.node.begin(5.0, 30.0)
        self.assertFalse(self.readiness.ready)
        (drain,) = self.drains
        self.assertEqual((drain.plan, drain.calls), ((5.0, 30.0), ["start"]))
        self.assertEqual(self.told, ["close"])
        self.clock.advance(5)
        self.assertEqual(self.told, ["close", "refuse"])
        drain.done()
        self.assertIs(self.node.state, DrainState.DRAINED)
        view = self.node.view
        assert view is not None
        self.assertEqual(view[:5], ("drained", False, NOW_MS, 7, 0.0))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_delay(self) -> None:
        """The daemon is not ready, and accepts connections."""
        self.node = self.make(delay_s=3.0, spread_s=4.0)
        self.node.begin(None, None)
        (drain,) = self.drains
        self.assertEqual((drain.plan, drain.calls), ((4.0, 14.0), []))
        self.assertFalse(self.readiness.ready)
        self.assertEqual(self.told, [])
        self.clock.advance(1)
        view = self.node.view
        assert view is not None
        self.assertEqual((view.state, view.delay_left_s), ("draining", 2.0))
        self.assertEqual(self.node.longest_s, 2.0 + 20.0)
        self.clock.advance(2)
        self.assertEqual((self.told, drain.calls), (["close"], ["start"]))

    def test_done_before_the_end_of_the_spread(self) -> None:
        """Requests are refused from then on."""
        self.node.begin(5.0, 30.0)
        self.drains[0].done()
        self.assertEqual(self.told, ["close", "refuse"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_cancelled(self) -> None:
        """At any time, and nothing of the drain goes on."""
        for delay_s, wait_s in ((3.0, 1.0), (3.0, 4.0), (0.0, 6.0)):
            self.setUp()
            self.node = self.make(delay_s)
            self.node.begin(5.0, 30.0)
            self.clock.advance(wait_s)
            self.node.cancel()
            self.assertTrue(self.readiness.ready)
            self.assertEqual(self.told[-1], "open")
            self.assertEqual(self.drains[0].calls[-1], "cancel")
            self.assertEqual(self.clock.getDelayedCalls(), [])
            self.assertIsNone(self.node.view)
            self.node.cancel()
            self.assertEqual(self.told.count("open"), 1)

    def test_replaced(self) -> None:
        """A second request has its own times."""
        self.node.begin(5.0, 30.0)
        self.clock.advance(1)
        self.node.begin(2.0, 3.0)
        first, second = self.drains
        self.assertEqual(first.calls, ["start", "cancel"])
        self.assertEqual((second.plan, second.calls), ((2.0, 3.0), ["start"]))
        self.clock.advance(2)
        self.assertEqual(self.told, ["close", "close", "refuse"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_stop(self) -> None:
        """It waits for the last exchange, and no request changes it."""
        self.node = self.make(spread_s=4.0)
        self.assertEqual(self.node.longest_s, 14.0)
        over, refusing = self.node.stop(), self.node.when_refusing()
        self.node.begin(0.0, 0.0)
        self.node.cancel()
        (drain,) = self.drains
        self.assertEqual(drain.calls, ["start"])
        self.assertNoResult(refusing)
        self.clock.advance(4)
        self.successResultOf(refusing)
        self.assertNoResult(over)
        drain.done()
        self.successResultOf(over)

    def test_stop_while_it_drains(self) -> None:
        """The drain goes on as it was asked for; a drained daemon stops at once."""
        self.node.begin(60.0, 90.0)
        over = self.node.stop()
        (drain,) = self.drains
        self.assertEqual((drain.plan, drain.calls), ((60.0, 90.0), ["start"]))
        drain.done()
        self.successResultOf(over)
        self.successResultOf(self.node.stop())
        self.successResultOf(self.node.when_refusing())
        self.assertEqual(len(self.drains), 1)
