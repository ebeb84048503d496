"""The set of running deliveries follows the deployments, subscriptions and leases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.ownership import RENEW_S, Owners
from relay.gateway.counts import Counts
from relay.gateway.push import PushedApi
from relay.gateway.services import Services
from relay.model.consumers.records import Entitlement
from relay.observability.access import DeliveryRecord
from relay.outbound import Outbound, OutboundAnswer, OutboundRequest
from relay.plans.consumers import Consumers
from relay.webhook.deliveries import GRACE_S, Deliveries
from relay.webhook.progress import FLUSH_S
from relay.webhook.turns import PREFIX
from tests.webhook.desk import Desk
from tests.webhook.test_turns import Leases


class Sent:
    """Stands for all receivers, and keeps calls open until the test answers them."""

    def __init__(self) -> None:
        self.requests: list[OutboundRequest] = []
        self.open: list[Deferred[OutboundAnswer]] = []
        self.dropped = 0

    def call(self, request: OutboundRequest) -> Deferred[OutboundAnswer]:
        """Take a request."""
        self.requests.append(request)
        call: Deferred[OutboundAnswer] = Deferred(self._drop)
        self.open.append(call)
        return call

    def keeping(self, connect_timeout_ms: int, idle_ms: int) -> Sent:
        """There are no connections to keep."""
        return self

    def close(self) -> None:
        """There are no connections to close."""

    def _drop(self, call: Deferred[OutboundAnswer]) -> None:
        self.dropped += 1
        self.open.remove(call)

    def answer(self, status: int) -> None:
        """Answer the oldest call."""
        self.open.pop(0).callback(OutboundAnswer(status, Headers(), b""))

    @property
    def bodies(self) -> list[str]:
        """The bodies that were sent."""
        return [one.body.decode() for one in self.requests]


class Lines:
    """An access log."""

    def __init__(self) -> None:
        self.records: list[DeliveryRecord] = []

    def delivered(self, record: DeliveryRecord, now_ms: int) -> None:
        """Note an attempt."""
        self.records.append(record)


class DeliveriesTests(SynchronousTestCase):
    """Subscriptions, deployments and leases as a test wants them."""

    def setUp(self) -> None:
        """Begin with one API without subscriptions."""
        self.desk = Desk()
        self.sent, self.lines, self.consumers = Sent(), Lines(), Consumers()
        services = Services(
            self.desk.clock,
            settings=cast(Any, None),
            limits=cast(Any, None),
            access=cast(Any, self.lines),
            live=cast(Any, None),
            observers=cast(Any, None),
            counts=Counts(),
            consumers=self.consumers,
            grants=cast(Any, None),
            tallies=cast(Any, None),
            wall_ms=self.desk.wall_ms,
        )
        self.deliveries = Deliveries(
            services, self.desk.store, cast(Outbound, self.sent), 5000, self.owners()
        )
        self.api = self.begin()

    def owners(self) -> Owners | None:
        """Return where the leases of subscriptions are kept; None for nowhere."""
        return None

    def begin(self) -> PushedApi:
        """Deploy it."""
        api = self.desk.api()
        self.deliveries.begin(api)
        return api

    def change(self, *subscriptions: Entitlement, gone: str | None = None) -> None:
        """Report changed subscriptions."""
        changes: dict[str, Entitlement | None] = {
            one.subscription_id: one for one in subscriptions
        }
        if gone is not None:
            changes[gone] = None
        self.consumers.apply(changes)

    def test_a_subscription_comes_and_goes(self) -> None:
        """
        A subscription is delivered while it is in force; an attempt under way may end.
        """
        self.change(self.desk.subscription())
        self.desk.publish("a", "b")
        self.assertEqual(self.sent.bodies, ["a"])
        self.change(gone="sub")
        self.desk.publish("c")
        self.sent.answer(200)
        self.assertEqual(self.sent.bodies, ["a"])
        self.assertIsNone(self.deliveries.view("sub"))
        self.change(self.desk.subscription())
        self.assertEqual(self.sent.bodies, ["a", "b"])
        (line,) = self.lines.records
        self.assertEqual((line.event_id, line.result), (line.event_id, "delivered"))

    def test_an_attempt_that_does_not_end(self) -> None:
        """An attempt that exceeds the grace time is dropped."""
        self.change(self.desk.subscription())
        self.desk.publish("a")
        self.change(gone="sub")
        self.desk.clock.advance(GRACE_S)
        self.assertEqual((self.sent.dropped, self.sent.open), (1, []))
        self.assertIsNone(self.deliveries.view("sub"))

    def test_another_configuration(self) -> None:
        """Takes over when the attempt by the old one is over: never are there two."""
        self.change(self.desk.subscription())
        self.desk.publish("a", "b")
        other = {"callbackUrl": "https://other.example/"}
        self.change(self.desk.subscription(webhook=other))
        self.assertEqual(len(self.sent.requests), 1)
        self.sent.answer(200)
        self.assertEqual(self.sent.bodies, ["a", "b"])
        self.assertEqual(self.sent.requests[1].url, "https://other.example/")

    def test_what_does_not_matter(self) -> None:
        """A change of a subscription's dates does not interrupt its delivery."""
        self.change(self.desk.subscription())
        self.desk.publish("a")
        ends_ms = self.desk.wall_ms() + 60_000
        self.change(self.desk.subscription(ends_at_ms=ends_ms))
        self.sent.answer(200)
        self.assertEqual(self.sent.dropped, 0)

    def test_by_the_clock(self) -> None:
        """
        A delivery starts and ends at the dates of the subscription, without a
        notification.
        """
        now_ms = self.desk.wall_ms()
        self.change(
            self.desk.subscription(
                starts_at_ms=now_ms + 10_000, ends_at_ms=now_ms + 20_000
            )
        )
        self.assertIsNone(self.deliveries.view("sub"))
        self.desk.clock.advance(10)
        self.assertIsNotNone(self.deliveries.view("sub"))
        self.desk.clock.advance(10)
        self.assertIsNone(self.deliveries.view("sub"))

    def test_who_is_not_delivered(self) -> None:
        """
        Subscriptions to other APIs or closed plans, and failed or incomplete ones, are
        not delivered.
        """
        self.consumers.close_plans(["closed"])
        wrong = (
            self.desk.subscription("1", api_id="other"),
            self.desk.subscription("2", plan_id="other"),
            self.desk.subscription("3", failed=True),
            replace(self.desk.subscription("4"), consumer_configuration=None),
        )
        self.change(*wrong)
        self.desk.publish("a")
        self.assertEqual(self.sent.requests, [])

    def test_it_gives_up_and_is_resumed(self) -> None:
        """Also when nothing of the failure is seen, because it was resumed at once."""
        subscription = self.desk.subscription()
        self.change(subscription)
        self.desk.publish("a", "b")
        self.sent.answer(410)
        self.assertEqual(len(self.desk.store.causes), 1)
        self.change(replace(subscription, failed=True))
        self.assertIsNone(self.deliveries.view("sub"))
        self.change(subscription)
        self.assertEqual(self.sent.bodies, ["a", "a"])
        self.sent.answer(410)
        self.change(subscription)
        self.assertEqual(self.sent.bodies, ["a", "a", "a"])

    def test_the_lease(self) -> None:
        """A process that loses the lease stops at once, and writes nothing more."""
        self.change(self.desk.subscription())
        self.desk.publish("a", "b")
        self.sent.answer(200)
        self.desk.lease.move(False)
        self.assertEqual((self.sent.dropped, self.sent.open), (1, []))
        self.desk.clock.advance(FLUSH_S)
        self.assertEqual(self.desk.store.states["sub"].delivered, 0)
        self.desk.lease.move(True)
        self.assertIsNotNone(self.deliveries.view("sub"))

    def test_a_deployment(self) -> None:
        """Goes on where the one before was; its end is not the end."""
        self.change(self.desk.subscription())
        self.desk.publish("a", "b")
        before, self.api = self.api, self.begin()
        self.successResultOf(self.deliveries.end(before))
        self.assertEqual(self.sent.bodies, ["a"])
        self.sent.answer(200)
        self.assertEqual(self.sent.bodies, ["a", "b"])

    def test_the_end_of_the_api(self) -> None:
        """All is written before the lease is given back."""
        self.change(self.desk.subscription())
        self.desk.publish("a")
        ended = self.deliveries.end(self.api)
        self.assertNoResult(ended)
        self.sent.answer(200)
        self.successResultOf(ended)
        self.assertEqual(self.desk.store.states["sub"].delivered, 1)

    def test_the_end_of_the_daemon(self) -> None:
        """Attempts under way may end; no other attempt begins."""
        self.change(self.desk.subscription())
        self.desk.publish("a", "b")
        drained = self.deliveries.stopService()
        self.desk.clock.advance(4)
        self.sent.answer(200)
        self.successResultOf(drained)
        self.change(self.desk.subscription("other"))
        self.assertEqual(self.sent.bodies, ["a"])
        self.assertEqual(self.desk.store.states["sub"].delivered, 1)

    def test_the_end_of_the_daemon_gives_each_delivery_its_time(self) -> None:
        """
        Idle deliveries end at once; one with an attempt under way has its grace time.
        """
        self.change(*(self.desk.subscription(one) for one in "123"))
        self.desk.publish("a")
        self.sent.answer(200)
        self.sent.answer(200)
        drained = self.deliveries.stopService()
        self.desk.clock.advance(4)
        self.assertEqual((self.sent.dropped, len(self.sent.open)), (0, 1))
        self.sent.answer(200)
        self.successResultOf(drained)
        delivered = {id: one.delivered for id, one in self.desk.store.states.items()}
        self.assertEqual(delivered, {"1": 1, "2": 1, "3": 1})

    def test_deliveries_without_anything_under_way_end_together(self) -> None:
        """When the API ends, and when another process has its lease."""
        self.change(*(self.desk.subscription(one) for one in "123"))
        self.desk.lease.move(False)
        self.assertEqual([self.deliveries.view(one) for one in "123"], [None] * 3)
        self.desk.lease.move(True)
        self.assertNotIn(None, [self.deliveries.view(one) for one in "123"])
        self.successResultOf(self.deliveries.end(self.api))
        self.assertEqual([self.deliveries.view(one) for one in "123"], [None] * 3)

    def test_a_configuration_of_no_use(self) -> None:
        """An invalid configuration is logged, and other subscriptions are delivered."""
        broken = self.desk.subscription("1", webhook={"callbackUrl": "nonsense"})
        self.change(broken, self.desk.subscription("2"))
        self.desk.publish("a")
        self.assertEqual(self.sent.bodies, ["a"])


class TurnTests(DeliveriesTests):
    """Another process has the same channels; subscriptions have leases."""

    def owners(self) -> Owners:
        """Keep the leases of two processes."""
        self.leases = Leases()
        self.other = self.leases.of("other")
        return self.leases.of("this")

    def own(self, subscription_id: str = "sub") -> bool:
        """Take the lease of a subscription for the other process, or try to."""
        name = f"{PREFIX}{subscription_id}"
        return bool(self.successResultOf(self.other.own(name, 1)))

    def test_another_process_delivers(self) -> None:
        """This one begins where the other has ended."""
        self.own()
        self.change(self.desk.subscription(), self.desk.subscription("mine"))
        self.desk.publish("a", "b")
        self.assertEqual(self.sent.bodies, ["a"])
        self.assertIsNone(self.deliveries.view("sub"))
        self.assertFalse(self.own("mine"))
        self.other.disown(f"{PREFIX}sub")
        self.desk.clock.advance(RENEW_S)
        self.assertIsNotNone(self.deliveries.view("sub"))

    def test_a_lease_that_is_lost(self) -> None:
        """The attempt under way ends at once, and no state is written any more."""
        self.change(self.desk.subscription())
        self.desk.publish("a", "b")
        self.desk.clock.advance(RENEW_S - 0.1)
        self.sent.answer(200)
        self.assertEqual(self.sent.bodies, ["a", "b"])
        self.leases.held[f"{PREFIX}sub"] = "other"
        self.desk.store.states.clear()
        self.desk.clock.advance(0.1)
        self.assertEqual((self.sent.dropped, self.sent.open), (1, []))
        self.desk.clock.advance(FLUSH_S)
        self.assertEqual(self.desk.store.states, {})
        self.assertIsNone(self.deliveries.view("sub"))

    def test_what_is_no_longer_to_be_delivered_is_given_back(self) -> None:
        """Its state is stored before, and read again by the next delivery."""
        subscription = self.desk.subscription()
        self.change(subscription)
        self.desk.publish("a")
        self.sent.answer(200)
        self.change(gone="sub")
        self.assertEqual(self.desk.store.states["sub"].delivered, 1)
        self.assertTrue(self.own())
        later = replace(self.desk.store.states["sub"], delivered=7)
        self.desk.store.states["sub"] = later
        self.other.disown(f"{PREFIX}sub")
        self.change(subscription)
        self.desk.publish("b")
        self.sent.answer(200)
        self.desk.clock.advance(FLUSH_S)
        self.assertEqual(self.desk.store.states["sub"].delivered, 8)

    def test_the_end_gives_all_back(self) -> None:
        """Another process can deliver at once."""
        self.change(self.desk.subscription())
        self.assertFalse(self.own())
        self.successResultOf(self.deliveries.stopService())
        self.assertTrue(self.own())
