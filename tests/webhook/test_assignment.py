"""The deliveries that a subscription asks for."""

from __future__ import annotations

from dataclasses import replace

from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.deliveries import DeadLetter
from relay.webhook.assignment import Assignment
from relay.webhook.event import OutgoingEvent
from tests.webhook.desk import URL, Desk

EVENT = OutgoingEvent("e-1", "message", "", "text/plain", b"a", {})


class AssignmentTests(SynchronousTestCase):
    """One API of topics."""

    def setUp(self) -> None:
        """Make it."""
        self.desk = Desk()

    def test_read(self) -> None:
        """
        The assignment holds the options of the subscription and of the entrypoint.
        """
        desk = Desk({"interruptConsumptionOnException": False})
        one = Assignment.of(desk.api(), desk.subscription("sub-1"))
        self.assertEqual(one.id, "sub-1")
        self.assertEqual(one.webhook.callback_url, URL)
        self.assertFalse(one.options.interrupt_consumption_on_exception)

    def test_a_subscription_that_cannot_be_read(self) -> None:
        """An invalid subscription is refused as a whole."""
        for changed in (
            self.desk.subscription(webhook={"callbackUrl": "no URL"}),
            replace(self.desk.subscription(), consumer_configuration={}),
        ):
            with self.assertRaises(ValueError):
                Assignment.of(self.desk.api(), changed)

    def test_what_lets_a_delivery_go_on(self) -> None:
        """The same deployment, plan and configuration; its times may change."""
        api, one = self.desk.api(), self.desk.subscription()
        key = Assignment.key(api, one)
        same = replace(one, ends_at_ms=5)
        self.assertEqual(Assignment.key(api, same), key)
        others = (
            (self.desk.api(), one),
            (api, replace(one, plan_id="other")),
            (api, self.desk.subscription(channel="/other")),
            (api, replace(one, metadata={"tier": "gold"})),
            (api, replace(one, application_name="another")),
            (api, replace(one, client_id="another")),
            (api, self.desk.subscription(webhook={"callbackUrl": f"{URL}/b"})),
        )
        for deployment, subscription in others:
            self.assertNotEqual(Assignment.key(deployment, subscription), key)

    def test_marks(self) -> None:
        """Another event, another receiver or a replay has another mark."""
        one = self.desk.assignment()
        mark = one.mark(EVENT, None)
        self.assertEqual(self.desk.assignment().mark(EVENT, None), mark)
        elsewhere = self.desk.assignment(callbackUrl=f"{URL}/b")
        self.assertNotEqual(elsewhere.mark(EVENT, None), mark)
        self.assertNotEqual(one.mark(replace(EVENT, id="e-2"), None), mark)
        letter = DeadLetter("letter-1", "sub", EVENT.id, 0, 1, 500, "", {})
        self.assertNotEqual(one.mark(EVENT, letter), mark)
        self.assertTrue(one.mark(EVENT, letter).startswith("letter-1 "))

    def test_its_channel(self) -> None:
        """The channel is that of the topic in the subscription."""
        one = self.desk.assignment()
        self.assertIs(one.open_channel(), self.desk.topic())
