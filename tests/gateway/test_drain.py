"""The end of many exchanges, spread over a time."""

from __future__ import annotations

from typing import Any, cast

from hypothesis import given, settings, strategies
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.drain import LOOK_S, SLICE_S, Drain, end_evenly
from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from tests.gateway.harness import (
    EVENT_STREAM,
    Gateway,
    GatewayCase,
    chunk,
    get,
    response,
)
from tests.gateway.raw import settle


class Events:
    """Events that are whole, or not."""

    at_boundary = True


class Exchange:
    """An exchange that remembers when it was ended."""

    streams = True
    leaves_evenly = False
    transferred = Transferred(0, 0, 0)

    def __init__(self, clock: Clock, endless: bool = True) -> None:
        self.record = AccessRecord("GET", "h", "/", "a", "a")
        self.ends_at_once = endless
        self.events = Events()
        self.ended_s: float | None = None
        self._clock = clock

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Go on."""

    def end(self, outcome: Outcome, key: str | None = None) -> None:
        """End."""
        if self.record.outcome is None:
            self.record.outcome, self.record.error_key = outcome, key
            self.ended_s = self._clock.seconds()


class ScheduleTests(SynchronousTestCase):
    """Exchanges on a clock that the test advances."""

    def setUp(self) -> None:
        """Begin without exchanges."""
        self.clock = Clock()
        self.exchanges: list[Exchange] = []
        self.done: list[float] = []

    def add(self, count: int, endless: bool = True) -> list[Exchange]:
        """Begin exchanges."""
        made = [Exchange(self.clock, endless) for _ in range(count)]
        self.exchanges += made
        return made

    def drain(self, spread_s: float, hard_stop_s: float) -> Drain:
        """Begin a drain of all of them."""
        drain = Drain(
            cast(Any, self.clock),
            lambda: [one for one in self.exchanges if one.record.outcome is None],
            Outcome.DRAINED,
            spread_s,
            hard_stop_s,
            lambda: self.done.append(self.clock.seconds()),
        )
        drain.start()
        return drain

    def run_until(self, until_s: float, step_s: float = 0.01) -> None:
        """Let time pass."""
        while self.clock.seconds() < until_s - 1e-9:
            self.clock.advance(step_s)

    def assertNear(self, found: float, wanted: float, margin: float) -> None:
        """Insist on a number, give or take a margin."""
        self.assertLessEqual(abs(found - wanted), margin, found)

    def most_in_a_second(self, streams: list[Exchange]) -> int:
        """Count the ends in the second that has the most."""
        ends = sorted(one.ended_s for one in streams if one.ended_s is not None)
        return max(sum(first <= end < first + 1 for end in ends) for first in ends)

    def test_for_an_operator(self) -> None:
        """Streams end evenly, other calls may finish; others than these go on."""
        streams, calls = self.add(100), self.add(5, endless=False)
        others = self.add(5)
        end_evenly(cast(Any, self.clock), [*streams, *calls], 10)
        self.run_until(5)
        ended = sum(one.ended_s is not None for one in streams)
        self.assertNear(ended, 50, 5)
        self.assertEqual([one.ended_s for one in calls], [None] * 5)
        calls[0].end(Outcome.COMPLETED)
        self.run_until(11)
        for one in (*streams, *calls[1:]):
            self.assertEqual(one.record.outcome, Outcome.STOPPED)
            self.assertEqual(one.record.error_key, ENDED_BY_OPERATOR)
        self.assertEqual(calls[0].record.outcome, Outcome.COMPLETED)
        self.assertEqual([one.ended_s for one in others], [None] * 5)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_nothing_to_end(self) -> None:
        """It is done when it begins, and leaves no timer."""
        self.drain(10, 20)
        self.assertEqual(self.done, [0])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_even(self) -> None:
        """In no second does more than a tenth more end than in the average one, and the
        last stream ends with the spread."""
        streams = self.add(1000)
        self.drain(10, 20)
        self.run_until(12)
        self.assertLessEqual(self.most_in_a_second(streams), 110)
        last = max(one.ended_s or 0 for one in streams)
        self.assertNear(last, 10, 2 * SLICE_S)
        self.assertNear(self.done[0], 10, 3 * SLICE_S)
        self.assertTrue(all(one.leaves_evenly for one in streams))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_at_once(self) -> None:
        """Without a spread; their clients take the usual time to come back."""
        streams, (call,) = self.add(5), self.add(1, endless=False)
        self.drain(0, 10)
        self.assertEqual([one.ended_s for one in streams], [0] * 5)
        self.assertFalse(any(one.leaves_evenly for one in streams))
        self.run_until(5)
        self.assertEqual(self.done, [])
        call.end(Outcome.COMPLETED)
        self.run_until(5.1)
        self.assertEqual(len(self.done), 1)

    def test_a_busy_daemon_does_not_catch_up_in_one_slice(self) -> None:
        """After a turn of a second the rate is a little higher; the end is the same."""
        streams = self.add(1000)
        self.drain(10, 20)
        self.run_until(3)
        self.clock.advance(1)
        self.run_until(12)
        self.assertLessEqual(self.most_in_a_second(streams), 130)
        self.assertNear(self.done[0], 10, 3 * SLICE_S)

    def test_hard_stop(self) -> None:
        """It cuts what has not ended, calls and streams alike."""
        (call,) = self.add(1, endless=False)
        (stuck,) = self.add(1)
        stuck.events.at_boundary = False
        self.drain(1, 3)
        self.run_until(2.9)
        self.assertEqual((call.ended_s, stuck.ended_s), (None, None))
        self.run_until(3.1)
        self.assertEqual(call.record.outcome, Outcome.DRAINED)
        self.assertEqual(stuck.record.outcome, Outcome.DRAINED)
        self.assertEqual(len(self.done), 1)

    def test_between_two_events(self) -> None:
        """A stream whose event is incomplete ends when the event is whole."""
        (stream,) = self.add(1)
        stream.events.at_boundary = False
        self.drain(0, 10)
        self.run_until(1)
        self.assertIsNone(stream.ended_s)
        stream.events.at_boundary = True
        self.run_until(1.1)
        self.assertEqual(stream.record.outcome, Outcome.DRAINED)

    def test_streams_that_begin_meanwhile(self) -> None:
        """They end within the spread, too."""
        self.add(10)
        self.drain(5, 10)
        self.run_until(3)
        late = self.add(10)
        self.run_until(5 + LOOK_S)
        self.assertTrue(all(one.record.outcome for one in late))

    def test_cancel(self) -> None:
        """Nothing more is ended, and nothing is done."""
        streams = self.add(100)
        drain = self.drain(10, 20)
        self.run_until(5)
        drain.cancel()
        ended = sum(one.ended_s is not None for one in streams)
        self.assertNear(ended, 50, 2)
        self.run_until(30, 1)
        self.assertEqual(sum(one.ended_s is not None for one in streams), ended)
        self.assertEqual(self.done, [])

    def test_progress(self) -> None:
        """What is left, how fast it ends, and when."""
        self.add(1000)
        self.add(3, endless=False)
        drain = self.drain(10, 30)
        self.run_until(4)
        left = drain.progress()
        self.assertNear(left.streams, 600, 10)
        self.assertEqual(left.calls, 3)
        self.assertNear(left.rate_per_s, 100, 2)
        self.assertNear(left.spread_left_s, 6, 0.1)
        self.assertNear(left.hard_stop_left_s, 26, 0.1)

    @settings(deadline=None)
    @given(
        strategies.integers(1, 300),
        strategies.floats(0.1, 20),
        strategies.lists(strategies.floats(0.001, 3), max_size=40),
    )
    def test_any_pace_of_the_loop(
        self, count: int, spread_s: float, steps: list[float]
    ) -> None:
        """All streams end once, with the spread or in the first turn after it, at any
        delay of the timer."""
        self.setUp()
        streams = self.add(count)
        self.drain(spread_s, spread_s + 5)
        for step_s in [*steps, *[SLICE_S] * 700]:
            self.clock.advance(step_s)
            if self.done:
                break
        self.assertEqual(len(self.done), 1)
        self.assertTrue(all(one.record.outcome for one in streams))
        late_s = max(steps, default=0) + 2 * SLICE_S
        self.assertLess(self.done[0], spread_s + late_s + 2 * SLICE_S)


def start_drain(gateway: Gateway, spread_ms: int = 0) -> Deferred[None]:
    """
    Drain a gateway as a stop does.

    :return: fires when no exchange is left.
    """
    services = gateway.services
    gateway.resource.close()
    done: Deferred[None] = Deferred()
    hard_stop_ms = spread_ms + services.settings.drain_timeout_ms
    Drain(
        services.reactor,
        services.live.all,
        Outcome.DRAINED,
        spread_ms / 1000,
        hard_stop_ms / 1000,
        lambda: done.callback(None),
    ).start()
    return done


class DrainTests(GatewayCase):
    """The exchanges of a gateway that stops."""

    async def test_nothing_to_wait_for(self) -> None:
        """An idle gateway is drained at once."""
        await self.stage()
        self.successResultOf(start_drain(self.gateway))
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])

    async def test_streams(self) -> None:
        """Event streams would go on for ever: they are cut at once."""
        await self.stage(drain_timeout_ms=10_000)
        client, source = await self.stream()
        self.successResultOf(start_drain(self.gateway))
        await client.until_over()
        await source.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual((await self.gateway.ended())["outcome"], "drained")

    async def test_other_calls(self) -> None:
        """Calls that are no event streams have the drain time."""
        await self.stage(drain_timeout_ms=10_000)
        client, source = await self.call(get(b"/api"))
        done = start_drain(self.gateway)
        self.reactor.advance_ms(9_999)
        await settle()
        self.assertNoResult(done)
        source.send(response(b"just in time"))
        self.assertEqual((await client.answer()).body, b"just in time")
        self.reactor.advance_ms(50)
        self.successResultOf(done)
        self.assertEqual((await self.gateway.ended())["outcome"], "completed")

    async def test_too_slow(self) -> None:
        """
        After the drain time calls are answered with a refusal, or cut if a response has
        begun.
        """
        await self.stage(drain_timeout_ms=10_000, http={"readTimeout": 60_000})
        waiting, _ = await self.call(get(b"/api"))
        begun, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxyz")
        await begun.until_received(b"xyz")
        done = start_drain(self.gateway)
        self.reactor.advance_ms(10_000)
        self.successResultOf(done)
        answer = await waiting.answer()
        self.assertEqual((answer.status, answer.get(b"retry-after")), (503, b"1"))
        await begun.until_over()
        self.assertTrue(begun.was_cut)
        self.assertEqual({line["outcome"] for line in self.gateway.closed}, {"drained"})

    async def test_new_calls(self) -> None:
        """New calls on an open connection are refused with ``Retry-After``."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(response(b"x"))
        await client.answer()
        self.successResultOf(start_drain(self.gateway))
        client.send(get(b"/api"))
        answer = await client.answer()
        self.assertEqual(
            (answer.status, answer.get(b"retry-after"), answer.get(b"connection")),
            (503, b"1", b"close"),
        )
        await client.until_over()
        self.assertFalse(client.was_reset)
        self.assertEqual(self.gateway.closed[-1]["errorKey"], "GATEWAY_SHUTTING_DOWN")

    async def test_whole_events(self) -> None:
        """A stream is not cut within an event."""
        await self.stage(drain_timeout_ms=10_000)
        client, source = await self.stream()
        source.send(chunk(b"data: 1\n"))
        await client.until_received(b"data: 1\n")
        done = start_drain(self.gateway)
        self.reactor.advance_ms(1_000)
        await settle()
        self.assertFalse(client.over)
        source.send(chunk(b"\n"))
        await client.until_received(b"1\r\n\n\r\n")
        self.reactor.advance_ms(50)
        await client.until_over()
        self.successResultOf(done)
        self.assertTrue(client.was_cut)

    async def test_encoded_streams(self) -> None:
        """Where events begin and end is not known: the stream ends at once."""
        await self.stage(drain_timeout_ms=10_000)
        client, source = await self.call(get(b"/api"))
        head = EVENT_STREAM.replace(b"\r\n\r\n", b"\r\nContent-Encoding: br\r\n\r\n")
        source.send(head + chunk(b"not text"))
        await client.until_received(b"not text")
        self.successResultOf(start_drain(self.gateway))
        await client.until_over()
