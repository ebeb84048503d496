"""``stream-limit``, in a gateway."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.limits.places import Place, count_key
from tests.gateway.flows.case import FlowCase, step
from tests.gateway.harness import EVENT_STREAM, chunk, get, response
from tests.gateway.raw import Client, SourceConnection, until
from tests.gateway.sharing import SharingCase
from tests.policies.steps import build, call, context, interruption, refused


class OpenStreamsTests(SynchronousTestCase):
    """Places are taken and given back."""

    def test_by_whom(self) -> None:
        """Subscription, plan, API and address are counted apart."""
        given = context()
        limits = [{"per": per, "limit": 1} for per in ("ADDRESS", "API", "PLAN")]
        for limit in [{"limit": 1}, *limits]:
            made = build("stream-limit", given, streams=[limit])
            self.assertIsNone(interruption(made, call()), limit)
            ended = interruption(made, call())
            assert ended is not None
            self.assertEqual(
                (ended.status, ended.key, ended.retry_after_s),
                (429, "STREAM_LIMIT_TOO_MANY_STREAMS", 5),
            )
        made = build("stream-limit", given, streams=[{"limit": 1}])
        other = call()
        other.ids = {**other.ids, "subscription": "another"}
        self.assertIsNone(interruption(made, other))
        made = build("stream-limit", given, streams=[limits[0]])
        self.assertIsNone(interruption(made, call(address="192.0.2.99")))

    def test_all_or_nothing(self) -> None:
        """A call that is refused by one limit takes no place of another."""
        given = context()
        both = build(
            "stream-limit",
            given,
            streams=[{"per": "API", "limit": 2}, {"per": "ADDRESS", "limit": 1}],
        )
        self.assertIsNone(interruption(both, call()))
        for _ in range(3):
            self.assertIsNotNone(interruption(both, call()))
        self.assertIsNone(interruption(both, call(address="192.0.2.99")))
        self.assertIsNotNone(interruption(both, call(address="192.0.2.100")))

    def test_each_step_counts_for_itself(self) -> None:
        """A call that passes two steps takes one place of each, and so does one whose
        step names a limit twice."""
        given = context()
        wide = build("stream-limit", given, streams=[{"limit": 2}])
        narrow = build(
            "stream-limit", replace(given, place="x"), streams=[{"limit": 1}] * 2
        )
        self.assertIsNone(interruption(wide, call()))
        self.assertIsNone(interruption(narrow, call()))
        self.assertIsNotNone(interruption(narrow, call()))
        self.assertIsNone(interruption(wide, call()))
        self.assertIsNotNone(interruption(wide, call()))

    def test_what_is_refused(self) -> None:
        """A step that limits nothing is a mistake."""
        self.assertEqual(refused("stream-limit"), ["streams"])
        self.assertEqual(refused("stream-limit", streams=[{}]), ["streams[0].limit"])
        self.assertEqual(
            refused("stream-limit", streams=[{"limit": 0, "per": "X"}]),
            ["streams[0].limit", "streams[0].per"],
        )
        self.assertEqual(refused("stream-limit", eventsPerSecond=1), [])


class StreamLimitTests(FlowCase):
    """The limits as clients see them."""

    async def limited(self, **options: Any) -> None:
        """Open a gateway whose API has one such step."""
        await self.flowing({"request": [step("stream-limit", **options)]})

    async def streaming(self) -> tuple[Client, SourceConnection]:
        """Open a stream."""
        client, connection = await self.call(get(b"/api"))
        connection.send(EVENT_STREAM)
        await client.head()
        return client, connection

    async def test_places(self) -> None:
        """A place is free again once its client has left, or was never let in."""
        await self.limited(streams=[{"limit": 2}])
        one, _ = await self.streaming()
        two, connection = await self.streaming()
        for _ in range(2):
            third = await self.asked(get(b"/api"))
            answer = await third.answer()
            self.assertEqual(answer.status, 429)
            self.assertEqual(answer.get(b"retry-after"), b"5")
        line = await self.gateway.ended(2)
        self.assertEqual(line["outcome"], "limit_reached")
        one.reset()
        await self.gateway.ended(3)
        await self.streaming()
        connection.send(b"0\r\n\r\n")
        await self.gateway.ended(4)
        self.assertFalse(two.over)
        await self.streaming()

    async def test_duration(self) -> None:
        """A stream ends when its time is up; a call that has no head is refused."""
        await self.limited(maxDurationMs=5000)
        client, connection = await self.streaming()
        waiting, _ = await self.call(get(b"/api"))
        self.reactor.advance_ms(4999)
        connection.send(chunk(b"data: 1\n\n"))
        await client.until_received(b"data: 1\n\n")
        self.reactor.advance_ms(1)
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual((await waiting.answer()).status, 504)
        await self.gateway.ended(2)
        for line in self.gateway.closed:
            self.assertEqual(
                (line["outcome"], line["clock"]), ("max_duration", "maxDurationMs")
            )
        await until(lambda: not self.reactor.timers, "the end of all clocks")

    async def test_events_per_second(self) -> None:
        """A stream that is too fast is held, the source with it, and loses nothing."""
        await self.limited(eventsPerSecond=2)
        client, connection = await self.streaming()
        connection.send(b"".join(chunk(b"data: %d\n\n" % n) for n in range(4)))
        await client.until_received(b"data: 3\n\n")
        connection.send(chunk(b"data: 4\n\n"))
        for _ in range(20):
            await self.turn()
        self.assertNotIn(b"data: 4", client.received)
        self.reactor.advance_ms(1000)
        await client.until_received(b"data: 4\n\n")

    async def test_bytes_per_second(self) -> None:
        """Any body can be held back by its size."""
        await self.limited(bytesPerSecond=1000)
        client, connection = await self.call(get(b"/api"))
        connection.send(response(b"x" * 2000)[:-1])
        await client.until_received(b"x" * 1000)
        connection.send(b"x")
        self.reactor.advance_ms(2000)
        self.assertEqual((await client.answer()).body, b"x" * 2000)

    async def test_held_for_two_reasons(self) -> None:
        """A stream goes on once neither its pace nor its client is against it."""
        await self.limited(eventsPerSecond=1)
        await self.streaming()
        (exchange,) = self.gateway.services.live.all()
        made: Any = exchange
        # What is written past the exchange would not be counted.
        self.assertIsNone(made.fanout_target())
        held: list[str] = []
        self.patch(made.feed, "pause", lambda: held.append("pause"))
        self.patch(made.feed, "resume", lambda: held.append("resume"))
        made.pace.spent(2, 0)
        made.on_full()
        self.reactor.advance_ms(1000)
        self.assertEqual(held, ["pause", "pause"])
        made.on_drained()
        self.assertEqual(held, ["pause", "pause", "resume"])
        made.pace.spent(2, 0)
        made.on_full()
        made.on_drained()
        self.assertEqual(held.count("resume"), 1)
        self.reactor.advance_ms(2000)
        self.assertEqual(held.count("resume"), 2)

    async def test_fifty_at_once(self) -> None:
        """Of many concurrent clients exactly the permitted number is admitted."""
        await self.limited(streams=[{"per": "API", "limit": 20}])
        clients = [await self.asked(get(b"/api")) for _ in range(50)]
        await until(lambda: len(self.gateway.closed) == 30, "the refusals")
        await until(lambda: len(self.source.connections) == 20, "the calls")
        self.assertEqual(
            {line["outcome"] for line in self.gateway.closed}, {"limit_reached"}
        )
        for client in clients:
            client.reset()
        await self.gateway.ended(50)


class SharedStreamsTests(SharingCase, FlowCase):
    """The gateway counts open streams together with another process."""

    def place(self, limit: int) -> Place:
        """Return the place of a stream of the API."""
        return Place(count_key("STREAM_LIMIT", "api-1", "/0/request/0", "API"), limit)

    async def limited(self, *more: Any, answers: bool = True, **options: Any) -> None:
        """
        Open the gateway.

        :param more: steps after the limit of the API to one stream.
        :param answers: whether the hub answers, and not only from :meth:`run_hub` on.
        """
        self.share(answers=answers)
        one = step("stream-limit", streams=[{"per": "API", "limit": 1}], **options)
        await self.flowing({"request": [one, *more]})

    async def answered(self, status: int) -> Client:
        """Make a call."""
        if status == 200:
            client, connection = await self.call(get(b"/api"))
            connection.send(EVENT_STREAM)
        else:
            client = await self.asked(get(b"/api"))
        self.assertEqual((await client.head()).status, status)
        return client

    async def test_places(self) -> None:
        """A place is no other process's until the stream is over."""
        await self.limited()
        client = await self.answered(200)
        waited = self.two.places.enter([self.place(1)], "refuse")
        assert isinstance(waited, Deferred)
        self.assertEqual(await waited, 0)
        client.reset()
        await self.gateway.ended()
        waited = self.two.places.enter([self.place(1)], "refuse")
        assert isinstance(waited, Deferred)
        self.assertIsNone(await waited)
        await self.answered(429)

    async def test_a_client_that_leaves(self) -> None:
        """A client that leaves while it waits keeps no place."""
        await self.limited(answers=False)
        client = await self.asked(get(b"/api"))
        await until(lambda: len(self.gateway.live), "the exchange")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.run_hub()
        await self.answered(200)

    async def test_order_of_steps(self) -> None:
        """Later steps are taken when the place is, and the duration is limited."""
        limit = step("rate-limit", addHeaders=True, rate={"limit": 9})
        await self.limited(limit, maxDurationMs=5000, eventsPerSecond=9)
        client, connection = await self.call(get(b"/api"))
        connection.send(EVENT_STREAM)
        head = await client.head()
        self.assertEqual(head.get(b"x-rate-limit-remaining"), b"8")
        self.reactor.advance_ms(5000)
        await client.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "max_duration")

    async def test_without_an_engine(self) -> None:
        """``onEngineLoss`` decides."""
        for on_loss, statuses in (
            ("allow", [200, 200]),
            ("refuse", [503]),
            ("local", [200, 429]),
        ):
            await self.limited(onEngineLoss=on_loss)
            self.machine.kill_hub()
            for status in statuses:
                await self.answered(status)
