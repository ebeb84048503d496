"""Channels, subscribers and memory of the demo source, on a clock of our own."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.demo.message import Draft
from relay.demo.source import DemoSource
from tests.demo.caller import Caller


class SourceTests(SynchronousTestCase):
    """A source with a keep-alive every 5 s and the default memory."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(1_556_806_691.343)
        self.source = DemoSource(self.clock, max_behind_bytes=1000)
        self.caller = Caller(self.source)

    def subscribe(self, query: str, **headers: str) -> Caller:
        """A caller with an open stream."""
        caller = Caller(self.source)
        self.assertEqual(caller.stream(query, **headers).status, 200)
        return caller


class PublishTests(SourceTests):
    """Messages go from the publisher to the subscribers."""

    def test_head_is_sent_before_the_first_message(self) -> None:
        """A client knows that its stream is open, whatever happens on it."""
        answer = self.caller.stream("channel=a&v=1.1")
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertFalse(answer.finished)

    def test_each_subscriber_of_the_channel_receives_it(self) -> None:
        """A message reaches the streams of its channel and no other."""
        first, second = self.subscribe("channel=a,b"), self.subscribe("channels=b")
        other = self.subscribe("channel=B")
        self.source.publish("b", "name", "hello")
        for caller in (first, second):
            (message,) = caller.answer().messages()
            self.assertEqual(message["data"], "hello")
            self.assertEqual(message["name"], "name")
            self.assertEqual(message["channel"], "b")
            self.assertEqual(message["timestamp"], 1_556_806_691_343)
        self.assertEqual(other.answer().body, b"")

    def test_ids(self) -> None:
        """Ids are unique, ordered, and safe in a Last-Event-ID header."""
        caller = self.subscribe("channel=a")
        self.source.publish_batch("a", [Draft(data="1"), Draft(data="2")])
        self.source.publish("a", None, "3")
        ids = [message["id"] for message in caller.answer().messages()]
        self.assertEqual(
            [name.partition(":")[2] for name in ids], ["0:0", "0:1", "1:0"]
        )
        for event_id in caller.answer().event_ids():
            self.assertRegex(event_id, r"\A[0-9a-f]{8}-[1-9][0-9]*\Z")

    def test_a_batch_is_published_whole_or_not_at_all(self) -> None:
        """An invalid message prevents the whole batch."""
        caller = self.subscribe("channel=a")
        bad = [Draft(data="1"), Draft(data="\ud800")]
        self.assertRaises(UnicodeEncodeError, self.source.publish_batch, "a", bad)
        self.source.publish("a", None, "2")
        self.assertEqual(caller.answer().data(), ["2"])
        self.assertTrue(caller.answer().event_ids()[0].endswith("-1"))

    def test_a_channel_named_twice_delivers_once(self) -> None:
        """Repeats in the query, or in two of its keys, do not repeat messages."""
        caller = self.subscribe("channel=a,a&channels=a")
        self.source.publish("a", None, "once")
        self.assertEqual(caller.answer().data(), ["once"])
        self.assertEqual(self.source.subscribers("a"), 1)

    def test_bare_payloads(self) -> None:
        """``enveloped=false`` delivers the payload alone."""
        caller = self.subscribe("channel=a&enveloped=false")
        self.source.publish("a", "n", "x\ny")
        self.assertIn(b"data: x\ndata: y\n\n", caller.answer().body)


class KeepAliveTests(SourceTests):
    """The heartbeats of a quiet stream."""

    def test_form_and_interval(self) -> None:
        """Every 5 s one comment line goes out, without a blank line."""
        self.caller.stream("channel=a")
        self.clock.advance(4.999)
        self.assertEqual(self.caller.answer().body, b"")
        self.clock.advance(0.001)
        self.assertEqual(self.caller.answer().body, b":keepalive\n")
        self.clock.advance(5)
        self.assertEqual(self.caller.answer().body, b":keepalive\n" * 2)

    def test_between_events_only(self) -> None:
        """A keep-alive never splits an event."""
        self.caller.stream("channel=a&enveloped=false")
        self.source.publish("a", None, "1")
        self.clock.advance(5)
        self.source.publish("a", None, "2")
        before, after = self.caller.answer().body.split(b":keepalive\n")
        self.assertTrue(before.endswith(b"data: 1\n\n"))
        self.assertTrue(after.startswith(b"id: "))

    def test_zero_sends_none(self) -> None:
        """A source without keep-alives stays silent and leaves no timer."""
        source = DemoSource(self.clock, heartbeat_ms=0)
        caller = Caller(source)
        caller.stream("channel=a")
        self.clock.pump([1] * 300)
        self.assertEqual(caller.answer().body, b"")

    def test_timer_stands_still_without_streams(self) -> None:
        """When the last stream has gone nothing is scheduled any more."""
        first, second = self.subscribe("channel=a"), self.subscribe("channel=a")
        first.leave()
        self.assertEqual(len(self.keep_alives()), 1)
        second.leave()
        self.assertEqual(self.keep_alives(), [])

    def keep_alives(self) -> list[float]:
        """When keep-alives are due."""
        due = self.clock.seconds() + 5
        times = [call.getTime() for call in self.clock.getDelayedCalls()]
        return [time for time in times if time == due]


class ResumeTests(SourceTests):
    """Two minutes of memory."""

    def setUp(self) -> None:
        super().setUp()
        for number in range(1, 5):
            self.source.publish("a" if number % 2 else "b", None, str(number))
        self.ids = [
            message.event_id
            for channel in ("a", "b")
            for message in self.source.history(channel, 10, oldest=True)
        ]

    def test_no_last_event_id_starts_now(self) -> None:
        """A new stream has no past."""
        self.assertEqual(self.caller.stream("channel=a,b").body, b"")

    def test_last_event_id_header(self) -> None:
        """The events after the last one come first, then new ones."""
        caller = self.subscribe("channel=a,b", Last_Event_ID=self.ids[0])
        self.source.publish("a", None, "5")
        self.assertEqual(caller.answer().data(), ["2", "3", "4", "5"])

    def test_last_event_id_of_another_channel(self) -> None:
        """An id is a position in all channels, so a reader of fewer resumes too."""
        caller = self.subscribe("channel=b", Last_Event_ID=self.ids[0])
        self.assertEqual(caller.answer().data(), ["2", "4"])

    def test_last_event_id_in_query(self) -> None:
        """Both names of the query parameter work, and the header overrides them."""
        for key in ("lastEvent", "lastEventId"):
            caller = self.subscribe(f"channel=a,b&{key}={self.ids[1]}")
            self.assertEqual(caller.answer().data(), ["4"])
        query = f"channel=a,b&lastEvent={self.ids[0]}"
        caller = self.subscribe(query, Last_Event_ID=self.ids[1])
        self.assertEqual(caller.answer().data(), ["4"])

    def test_two_minutes_and_no_more(self) -> None:
        """A message can be had again for 120 s."""
        self.clock.advance(119.999)
        self.source.publish("a", None, "5")
        caller = self.subscribe("channel=a,b", Last_Event_ID=self.ids[0])
        self.assertEqual(caller.answer().data(), ["2", "3", "4", "5"])
        self.clock.advance(0.002)
        caller = self.subscribe("channel=a,b", Last_Event_ID=self.ids[0])
        self.assertEqual(caller.answer().data(), ["5"])

    def test_id_of_an_earlier_run(self) -> None:
        """With an id of an earlier run a client receives the whole history."""
        caller = self.subscribe("channel=a,b", Last_Event_ID="ffffffff-900")
        self.assertEqual(caller.answer().data(), ["1", "2", "3", "4"])

    def test_id_of_nobody(self) -> None:
        """An id that no source gave out counts as absent; the stream opens."""
        run = self.ids[0].partition("-")[0]
        for foreign in ("17", "cbfKayrzgAXDWM:1556806691343-0", f"{run}-5", "x" * 300):
            caller = self.subscribe("channel=a,b", Last_Event_ID=foreign)
            self.assertEqual(caller.answer().body, b"")

    def test_rewind(self) -> None:
        """``rewind=N`` sends the last N of each channel first."""
        caller = self.subscribe("channel=a,b&rewind=1")
        self.assertEqual(caller.answer().data(), ["3", "4"])
        caller = self.subscribe("channel=a&rewind=100")
        self.assertEqual(caller.answer().data(), ["1", "3"])

    def test_rewind_is_for_new_streams(self) -> None:
        """A stream that resumes is not rewound."""
        query = "channel=a,b&rewind=4"
        caller = self.subscribe(query, Last_Event_ID=self.ids[1])
        self.assertEqual(caller.answer().data(), ["4"])

    def test_no_gap_and_no_repeat_over_many_cuts(self) -> None:
        """A reader that is cut over and over receives every message once."""
        seen: list[str] = []
        position = self.ids[0]
        for number in range(100, 150):
            caller = self.subscribe("channel=a,b", Last_Event_ID=position)
            self.source.publish("b", None, str(number))
            caller.leave()
            self.source.publish("a", None, f"{number} while away")
            seen += caller.answer().data()
            position = caller.answer().event_ids()[-1]
        last = self.subscribe("channel=a,b", Last_Event_ID=position)
        seen += last.answer().data()
        expected = ["2", "3", "4"]
        for number in range(100, 150):
            expected += [str(number), f"{number} while away"]
        self.assertEqual(seen, expected)


class PaceTests(SourceTests):
    """A client that reads slower than messages come."""

    def test_waits_while_the_transport_is_full(self) -> None:
        """A full transport is not written to, and receives all messages later."""
        caller = self.subscribe("channel=a")
        caller.stall()
        self.source.publish("a", None, "1")
        self.source.publish("a", None, "2")
        self.clock.advance(5)
        self.assertEqual(caller.answer().body, b"")
        caller.drain()
        self.assertEqual(caller.answer().data(), ["1", "2"])

    def test_cut_when_too_far_behind(self) -> None:
        """A client further behind than allowed is reset, and the others are not."""
        slow, fast = self.subscribe("channel=a"), self.subscribe("channel=a")
        slow.stall()
        for number in range(10):
            self.source.publish("a", None, f"{number} {'x' * 100}")
        self.assertTrue(slow.transport.disconnected)
        self.assertFalse(slow.answer().finished)
        self.assertEqual(self.source.subscribers("a"), 1)
        self.assertEqual(len(fast.answer().data()), 10)
        slow.leave()
        self.assertEqual(self.source.streams, 1)

    def test_backlog_does_not_count_as_behind(self) -> None:
        """A long resume on a full transport is no reason to cut."""
        for number in range(50):
            self.source.publish("a", None, str(number))
        caller = Caller(self.source)
        caller.stall()
        caller.stream("channel=a&rewind=50")
        self.source.publish("a", None, "last")
        self.assertEqual(self.source.subscribers("a"), 1)
        caller.drain()
        self.assertEqual(
            caller.answer().data(), [str(number) for number in range(50)] + ["last"]
        )
        caller.stall()
        self.source.publish("a", None, "x" * 1000)
        self.assertTrue(caller.transport.disconnected)


class EndTests(SourceTests):
    """Every end of a stream frees its state."""

    def assert_forgotten(self) -> None:
        """Check that the source holds no stream."""
        self.assertEqual(self.source.streams, 0)
        self.assertEqual(self.source.subscribers("a"), 0)
        self.source.publish("a", None, "nobody there")

    def test_client_leaves(self) -> None:
        """A lost connection frees the subscription at once."""
        caller = self.subscribe("channel=a,b")
        self.assertEqual(self.source.subscribers("b"), 1)
        caller.leave()
        self.assert_forgotten()

    def test_client_leaves_while_stalled(self) -> None:
        """Messages that wait for a client are dropped with the client."""
        caller = self.subscribe("channel=a")
        caller.stall()
        self.source.publish("a", None, "waiting")
        caller.leave()
        self.assert_forgotten()

    def test_close_all_resets(self) -> None:
        """An abrupt end leaves the response unfinished."""
        callers = [self.subscribe("channel=a") for _ in range(3)]
        self.source.close_all()
        for caller in callers:
            self.assertTrue(caller.transport.disconnected)
            self.assertFalse(caller.answer().finished)
            caller.leave()
        self.assert_forgotten()

    def test_end_all_finishes(self) -> None:
        """A proper end delivers what waits and ends the response."""
        caller = self.subscribe("channel=a")
        caller.stall()
        self.source.publish("a", None, "waiting")
        self.source.end_all()
        self.assertTrue(caller.answer().finished)
        self.assertEqual(caller.answer().data(), ["waiting"])
        self.assertFalse(caller.transport.disconnected)
        self.assert_forgotten()
