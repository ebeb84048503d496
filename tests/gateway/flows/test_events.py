"""Tests of :mod:`relay.gateway.flows.events`: what clients see of a channel."""

from __future__ import annotations

from typing import Any

from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.channel.subscribers.filter import Filter, TooManyFilters
from relay.expression.template import Condition
from relay.gateway.flows.chain import ReadyStep
from relay.gateway.flows.events import EventRefused, Pipeline, ShapedChannel
from relay.policies.interfaces import Policy
from tests.channel.readers import Moment, Reader
from tests.policies.steps import build, call


class Counting(Policy):
    """Counts how often it is asked."""

    key = None

    def __init__(self, error: Exception | None = None) -> None:
        self.asked = 0
        self.error = error

    def for_events(self, scope: Any) -> Any:
        """Return the same step for all clients."""
        return self

    def apply(self, event: Any) -> Any:
        """Count, or fail."""
        self.asked += 1
        if self.error is not None:
            raise self.error
        return event


def step(
    policy: Policy | str,
    when: str = "",
    each: str = "",
    **options: Any,
) -> ReadyStep:
    """Make a step ready."""
    key = (policy if isinstance(policy, str) else id(policy), str(options))
    if isinstance(policy, str):
        policy = build(policy, **options)
    return ReadyStep(
        "a step",
        policy,
        Condition.read(when) if when else None,
        Condition.read(each) if each else None,
        key,
    )


class ShapedTests(SynchronousTestCase):
    """Several clients on one channel."""

    def setUp(self) -> None:
        """Open a channel."""
        self.moment = Moment()
        self.channel = self.moment.channel()

    def seen_by(
        self, *steps: ReadyStep, query: bytes = b"", publish: Any = ()
    ) -> ShapedChannel:
        """Return the channel as a client sees it."""
        scope = call(query=query).scope
        return ShapedChannel(
            self.channel,
            Pipeline(steps, scope),
            Pipeline(publish, scope),
            self.moment.wall_ms,
        )

    def reader(self, *steps: ReadyStep, query: bytes = b"", **more: Any) -> Reader:
        """Read as a client with some parameters."""
        seen: Any = self.seen_by(*steps, query=query)
        return Reader(seen, **more).start()

    def test_by_client(self) -> None:
        """Each sees its own; those for whom it is the same are one group."""
        mine = step(
            "event-filter", condition="{#message.type == #request.params['me'][0]}"
        )
        ann, bob, too = (
            self.reader(mine, query=b"me=" + name) for name in (b"ann", b"bob", b"ann")
        )
        plain = Reader(self.channel).start()
        self.channel.publish([Message("1", type="ann"), Message("2", type="bob")])
        self.moment.clock.advance(0)
        self.assertEqual(
            [one.seen for one in (ann, bob, too, plain)],
            [["1"], ["2"], ["1"], ["1", "2"]],
        )
        self.assertEqual(len(self.channel.groups), 3)

    def test_once_for_all(self) -> None:
        """An event is shaped once, whatever clients filter, and whenever they come."""
        counting = Counting()
        shared = step(counting)
        readers = [self.reader(shared) for _ in range(20)]
        readers.append(self.reader(shared, wanted=Filter(frozenset(["message"]))))
        self.channel.publish([Message("1"), Message("2")])
        self.moment.clock.advance(0)
        late = self.reader(shared, last_event_id=self.channel.log.cursor(0))
        self.assertEqual([one.seen for one in readers], [["1", "2"]] * 21)
        self.assertEqual(late.seen, ["1", "2"])
        self.assertEqual(counting.asked, 2)

    def test_clients_filter_what_they_see(self) -> None:
        """
        A client's filter sees the event after the steps, without the hidden fields.
        """
        redact = step("event-redact", fields=["card"])
        reader = self.reader(redact, wanted=Filter.read(frozenset(), "card == '4711'"))
        self.channel.publish([Message('{"card":"4711"}')])
        self.moment.clock.advance(0)
        self.assertEqual(reader.seen, [])

    def test_conditions(self) -> None:
        """
        A condition on the call is evaluated once, and one on the event for each event.
        """
        hide = step(
            "event-redact",
            "{#request.params['full'] == null}",
            "{#message.type == 'secret'}",
            patterns=["[0-9]+"],
        )
        some = self.reader(hide)
        full = self.reader(hide, query=b"full=1")
        self.channel.publish([Message("a 1"), Message("b 2", type="secret")])
        self.moment.clock.advance(0)
        self.assertEqual(some.seen, ["a 1", "b ***"])
        self.assertEqual(full.seen, ["a 1", "b 2"])

    def test_trouble(self) -> None:
        """An event that a step fails on is withheld, and the failure is logged once."""
        broken = step(Counting(ZeroDivisionError("x")))
        silent = step("event-filter", each="{#message.content.a == 1}")
        with capturedLogs() as events:
            readers = [self.reader(broken), self.reader(silent)]
            for _ in range(3):
                self.channel.publish([Message("no json")])
                self.moment.clock.advance(0)
        self.assertEqual([one.seen for one in readers], [[], []])
        told = [one for one in events if "withheld" in str(one.get("log_format"))]
        self.assertEqual(len(told), 2)
        self.flushLoggedErrors(ZeroDivisionError)

    def test_publishing(self) -> None:
        """A publication is changed, withheld or refused as a whole."""
        small = step("event-limit", limit=2, onExcess="REFUSE")
        change = step("event-transform", type="{#request.params['me'][0]}")
        drop = step("event-filter", types=["x"], action="DROP")
        inlet = self.seen_by(query=b"me=ann", publish=[drop, change, small])
        done = inlet.submit([Message("1"), Message("2", type="x")])
        (entry,) = self.successResultOf(done)
        assert entry.message is not None
        self.assertEqual((entry.message.data, entry.message.type), ("1", "ann"))
        failure = self.failureResultOf(
            inlet.submit([Message("3"), Message("4")]), EventRefused
        )
        reason = failure.value
        assert isinstance(reason, EventRefused)
        self.assertEqual(
            (reason.refusal.status, reason.refusal.retry_after_s), (429, 1)
        )
        self.assertEqual(self.channel.log.next_seq, 2)

    def test_a_publication_that_steps_enlarge(self) -> None:
        """An event that steps make larger than ``maxEventBytes`` is refused."""
        self.channel = self.moment.channel(maxEventBytes=1024)
        double = step("event-transform", content="{#message.content}{#message.content}")
        inlet = self.seen_by(publish=[double])
        self.successResultOf(inlet.submit([Message("x" * 512)]))
        failure = self.failureResultOf(inlet.submit([Message("x" * 513)]), EventRefused)
        reason = failure.value
        assert isinstance(reason, EventRefused)
        self.assertEqual(reason.refusal.status, 413)
        self.assertEqual(self.channel.log.next_seq, 2)

    def test_rooms(self) -> None:
        """Filters of clients are few; what a publisher does adds no limit to them."""
        wanted = [Filter(frozenset([str(n)])) for n in range(33)]
        mine = step(
            "event-filter", condition="{#message.type == #request.params['me'][0]}"
        )
        for who in (b"me=a", b"me=b"):
            for n, one in enumerate(wanted[:32]):
                self.reader(mine, query=who, wanted=one, client=f"192.0.2.{n}")
            with self.assertRaises(TooManyFilters):
                self.reader(mine, query=who, wanted=wanted[32], client="192.0.2.99")
        for n in range(1024 - 64):
            self.reader(mine, query=b"me=%d" % n, client=f"198.51.100.{n % 99}")
        with self.assertRaises(TooManyFilters):
            self.reader(mine, query=b"me=last")
