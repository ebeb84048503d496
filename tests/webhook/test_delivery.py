"""The delivery of one subscription, with a clock that the test advances."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult
from relay.webhook.attempts import JITTER
from relay.webhook.delivery import AGAIN_S, Delivery
from relay.webhook.event import OutgoingEvent
from relay.webhook.progress import FLUSH_S, Progress
from tests.webhook.desk import Desk, Post, courier


class DeliveryCase(SynchronousTestCase):
    """A desk, a post, and a delivery between them."""

    def begin(
        self,
        options: dict[str, Any] | None = None,
        webhook: dict[str, Any] | None = None,
        **history: Any,
    ) -> None:
        """Start a delivery."""
        self.desk = Desk(options, **history)
        self.post = Post()
        self.progress = Progress(self.desk.clock, self.desk.store)
        self.webhook = webhook or {}
        self.told: list[tuple[str, int, str]] = []
        self.again()

    def again(self) -> None:
        """Start another one, as after a restart."""
        self.delivery = Delivery(
            self.desk.assignment(**self.webhook),
            self.desk.clock,
            self.desk.wall_ms,
            courier(self.post),
            self.progress,
            self.tell,
        )
        self.delivery.start()

    def tell(
        self,
        assignment: Assignment,
        event: OutgoingEvent,
        attempt: int,
        result: AttemptResult,
        next_step: str,
        took_s: float,
    ) -> None:
        """Note an attempt."""
        self.told.append((event.body.decode(), attempt, next_step))

    def flushed(self) -> Any:
        """Advance the clock until the state is written, and return it."""
        self.desk.clock.advance(FLUSH_S)
        return self.desk.store.states["sub"]


class OrderTests(DeliveryCase):
    """Events are sent one at a time, in order."""

    def test_one_after_the_other(self) -> None:
        """The next is sent when the one before is taken; the rest stays in the log."""
        self.begin()
        self.post.answers = [None, None]
        self.desk.publish("a", "b")
        self.desk.publish("c")
        self.assertEqual(self.post.texts, ["a"])
        shown = self.delivery.as_json()
        self.assertEqual((shown["state"], shown["behind"]), ("SENDING", 3))
        self.post.open.pop().callback(AttemptResult(200))
        self.assertEqual(self.post.texts, ["a", "b"])
        self.post.open.pop().callback(AttemptResult(200))
        self.assertEqual(self.post.texts, ["a", "b", "c"])
        shown = self.delivery.as_json()
        self.assertEqual((shown["state"], shown["behind"]), ("WAITING", 0))
        state = self.flushed()
        newest = self.desk.topic().log.last_event_id
        self.assertEqual((state.delivered, state.position), (3, newest))

    def test_it_goes_on_where_it_was(self) -> None:
        """A new delivery of the subscription continues after the accepted events."""
        self.begin()
        self.desk.publish("a")
        self.successResultOf(self.delivery.stop(0))
        self.desk.publish("b", "c")
        self.assertEqual(self.post.texts, ["a"])
        self.again()
        self.assertEqual(self.post.texts, ["a", "b", "c"])
        self.assertEqual(self.flushed().gaps, 0)

    def test_a_place_from_the_beginning(self) -> None:
        """A delivery that has sent nothing yet keeps its place over a restart."""
        self.begin()
        self.successResultOf(self.delivery.stop(0))
        self.desk.publish("a")
        self.progress = Progress(self.desk.clock, self.desk.store)
        self.again()
        self.assertEqual(self.post.texts, ["a"])

    def test_a_place_that_is_gone(self) -> None:
        """A gap is reported in the state and with the next event."""
        self.begin(maxEvents=2)
        self.post.answers = [None]
        self.desk.publish("a")
        self.desk.publish("b", "c", "d", "e")
        self.desk.clock.advance(1)
        self.post.open.pop().callback(AttemptResult(204))
        self.desk.clock.advance(0)
        self.assertEqual(
            self.post.sent, [("a", 1, None), ("d", 1, "evicted"), ("e", 1, None)]
        )
        state = self.flushed()
        self.assertEqual((state.gaps, state.delivered), (1, 3))
        assert state.last_gap is not None
        self.assertEqual(state.last_gap["reason"], "evicted")

    def test_a_channel_that_is_closed(self) -> None:
        """
        The delivery continues on the next channel, with a gap for what that channel
        does not hold.
        """
        self.begin()
        self.desk.publish("a")
        self.desk.channels.reset()
        self.desk.clock.advance(0)
        self.desk.publish("b")
        self.assertEqual(self.post.sent[1:], [("b", 1, "unknown_id")])


class RetryTests(DeliveryCase):
    """Events that were not accepted at the first attempt."""

    def test_delays(self) -> None:
        """Growing, less a quarter at the most; then the dead-letter list."""
        retry = {"maxAttempts": 3, "initialDelaySeconds": 4}
        self.begin(webhook={"retry": retry})
        self.post.answers = [500, AttemptResult(None, "no answer"), 503]
        self.desk.publish("a", "b")
        for number, delay_s in ((1, 4), (2, 8)):
            self.assertEqual(len(self.post.sent), number)
            self.assertEqual(self.delivery.as_json()["state"], "RETRYING")
            self.desk.clock.advance(delay_s * (1 - JITTER) - 0.01)
            self.assertEqual(len(self.post.sent), number)
            self.desk.clock.advance(delay_s * JITTER + 0.02)
        self.assertEqual(self.post.texts, ["a", "a", "a", "b"])
        (letter,) = self.desk.store.dead
        self.assertEqual((letter.attempts, letter.status), (3, 503))
        self.assertEqual(letter.event["data"], "a")
        results = [("a", 1, "retry"), ("a", 2, "retry"), ("a", 3, "rejected")]
        self.assertEqual(self.told, [*results, ("b", 1, "delivered")])
        state = self.flushed()
        self.assertEqual((state.failed, state.failed_in_a_row), (3, 0))

    def test_retry_after(self) -> None:
        """``Retry-After`` delays the next attempt if it is longer than the delay."""
        self.begin()
        self.post.answers = [AttemptResult(429, retry_after_s=50)]
        self.desk.publish("a")
        self.desk.clock.advance(49)
        self.assertEqual(len(self.post.sent), 1)
        self.desk.clock.advance(1)
        self.assertEqual(len(self.post.sent), 2)

    def restart(self) -> None:
        """End as a killed process does, and start again from the store."""
        self.delivery.stop(0)
        self.progress = Progress(self.desk.clock, self.desk.store)
        self.again()

    def test_attempts_are_counted_over_restarts(self) -> None:
        """The number of attempts is stored, and the delay applies after a restart."""
        retry = {"maxAttempts": 4, "initialDelaySeconds": 4, "maxDelaySeconds": 4}
        self.begin(webhook={"retry": retry})
        self.post.answers = [503] * 10
        self.desk.publish("a")
        for number in (2, 3, 4):
            self.restart()
            self.desk.clock.advance(4 * (1 - JITTER) - 0.01)
            self.assertEqual(len(self.post.sent), number - 1, "too soon")
            self.desk.clock.advance(4 * JITTER + 0.02)
            self.assertEqual(self.post.sent[-1], ("a", number, None))
        (letter,) = self.desk.store.dead
        self.assertEqual(letter.attempts, 4)
        state = self.flushed()
        self.assertEqual((state.trying, state.attempts, state.failed), (None, 0, 4))
        self.restart()
        self.post.answers = []
        self.desk.publish("b")
        self.assertEqual(self.post.sent[-1], ("b", 1, None))

    def test_attempts_begin_anew_elsewhere(self) -> None:
        """A receiver that was changed has not been tried."""
        self.begin(webhook={"retry": {"maxAttempts": 2}})
        self.post.answers = [503, 204]
        self.desk.publish("a")
        self.webhook = {**self.webhook, "callbackUrl": "https://other.example/"}
        self.restart()
        self.assertEqual(self.post.sent, [("a", 1, None), ("a", 1, None)])
        self.assertEqual(self.flushed().attempts, 0)

    def test_attempts_of_a_dead_letter_are_counted_over_restarts(self) -> None:
        """When it is sent again."""
        self.begin(webhook={"retry": {"maxAttempts": 2, "initialDelaySeconds": 1}})
        self.post.answers = [400, 503, 503]
        self.desk.publish("a")
        self.desk.store.replay_all()
        self.delivery.look_for_replays()
        self.restart()
        self.desk.clock.advance(1)
        self.assertEqual([number for _, number, _ in self.post.sent], [1, 1, 2])
        self.assertEqual([one.attempts for one in self.desk.store.dead], [2])
        self.assertEqual(self.flushed().trying, None)

    def test_interrupted(self) -> None:
        """The publisher may want delivery to stop instead, by what went wrong."""
        for option, answer in (
            ("interruptConsumptionOnServerError", 500),
            ("interruptConsumptionOnException", AttemptResult(None, "no answer")),
        ):
            self.begin({option: True}, {"retry": {"retryOption": "No Retry"}})
            self.post.answers = [400, answer]
            self.desk.publish("a", "b", "c")
            self.assertEqual(self.post.texts, ["a", "b"])
            self.assertEqual(len(self.desk.store.causes), 1)
            self.assertTrue(self.delivery.gave_up)

    def test_the_store_is_down(self) -> None:
        """
        The next event waits until a failed event has been added to the dead-letter
        list.
        """
        self.begin()
        self.post.answers = [400]
        self.desk.store.down = True
        self.desk.publish("a", "b")
        self.desk.clock.advance(AGAIN_S)
        self.assertEqual(self.post.texts, ["a"])
        self.desk.store.down = False
        self.desk.clock.advance(AGAIN_S)
        self.assertEqual(self.post.texts, ["a", "b"])
        self.assertEqual(len(self.desk.store.dead), 1)
        self.flushLoggedErrors()


class DefectTests(DeliveryCase):
    """An event that the relay itself cannot send."""

    def test_no_base64(self) -> None:
        """
        An event with invalid base64 goes to the dead-letter list, and the next event is
        sent.
        """
        self.begin()
        bad = Message("12***AAA=", binary=True)
        self.desk.topic().publish([bad, Message("next")])
        self.desk.clock.advance(0)
        self.assertEqual(self.post.texts, ["next"])
        (letter,) = self.desk.store.dead
        self.assertEqual(letter.reason, "the event's data is no base64")
        self.desk.store.replay_all()
        self.delivery.look_for_replays()
        self.assertEqual(len(self.desk.store.dead), 1)
        self.desk.publish("last")
        self.assertEqual(self.post.texts, ["next", "last"])

    def test_a_defect_in_sending(self) -> None:
        """
        An unexpected error counts as an attempt, so that no event is retried for ever.
        """
        self.begin(webhook={"retry": {"retryOption": "No Retry"}})
        send = self.post.send
        self.post.send = None  # type: ignore[method-assign,assignment]
        self.desk.publish("a")
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
        self.post.send = send  # type: ignore[method-assign]
        self.desk.publish("b")
        self.assertEqual(self.post.texts, ["b"])
        self.assertEqual([one.event["data"] for one in self.desk.store.dead], ["a"])

    def test_a_defect_in_reading(self) -> None:
        """The channel is read again, from the same place."""
        self.begin()
        begin, self.delivery._attempts.begin = self.delivery._attempts.begin, None  # type: ignore[method-assign,assignment]
        self.desk.publish("a")
        self.assertEqual(len(self.flushLoggedErrors(TypeError)), 1)
        self.delivery._attempts.begin = begin  # type: ignore[method-assign]
        self.desk.clock.advance(AGAIN_S)
        self.assertEqual(self.post.texts, ["a"])


class ReplayTests(DeliveryCase):
    """Dead letters that are sent again."""

    def test_before_the_next_event(self) -> None:
        """Accepted replays leave the list; others stay in the list, in their order."""
        self.begin()
        self.post.answers = [400, 400, 400]
        self.desk.publish("a", "b", "c")
        self.assertEqual(len(self.desk.store.dead), 3)
        self.post.answers = [204, 422, None]
        self.desk.store.replay_all()
        self.delivery.look_for_replays()
        self.desk.publish("d")
        self.assertEqual(self.post.texts[3:], ["a", "b", "c"])
        self.post.open.pop().callback(AttemptResult(204))
        self.assertEqual(self.post.texts[6:], ["d"])
        (letter,) = self.desk.store.dead
        self.assertEqual((letter.event["data"], letter.status), ("b", 422))
        self.assertFalse(letter.replay)

    def test_without_a_gap_of_its_own(self) -> None:
        """A gap is reported with the next event of the channel, not with a replay."""
        self.begin()
        self.post.answers = [400]
        self.desk.publish("a")
        self.desk.store.replay_all()
        self.desk.channels.reset()
        self.delivery.look_for_replays()
        self.desk.clock.advance(0)
        self.desk.publish("b")
        self.assertEqual(self.post.sent[1:], [("a", 1, None), ("b", 1, "unknown_id")])


class EndTests(DeliveryCase):
    """Stopping, and being taken over."""

    def test_grace(self) -> None:
        """An attempt may end; after that its connection is dropped."""
        self.begin()
        self.post.answers = [None, None]
        self.desk.publish("a", "b")
        stopped = self.delivery.stop(1.0)
        self.assertNoResult(stopped)
        self.post.open.pop().callback(AttemptResult(200))
        self.successResultOf(stopped)
        self.assertEqual(self.flushed().delivered, 1)
        self.again()
        stopped = self.delivery.stop(1.0)
        self.desk.clock.advance(1.0)
        self.successResultOf(stopped)
        self.assertEqual(self.post.dropped, 1)
        self.assertEqual(self.flushed().failed, 0)
        self.again()
        self.assertEqual(self.post.texts, ["a", "b", "b"])

    def test_between_two_attempts(self) -> None:
        """
        A stop between attempts ends at once; the next delivery sends the event when it
        is due.
        """
        self.begin()
        self.post.answers = [500]
        self.desk.publish("a")
        self.successResultOf(self.delivery.stop(1.0))
        self.desk.clock.advance(100)
        self.assertEqual(self.post.texts, ["a"])
        self.again()
        self.assertEqual(self.post.texts, ["a"])
        self.desk.clock.advance(1)
        self.assertEqual(self.post.texts, ["a", "a"])

    def test_another_process(self) -> None:
        """A process that has lost the lease does not repeat an attempt."""
        self.begin()
        self.post.answers = [500]
        self.desk.publish("a")
        self.desk.lease.here = False
        self.desk.clock.advance(100)
        self.assertEqual(self.post.texts, ["a"])
