"""Webhooks: real receivers that take, fail, hang, close, redirect, or are far away."""

from __future__ import annotations

import contextlib
import threading
import time
from functools import partial
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import SharedDaemon, until
from tests.wire.harness.scripted import server_context
from tests.wire.webhook.hooked import ALLOWED, Hooked, NotPublished, configuration
from tests.wire.webhook.receiver import Answer, Call, Receiver

SHARED = SharedDaemon(lambda _: ALLOWED)
QUICK = {"retryOption": "Retry On Fail", "maxAttempts": 3, "maxDelaySeconds": 1}


class WebhookCase(WireCase):
    """Each test has an API and receivers of its own."""

    def setUp(self) -> None:
        """Find the daemon."""
        self.daemon = SHARED.get()

    def api(self, options: dict[str, Any] | None = None, **changed: Any) -> Hooked:
        """Publish an API."""
        path = f"/{self.id().rpartition('.')[2]}"
        return Hooked(self.daemon, path, options, **changed)

    def receiver(self, *args: Any, **kwargs: Any) -> Receiver:
        """Begin to receive."""
        receiver = Receiver(*args, **kwargs)
        self.addCleanup(receiver.close)
        return receiver

    def received(self, receiver: Receiver, *texts: str) -> None:
        """Wait until exactly these have come."""
        until(lambda: len(receiver.calls) >= len(texts), f"{len(texts)} events")
        self.assertEqual(receiver.texts, list(texts))


class DeliveryTests(WebhookCase):
    """Requests to a receiver, and its answers."""

    def test_events_come_in_order_and_signed(self) -> None:
        """Events come in order, signed with the subscription's secret."""
        api, receiver = self.api(), self.receiver()
        header = {"name": "X-Api-Key", "value": "s3cr3t"}
        subscription = api.subscribe(f"{receiver.url}?token=abc", headers=[header])
        own = subscription["consumerConfiguration"]["entrypointConfiguration"]
        secret = own["signature"]["secret"]
        api.publish(*map(str, range(20)))
        api.publish("elsewhere", topic="other")
        self.received(receiver, *map(str, range(20)))
        ids = [call.id for call in receiver.calls]
        self.assertEqual(len(set(ids)), 20)
        for call in receiver.calls:
            self.assertTrue(call.is_signed(secret))
            self.assertEqual(call.headers["x-api-key"], "s3cr3t")
            self.assertEqual(call.headers["relay-topic"], "news")
            self.assertEqual(call.path, "/hook?token=abc")
        until(lambda: api.delivery(subscription)["delivered"] == 20, "all is noted")
        shown = str(api.see(subscription)) + self.daemon.log()
        shown += str(self.daemon.access_lines())
        shown += str(self.daemon.must("GET", f"/apis/{api.id}/audits")["data"])
        for word in ("s3cr3t", "token=abc", secret):
            self.assertNotIn(word, shown)
        line = self.daemon.access_line(kind="delivery", eventId=ids[-1])
        self.assertEqual((line["result"], line["attempt"]), ("delivered", 1))

    def test_a_receiver_that_fails_for_a_while(self) -> None:
        """
        A receiver that fails receives the same event again, not before ``Retry-After``.
        """
        answers: list[Answer] = [(503, {"Retry-After": "1"}), 500, 204, 204]
        receiver = self.receiver(lambda call: answers.pop(0))
        api = self.api()
        api.subscribe(receiver.url, retry=QUICK)
        api.publish("a", "b")
        self.received(receiver, "a", "a", "a", "b")
        attempts = [call.headers["relay-attempt"] for call in receiver.calls]
        self.assertEqual(attempts, ["1", "2", "3", "1"])
        self.assertEqual(len({call.id for call in receiver.calls[:3]}), 1)
        waited_s = receiver.calls[1].at_s - receiver.calls[0].at_s
        self.assertGreater(waited_s, 0.99)

    def test_what_is_not_taken_is_not_lost(self) -> None:
        """Rejected, redirected, unanswered: dead letters, sent again on demand."""
        hold = threading.Event()
        self.addCleanup(hold.set)

        def answer(call: Call) -> Answer:
            if call.text == "hang":
                hold.wait(30)
            told: dict[str, Answer] = {
                "reject": 422,
                "redirect": (302, {"Location": "/other"}),
                "close": None,
            }
            return told.get(call.text, 204)

        receiver = self.receiver(answer)
        api = self.api({"http": {"readTimeout": 300, "connectTimeout": 300}})
        once = {"retryOption": "No Retry"}
        subscription = api.subscribe(receiver.url, retry=once)
        texts = ["a", "reject", "redirect", "close", "hang", "b"]
        api.publish(*texts)
        self.received(receiver, *texts)
        letters = until(
            lambda: len(found := api.letters(subscription)) == 4 and found, "all told"
        )
        self.assertEqual([one.get("status") for one in letters], [422, 302, None, None])
        self.assertIn("not followed", letters[1]["reason"])
        one = api.act(subscription, f"dead-letters/{letters[0]['id']}/_replay")
        self.assertEqual(one, {"count": 1})
        until(lambda: receiver.texts[6:] == ["reject"], "it comes again")
        until(
            lambda: not any(one["replay"] for one in api.letters(subscription)),
            "it is put off again",
        )
        self.assertEqual(len(api.letters(subscription)), 4)
        hold.set()
        receiver.answer = lambda call: 204
        api.act(subscription, "dead-letters/_replay")
        until(lambda: not api.letters(subscription), "all are taken")
        self.assertEqual(receiver.texts[7:], ["reject", "redirect", "close", "hang"])
        self.assertEqual(api.see(subscription)["consumerStatus"], "STARTED")

    def test_tls_is_verified(self) -> None:
        """Against the consumer's own authority; without it nothing is sent."""
        authority = Authority()
        receiver = self.receiver(tls=server_context(authority.server()))
        api = self.api({"interruptConsumptionOnException": True})
        once = {"retryOption": "No Retry"}
        untrusting = api.subscribe(receiver.url, retry=once)
        store = {"type": "PEM", "content": authority.pem}
        api.subscribe(f"{receiver.url}?trusting", ssl={"trustStore": store})
        api.publish("a")
        self.received(receiver, "a")
        self.assertEqual(receiver.calls[0].path, "/hook?trusting")
        failed = until(
            lambda: (
                (found := api.see(untrusting))["consumerStatus"] == "FAILURE" and found
            ),
            "it has failed",
        )
        self.assertIn("certificate", failed["failureCause"].lower())


class ConnectionTests(WebhookCase):
    """Connections that are kept for the next event, within the API's limits."""

    def test_many_events_take_one_tls_connection(self) -> None:
        """All events share one TLS connection."""
        authority = Authority()
        receiver = self.receiver(tls=server_context(authority.server()))
        api = self.api()
        store = {"type": "PEM", "content": authority.pem}
        api.subscribe(receiver.url, ssl={"trustStore": store})
        texts = [str(number) for number in range(20)]
        api.publish(*texts[:15])
        self.received(receiver, *texts[:15])
        for count, text in enumerate(texts[15:], 16):
            api.publish(text)
            self.received(receiver, *texts[:count])
        self.assertEqual((receiver.connections, receiver.open), (1, 1))

    def test_an_unused_connection_is_closed(self) -> None:
        """
        An idle connection is closed after ``idleTimeout``, and the next event opens
        another.
        """
        receiver = self.receiver()
        api = self.api({"http": {"idleTimeout": 300}})
        api.subscribe(receiver.url)
        api.publish("a", "b")
        self.received(receiver, "a", "b")
        until(lambda: not receiver.open, "the connection is closed")
        api.publish("c")
        self.received(receiver, "a", "b", "c")
        self.assertEqual(receiver.connections, 2)

    def test_no_connection_is_kept(self) -> None:
        """With an ``idleTimeout`` of 0 each event has its own connection."""
        receiver = self.receiver()
        api = self.api({"http": {"idleTimeout": 0}})
        api.subscribe(receiver.url)
        api.publish("a", "b", "c")
        self.received(receiver, "a", "b", "c")
        self.assertEqual(receiver.connections, 3)
        said = [call.headers.get("connection") for call in receiver.calls]
        self.assertEqual(said, ["close"] * 3)

    def test_an_answer_that_never_comes(self) -> None:
        """Ends the attempt after ``readTimeout``, and its connection with it."""
        hold = threading.Event()
        self.addCleanup(hold.set)

        def answer(call: Call) -> Answer:
            if len(receiver.calls) == 1:
                hold.wait(30)
            return 204

        receiver = self.receiver(answer)
        api = self.api({"http": {"readTimeout": 300}})
        api.subscribe(receiver.url, retry=QUICK)
        api.publish("a", "b")
        self.received(receiver, "a", "a", "b")
        self.assertEqual(receiver.connections, 2)
        self.assertLess(receiver.calls[1].at_s - receiver.calls[0].at_s, 5)


class FailureTests(WebhookCase):
    """When delivery gives up."""

    def failed(self, api: Hooked, subscription: dict[str, Any]) -> str:
        """Wait until it has failed, and give the cause."""
        found = until(
            lambda: (
                (one := api.see(subscription))["consumerStatus"] == "FAILURE" and one
            ),
            "it has failed",
        )
        cause: str = found["failureCause"]
        return cause

    def test_gone_and_resumed(self) -> None:
        """410 stops it before the event at hand; it goes on there."""
        answers: list[Answer] = [204, 410]
        receiver = self.receiver(lambda call: answers.pop(0) if answers else 204)
        api = self.api()
        subscription = api.subscribe(receiver.url)
        api.publish("a", "b", "c")
        self.assertIn("410", self.failed(api, subscription))
        self.assertEqual(receiver.texts, ["a", "b"])
        api.act(subscription, "_resumeFailure")
        self.received(receiver, "a", "b", "b", "c")
        self.assertNotIn("failureCause", api.see(subscription))

    def test_many_in_a_row(self) -> None:
        """Repeated failures stop the delivery before the dead-letter list is full."""
        receiver = self.receiver(lambda call: 400)
        api = self.api({"failureThreshold": 3})
        subscription = api.subscribe(receiver.url)
        api.publish(*"abcdef")
        self.assertIn("3 events in a row", self.failed(api, subscription))
        self.assertEqual(receiver.texts, ["a", "b", "c"])
        receiver.answer = lambda call: 204
        api.act(subscription, "_resumeFailure")
        self.received(receiver, *"abcdef")
        self.assertEqual(len(api.letters(subscription)), 3)

    def test_a_full_list(self) -> None:
        """A full dead-letter list stops the delivery, and drops nothing."""
        receiver = self.receiver(lambda call: 400)
        api = self.api({"deadLetters": {"maxEvents": 1}})
        subscription = api.subscribe(receiver.url)
        api.publish("a", "b")
        self.assertIn("full", self.failed(api, subscription))
        path = f"/apis/{api.id}/subscriptions/{subscription['id']}/dead-letters"
        self.daemon.must("DELETE", path)
        receiver.answer = lambda call: 204
        api.act(subscription, "_resumeFailure")
        self.received(receiver, "a", "b", "b")


class ChangeTests(WebhookCase):
    """Changes of a delivery take effect within a second."""

    def silent(self, api: Hooked, receiver: Receiver, act: Any) -> None:
        """Do something after which nothing may come, while events are published."""
        api.publish("before")
        until(lambda: receiver.texts[-1:] == ["before"], "it comes")
        act()
        ended_s = time.monotonic() + 1
        until(lambda: time.monotonic() > ended_s, "a second is over")
        count = len(receiver.calls)
        with contextlib.suppress(NotPublished):
            api.publish("meanwhile")
        until(lambda: time.monotonic() > ended_s + 0.5, "it could have come")
        self.assertEqual(len(receiver.calls), count)

    def test_pause_and_close(self) -> None:
        """
        Events of a pause are delivered after it; after the end nothing is delivered.
        """
        api, receiver = self.api(), self.receiver()
        subscription = api.subscribe(receiver.url)
        self.silent(api, receiver, lambda: api.act(subscription, "_pause"))
        api.act(subscription, "_resume")
        self.received(receiver, "before", "meanwhile")
        self.silent(api, receiver, lambda: api.act(subscription, "_close"))

    def test_plan_and_api(self) -> None:
        """A stopped API goes on where it was; a closed plan is the end."""
        api, receiver = self.api(), self.receiver()
        api.subscribe(receiver.url)
        path = f"/apis/{api.id}"
        self.silent(api, receiver, lambda: self.daemon.must("POST", f"{path}/_stop"))
        self.daemon.must("POST", f"{path}/_start")

        def publish() -> bool:
            with contextlib.suppress(NotPublished):
                api.publish("after")
                return True
            return False

        until(publish, "it is back")
        self.received(receiver, "before", "after")
        close = f"{path}/plans/{api.plan_id}/_close"
        self.silent(api, receiver, lambda: self.daemon.must("POST", close))

    def test_another_url(self) -> None:
        """
        Another URL applies at once, and masked values that are sent back are kept.
        """
        api, one, two = self.api(), self.receiver(), self.receiver()
        auth = {"type": "basic", "basic": {"username": "u", "password": "s3cr3t"}}
        subscription = api.subscribe(one.url, auth=auth)
        made = subscription["consumerConfiguration"]["entrypointConfiguration"]
        api.publish("a")
        self.received(one, "a")
        shown = api.see(subscription)["consumerConfiguration"]
        self.assertNotIn("s3cr3t", str(shown))
        shown["entrypointConfiguration"]["callbackUrl"] = two.url
        api.act(subscription, "", {"consumerConfiguration": shown})
        api.publish("b")
        self.received(two, "b")
        (call,) = two.calls
        self.assertTrue(call.is_signed(made["signature"]["secret"]))
        sent = one.calls[0].headers["authorization"]
        self.assertEqual(call.headers["authorization"], sent)

    def test_the_end_of_its_time(self) -> None:
        """A subscription that ends is not delivered to after that."""
        api, receiver = self.api(), self.receiver()
        subscription = api.subscribe(receiver.url)
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        self.silent(
            api,
            receiver,
            lambda: (
                api.act(subscription, "", {"endingAt": ends}),
                until(lambda: not api.delivery(subscription)["here"], "its end", 5),
            ),
        )

    def test_flows(self) -> None:
        """Flows withhold and change events of a delivery."""
        flow = {
            "name": "f",
            "selectors": [
                {"type": "CHANNEL", "channel": "/", "entrypoints": ["webhook"]}
            ],
            "subscribe": [
                {
                    "policy": "event-filter",
                    "configuration": {"condition": "{#message.content != 'no'}"},
                }
            ],
        }
        api, receiver = self.api(flows=[flow]), self.receiver()
        api.subscribe(receiver.url)
        api.publish("a", "no", "b")
        self.received(receiver, "a", "b")


class GuardTests(WireCase):
    """A daemon whose operator lists no internal address."""

    def cause(self, api: Hooked, subscription: dict[str, Any]) -> Any:
        """Return the reason of a failed delivery, if there is one."""
        return api.see(subscription).get("failureCause")

    def test_loopback_is_refused(self) -> None:
        """
        A callback to loopback is not called, under any name, and the reason is shown.
        """
        daemon = self.start_daemon()
        receiver = Receiver()
        self.addCleanup(receiver.close)
        api = Hooked(daemon, "/guarded")
        for host in ("localhost", "127.0.0.1", "[::1]"):
            url = f"http://{host}:{receiver.port}/"
            subscription = api.subscribe(url)
            api.publish("a")
            failed = until(partial(self.cause, api, subscription), "refused")
            self.assertIn("outbound.allow", failed)
            self.assertEqual(api.letters(subscription), [])
        self.assertEqual(receiver.calls, [])
        again = {"consumerConfiguration": configuration(receiver.url)}
        shown = api.act(subscription, "", again)
        self.assertEqual(shown["consumerStatus"], "STARTED")
