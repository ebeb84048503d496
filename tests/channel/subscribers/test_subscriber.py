"""The states of a subscriber, and what changes them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.subscribers.subscriber import TRANSITIONS, Event, State
from tests.channel.readers import Moment, Reader, messages


class TableTests(SynchronousTestCase):
    """The table of transitions by itself."""

    def test_every_state_has_a_row(self) -> None:
        """Each state can be reached, and each event happens in some state."""
        self.assertEqual(set(TRANSITIONS), set(State))
        reached = {after for row in TRANSITIONS.values() for after in row.values()}
        self.assertEqual(reached, set(State))
        events = {event for row in TRANSITIONS.values() for event in row}
        self.assertEqual(events, set(Event))

    def test_the_client_may_always_pause_resume_and_leave(self) -> None:
        """While the subscriber is attached; nothing is delivered once it has paused."""
        for state, row in TRANSITIONS.items():
            if state is State.DETACHED:
                continue
            self.assertIs(row[Event.DETACH], State.DETACHED)
            self.assertIn(row[Event.PAUSE], (State.PAUSED, State.SKIPPING))
            self.assertNotIn(row[Event.RESUME], (State.PAUSED, State.SKIPPING))

    def test_only_one_that_has_read_everything_becomes_live(self) -> None:
        """No other event leads there."""
        ways = {
            (before, event)
            for before, row in TRANSITIONS.items()
            for event, after in row.items()
            if after is State.LIVE and before is not State.LIVE
        }
        self.assertEqual(ways, {(State.CATCHING_UP, Event.CATCH_UP)})


class WalkTests(SynchronousTestCase):
    """Subscribers of a channel."""

    def setUp(self) -> None:
        """Open a channel with a short history."""
        self.moment = Moment()
        self.channel = self.moment.channel(history={"maxEvents": 3})

    def test_from_the_start_to_the_end(self) -> None:
        """Each state as the client's pace makes it."""
        reader = Reader(self.channel, slow={"policy": "skip"})
        subscriber = reader.subscriber
        states = [subscriber.state]
        reader.start()
        states.append(subscriber.state)
        subscriber.pause()
        states.append(subscriber.state)
        self.channel.publish(messages("a", "b", "c", "d"))
        self.assertIs(subscriber.state, State.SKIPPING)
        subscriber.pause()
        states.append(subscriber.state)
        subscriber.resume()
        states.append(subscriber.state)
        subscriber.leave()
        states.append(subscriber.state)
        self.assertEqual(
            states,
            [
                State.PAUSED,
                State.LIVE,
                State.PAUSED,
                State.SKIPPING,
                State.LIVE,
                State.DETACHED,
            ],
        )
        subscriber.pause()
        subscriber.resume()
        subscriber.settle()
        self.assertIs(subscriber.state, State.DETACHED)

    def test_a_place_that_is_awaited(self) -> None:
        """The client may pause meanwhile; it waits on when it takes more."""
        before = self.moment.channel()
        before.publish(messages("a", "b", source_ids=True))
        held = before.log.last_event_id
        Reader(self.channel, before.log.entries(1, 1)[0].id).start()
        reader = Reader(self.channel, held).start()
        subscriber = reader.subscriber
        self.assertIs(subscriber.state, State.WAITING_FOR_PLACE)
        subscriber.pause()
        self.assertIs(subscriber.state, State.PAUSED)
        subscriber.resume()
        self.assertIs(subscriber.state, State.WAITING_FOR_PLACE)
        subscriber.pause()
        self.channel.publish(messages("b", "c", source_ids=True))
        self.assertEqual((subscriber.state, reader.seen), (State.PAUSED, []))
        subscriber.resume()
        self.assertEqual((subscriber.state, reader.seen), (State.LIVE, ["c"]))

    def test_what_it_looks_like(self) -> None:
        """State and position, or the event that it waits for."""
        subscriber = Reader(self.channel).subscriber
        self.assertEqual(repr(subscriber), "<ByteSubscriber paused at 1>")
        subscriber.awaited = "x"
        self.assertEqual(repr(subscriber), "<ByteSubscriber paused after 'x'>")

    def test_what_cannot_happen(self) -> None:
        """A transition that is not in the table raises KeyError."""
        subscriber = Reader(self.channel).subscriber
        self.assertRaises(KeyError, subscriber.change, Event.CATCH_UP)
