"""The metrics of exchanges."""

from __future__ import annotations

from itertools import count
from typing import Any, cast

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange
from relay.observability.metrics.catalog import streams as names
from relay.observability.metrics.exchanges import STEP_EXCHANGES, ExchangeMetrics
from relay.observability.metrics.family import Family
from relay.observability.metrics.samples import Samples
from relay.observability.timeline import Timeline

NUMBERS = count()


class Exchange:
    """What observers see of an exchange."""

    ends_at_once = False

    def __init__(self, api: str | None = "a", plan: str | None = "p") -> None:
        self.record = AccessRecord("GET", "h", "/", "::1", "::1")
        self.record.request_id = f"request-{next(NUMBERS)}"
        self.record.api_id, self.record.plan_id = api, plan
        self.record.listener, self.record.begun_ms = "default", 5000
        self.streams = False
        self.transferred = Transferred(0, 0, 0)


class Gateway:
    """Exchanges that begin and end."""

    def __init__(self) -> None:
        self.live: list[Any] = []
        self.metrics = ExchangeMetrics(lambda: self.live)

    def begin(self, *args: Any, streams: bool = True, ttfb_ms: int = 7) -> Any:
        """Begin an exchange, and answer it."""
        one = Exchange(*args)
        self.live.append(one)
        self.metrics.began(cast(LiveExchange, one))
        one.record.status, one.record.ttfb_ms, one.streams = 200, ttfb_ms, streams
        self.metrics.answered(cast(LiveExchange, one))
        return one

    def end(
        self,
        one: Any,
        outcome: Outcome = Outcome.CLIENT_GONE,
        clock: str | None = None,
        after_s: float = 1,
    ) -> None:
        """End an exchange."""
        record = one.record
        record.outcome, record.clock = outcome, clock
        record.duration_ms = round(after_s * 1000)
        record.bytes_in, record.bytes_out, record.events = one.transferred
        self.metrics.ended(cast(LiveExchange, one))
        self.live.remove(one)

    def refuse(self, key: str, api: str | None = "a") -> None:
        """Begin an exchange, and refuse it."""
        one = Exchange(api, None)
        self.live.append(one)
        self.metrics.began(cast(LiveExchange, one))
        one.record.status, one.record.error_key = 429, key
        one.record.outcome = Outcome.REFUSED
        self.metrics.answered(cast(LiveExchange, one))
        self.end(one, Outcome.REFUSED)

    def scrape(self) -> Samples:
        """Take all steps of a scrape."""
        samples = Samples()
        for _ in self.metrics.collect(samples):
            pass
        return samples


def values(samples: Samples, family: Family, part: str = "") -> dict[Any, float]:
    """The values of a family by their labels, in order."""
    return {
        tuple(one.labels.values()): one.value
        for one in samples.of(family)
        if one.name.endswith(part)
    }


class StreamTests(SynchronousTestCase):
    """Streams under way, and those that are over."""

    def test_open_and_ended(self) -> None:
        """A stream is counted from its start."""
        gateway = Gateway()
        one, other = gateway.begin(), gateway.begin()
        one.transferred = Transferred(1, 20, 3)
        other.transferred = Transferred(10, 200, 30)
        caller = ("a", "p", "default")
        for ended in (0, 1, 2):
            found = gateway.scrape()
            self.assertEqual(values(found, names.OPEN), {caller: 2 - ended})
            self.assertEqual(values(found, names.OPENED), {caller: 2})
            self.assertEqual(values(found, names.EVENTS_SENT), {caller: 33})
            self.assertEqual(values(found, names.SENT_BYTES), {caller: 220})
            self.assertEqual(values(found, names.RECEIVED_BYTES), {caller: 11})
            if ended < 2:
                gateway.end((one, other)[ended], Outcome.IDLE_TIMEOUT, "idleTimeout")
        self.assertEqual(
            values(gateway.scrape(), names.ENDED),
            {("a", "p", "idle_timeout", "idleTimeout"): 2},
        )
        self.assertEqual(
            values(gateway.scrape(), names.HTTP_REQUESTS),
            {("gateway", "default", "2xx"): 2},
        )

    def test_a_long_stream_is_no_latency(self) -> None:
        """The time to the head ends at the head, however long the stream lasts."""
        gateway = Gateway()
        gateway.end(gateway.begin(ttfb_ms=7), after_s=86_000)
        found = gateway.scrape()
        heads = values(found, names.TIME_TO_HEAD, "_bucket")
        self.assertEqual((heads[("a", "0.005")], heads[("a", "0.01")]), (0, 1))
        self.assertEqual(values(found, names.TIME_TO_HEAD, "_sum"), {("a",): 0.007})
        lasted = values(found, names.STREAM_DURATION, "_bucket")
        self.assertEqual((lasted[("a", "43200.0")], lasted[("a", "86400.0")]), (0, 1))

    def test_calls_are_no_streams(self) -> None:
        """They have a time to the head, and an end of their own."""
        gateway = Gateway()
        gateway.end(gateway.begin(streams=False), Outcome.COMPLETED)
        found = gateway.scrape()
        self.assertEqual(values(found, names.OPENED), {("a", "p", "default"): 0})
        self.assertEqual(values(found, names.ENDED), {})
        self.assertEqual(
            values(found, names.EXCHANGES_ENDED), {("a", "completed", ""): 1}
        )
        self.assertEqual(values(found, names.TIME_TO_HEAD, "_count"), {("a",): 1})
        self.assertEqual(values(found, names.STREAM_DURATION, "_count"), {("a",): 0})

    def test_exchanges_without_a_plan(self) -> None:
        """They are open; their bytes count once it is known whose they are."""
        gateway = Gateway()
        one = Exchange("a", None)
        one.transferred = Transferred(500, 0, 0)
        gateway.live.append(one)
        gateway.metrics.began(cast(LiveExchange, one))
        found = gateway.scrape()
        self.assertEqual(values(found, names.EXCHANGES_OPEN), {("default",): 1})
        self.assertEqual(sum(values(found, names.RECEIVED_BYTES).values()), 0)
        one.record.plan_id = "p"
        found = gateway.scrape()
        caller = ("a", "p", "default")
        self.assertEqual(values(found, names.RECEIVED_BYTES)[caller], 500)

    def test_pauses(self) -> None:
        """Of exchanges under way, and of those that are over."""
        gateway = Gateway()
        one = gateway.begin()
        now_s = [10.0]
        one.record.timeline = timeline = Timeline(lambda: now_s[0])
        timeline.pause()
        found = gateway.scrape()
        self.assertEqual(values(found, names.CLIENTS_PAUSED), {("a",): 1})
        self.assertEqual(values(found, names.CLIENT_PAUSES), {("a",): 1})
        self.assertEqual(values(found, names.CLIENT_PAUSED_SECONDS), {("a",): 0})
        now_s[0] = 12.5
        timeline.resume()
        for _ in range(2):
            found = gateway.scrape()
            self.assertEqual(values(found, names.CLIENTS_PAUSED), {("a",): 0})
            self.assertEqual(values(found, names.CLIENT_PAUSES), {("a",): 1})
            self.assertEqual(values(found, names.CLIENT_PAUSED_SECONDS), {("a",): 2.5})
            if one in gateway.live:
                gateway.end(one)


class RefusalTests(SynchronousTestCase):
    """Calls that Relay answers itself."""

    def test_by_key(self) -> None:
        """With the newest request as an example; they have no time to the head."""
        gateway = Gateway()
        for key in ("K", "L", "K"):
            gateway.refuse(key)
        gateway.refuse("NONE", None)
        found = gateway.scrape()
        self.assertEqual(
            values(found, names.REFUSALS),
            {("a", "K"): 2, ("a", "L"): 1, ("", "NONE"): 1},
        )
        exemplar = next(found.of(names.REFUSALS)).exemplar
        assert exemplar is not None
        self.assertTrue(exemplar.labels["request_id"].startswith("request-"))
        self.assertEqual(values(found, names.TIME_TO_HEAD), {})
        self.assertEqual(
            values(found, names.HTTP_REQUESTS), {("gateway", "default", "4xx"): 4}
        )

    def test_a_client_that_leaves_is_not_refused(self) -> None:
        """Though no head was sent."""
        gateway = Gateway()
        one = Exchange()
        gateway.live.append(one)
        one.record.status, one.record.error_key = 499, "CLIENT_ABORTED"
        gateway.end(one)
        self.assertEqual(values(gateway.scrape(), names.REFUSALS), {})


class ExemplarTests(SynchronousTestCase):
    """Requests as examples of a time to the head."""

    def test_sampled_ones_name_their_trace(self) -> None:
        """A query leads from a bucket to the trace."""
        gateway = Gateway()
        one = Exchange()
        one.record.trace_id, one.record.ttfb_ms = "f" * 32, 7
        gateway.metrics.answered(cast(LiveExchange, one))
        found = gateway.scrape().of(names.TIME_TO_HEAD)
        (example,) = [sample.exemplar for sample in found if sample.exemplar]
        self.assertEqual(example.labels["trace_id"], "f" * 32)

    def test_the_newest_of_each_range(self) -> None:
        """At the time of its head."""
        gateway = Gateway()
        for ttfb_ms in (3, 4, 700):
            newest = gateway.begin(ttfb_ms=ttfb_ms)
        found = gateway.scrape().of(names.TIME_TO_HEAD)
        examples = {one.labels["le"]: one.exemplar for one in found if one.exemplar}
        self.assertEqual(sorted(examples), ["0.005", "1.0"])
        example = examples["1.0"]
        assert example is not None
        self.assertEqual(example.labels, {"request_id": newest.record.request_id})
        self.assertEqual((example.value, example.timestamp), (0.7, 5.7))


class SlicedTests(SynchronousTestCase):
    """A scrape that takes several turns."""

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.lists(st.integers(0, 150), max_size=8), max_size=30))
    def test_counters_never_decrease(self, happenings: list[list[int]]) -> None:
        """Exchanges begin, go on and end between the steps of scrapes."""
        gateway, total = Gateway(), 0
        for _ in range(STEP_EXCHANGES + 20):
            gateway.begin()
        before = 0.0
        left = iter(happenings)
        for _ in range(4):
            samples = Samples()
            for _ in gateway.metrics.collect(samples):
                total += self.happen(gateway, next(left, []))
            now = values(samples, names.EVENTS_SENT)[("a", "p", "default")]
            self.assertGreaterEqual(now, before)
            self.assertLessEqual(now, total)
            before = now
        for one in list(gateway.live):
            gateway.end(one)
        found = values(gateway.scrape(), names.EVENTS_SENT)
        self.assertEqual(found, {("a", "p", "default"): total})

    def happen(self, gateway: Gateway, numbers: list[int]) -> int:
        """Begin, continue or end some exchanges, and count the events."""
        events = 0
        for number in numbers:
            if number % 3 == 0 or number >= len(gateway.live):
                gateway.begin()
                continue
            one = gateway.live[number]
            one.transferred = Transferred(0, 0, one.transferred.events + number)
            events += number
            if number % 3 == 1:
                gateway.end(one)
        return events


class ForgottenTests(SynchronousTestCase):
    """APIs that are gone."""

    def test_forgotten_apis_have_no_series(self) -> None:
        """Others keep theirs."""
        gateway = Gateway()
        for api in "ab":
            gateway.end(gateway.begin(api))
            gateway.refuse("K", api)
        self.assertEqual(gateway.metrics.apis, {"a", "b"})
        gateway.metrics.forget("a")
        self.assertEqual(gateway.metrics.apis, {"b"})
        samples = gateway.scrape()
        for family in (*names.STREAMS, *names.CALLS):
            for sample in samples.of(family):
                self.assertNotEqual(sample.labels.get("api"), "a")
        self.assertEqual(values(samples, names.REFUSALS), {("b", "K"): 1})
