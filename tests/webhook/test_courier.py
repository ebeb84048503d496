"""One POST on a real socket, and its result."""

from __future__ import annotations

import base64
import time
from collections.abc import Generator
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.trial.unittest import TestCase

from relay.model.consumers.webhook_subscription import WebhookSubscription
from relay.outbound import Outbound
from relay.upstream.dial.guard import AddressGuard
from relay.webhook.attempt_result import AttemptResult
from relay.webhook.courier import Courier
from relay.webhook.event import OutgoingEvent
from relay.webhook.options import WebhookHttp
from tests.wire.webhook.receiver import Receiver

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
EVENT = OutgoingEvent("abc-1", "t\u00e4st\r\nX: y", "news", "text/plain", b"body", {})

Steps = Generator[Deferred[Any], Any, None]


class CourierTests(TestCase):
    """Each test has a receiver of its own."""

    def setUp(self) -> None:
        """Begin to receive."""
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)

    def courier(
        self, allow: str = "localhost", idle_ms: int = 60_000, **members: Any
    ) -> Courier:
        """Make one."""
        clock: Any = reactor
        own = {"signature": {"secret": SECRET}, "callbackUrl": self.receiver.url}
        courier = Courier(
            clock,
            lambda: round(time.time() * 1000),
            Outbound.trusting(reactor, AddressGuard([allow]), None),
            WebhookSubscription.read({**own, **members}),
            WebhookHttp(connect_timeout=1000, read_timeout=1000, idle_timeout=idle_ms),
        )
        self.addCleanup(courier.close)
        return courier

    @inlineCallbacks
    def test_events_share_a_connection(self) -> Steps:
        """The connection is kept for the next event, unless the idle time is 0."""
        for idle_ms, connections in ((60_000, 1), (0, 3)):
            before = self.receiver.connections
            courier = self.courier(idle_ms=idle_ms)
            for number in range(3):
                result: AttemptResult = yield courier.send(EVENT, number, None)
                self.assertEqual(result, AttemptResult(204))
            self.assertEqual(self.receiver.connections - before, connections)

    @inlineCallbacks
    def test_what_is_sent(self) -> Steps:
        """
        The body is sent unchanged and signed; texts of publishers cannot add headers.
        """
        header = {"name": "X-Own", "value": "a"}
        courier = self.courier(headers=[header])
        result: AttemptResult = yield courier.send(EVENT, 2, "evicted")
        self.assertEqual(result, AttemptResult(204))
        (call,) = self.receiver.calls
        self.assertEqual(call.body, b"body")
        self.assertTrue(call.is_signed(SECRET))
        self.assertNotIn("x", call.headers)
        told = {
            "content-type": "text/plain",
            "webhook-id": "abc-1",
            "relay-attempt": "2",
            "relay-topic": "news",
            "relay-gap": "evicted",
            "x-own": "a",
        }
        self.assertEqual({name: call.headers[name] for name in told}, told)

    @inlineCallbacks
    def test_who_we_are(self) -> Steps:
        """The request has the configured Basic or Bearer credentials."""
        basic = {"type": "basic", "basic": {"username": "u", "password": "p:"}}
        token = {"type": "token", "token": {"value": "t"}}
        for auth in (basic, token):
            yield self.courier(auth=auth).send(EVENT, 1, None)
        sent = [call.headers["authorization"] for call in self.receiver.calls]
        expected = base64.b64encode(b"u:p:").decode()
        self.assertEqual(sent, [f"Basic {expected}", "Bearer t"])

    @inlineCallbacks
    def test_an_answer_that_says_when(self) -> Steps:
        """``Retry-After`` of the response is read."""
        self.receiver.answer = lambda call: (503, {"Retry-After": "7"})
        result: AttemptResult = yield self.courier().send(EVENT, 1, None)
        self.assertEqual(result, AttemptResult(503, retry_after_s=7))

    @inlineCallbacks
    def test_no_answer(self) -> Steps:
        """A closed connection is a result whose reason does not contain the URL."""
        self.receiver.answer = lambda call: None
        result: AttemptResult = yield self.courier().send(EVENT, 1, None)
        self.assertIsNone(result.status)
        self.assertTrue(result.problem)
        self.assertNotIn("hook", result.problem)

    @inlineCallbacks
    def test_an_address_that_may_not_be_called(self) -> Steps:
        """An address that is not allowed is blocked, and receives nothing."""
        courier = self.courier(allow="elsewhere.example")
        result: AttemptResult = yield courier.send(EVENT, 1, None)
        self.assertTrue(result.blocked)
        self.assertEqual(self.receiver.calls, [])

    @inlineCallbacks
    def test_cancelled(self) -> Steps:
        """The connection is dropped, and that is no error of ours."""
        sending = self.courier().send(EVENT, 1, None)
        sending.cancel()
        result: AttemptResult = yield sending
        self.assertIsNone(result.status)
        self.assertFalse(result.blocked)
