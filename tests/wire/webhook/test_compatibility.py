"""Webhooks of consumers of Gravitee: what counts as an attempt, and what ends them."""

from __future__ import annotations

from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import SharedDaemon, until
from tests.wire.webhook.hooked import ALLOWED, Hooked
from tests.wire.webhook.receiver import Answer, Receiver

SHARED = SharedDaemon(lambda _: ALLOWED)
RETRY = {
    "retryOption": "Retry On Fail",
    "retryStrategy": "LINEAR",
    "initialDelaySeconds": 1,
    "maxDelaySeconds": 1,
}


class CompatibleTests(WireCase):
    """Each test has an API and a receiver of its own."""

    def setUp(self) -> None:
        """Start both."""
        self.answers: list[Answer] = []
        self.receiver = Receiver(lambda call: self.answers.pop(0))
        self.addCleanup(self.receiver.close)
        path = f"/{self.id().rpartition('.')[2]}"
        self.api = Hooked(SHARED.get(), path, {"compatibility": "gravitee"})
        self.subscription: dict[str, Any] = self.api.subscribe(
            self.receiver.url, retry=RETRY
        )

    def received(self, *texts: str) -> None:
        """Wait for exactly these events."""
        until(lambda: len(self.receiver.calls) >= len(texts), f"{len(texts)} calls")
        self.assertEqual(self.receiver.texts, list(texts))

    def failed(self) -> str:
        """Wait for the end of the delivery, and return its cause."""

        def cause() -> str | None:
            shown = self.api.see(self.subscription)
            found: str | None = shown.get("failureCause")
            return found if shown["consumerStatus"] == "FAILURE" else None

        found: str = until(cause, "delivery stops")
        self.assertEqual(self.api.letters(self.subscription), [])
        return found

    def test_a_receiver_that_fails(self) -> None:
        """An attempt and three more; then the delivery stops at this event."""
        self.answers += [500] * 4
        self.api.publish("a", "b")
        self.assertIn("500", self.failed())
        self.received("a", "a", "a", "a")
        self.answers += [204, 204]
        self.api.act(self.subscription, "_resumeFailure")
        self.received("a", "a", "a", "a", "a", "b")

    def test_a_receiver_that_fails_for_a_while(self) -> None:
        """The event is sent again, and the next one follows."""
        self.answers += [500, 500, 200, 200]
        self.api.publish("a", "b")
        self.received("a", "a", "a", "b")
        self.assertEqual(self.api.see(self.subscription)["consumerStatus"], "STARTED")

    def test_a_receiver_that_rejects_an_event(self) -> None:
        """The delivery stops at once."""
        self.answers += [200, 200, 400]
        self.api.publish("a", "b", "c", "d")
        self.assertIn("400", self.failed())
        self.received("a", "b", "c")
