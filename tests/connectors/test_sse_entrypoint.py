"""Event streams in memory; over sockets they are in tests/wire."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.sse_entrypoint import sse_entrypoint
from relay.model.outcome import COMES_BACK, Outcome
from tests.channel.readers import messages
from tests.connectors.desk import Api, Desk


class HeadTests(SynchronousTestCase):
    """HEAD: the head of the stream and nothing behind it."""

    def test_head(self) -> None:
        """No channel is opened, and a bad parameter is refused as with GET."""
        api = Api(sse_entrypoint, {})
        desk = api.call(method=b"HEAD", accept="text/event-stream")
        self.assertEqual((desk.status, desk.written), (200, b""))
        self.assertIs(desk.outcome, Outcome.COMPLETED)
        self.assertEqual(len(list(api.channels)), 0)


class GoodbyeTests(SynchronousTestCase):
    """The last event of a stream."""

    def told(self, outcome: Outcome, **options: str) -> bytes:
        """End a stream after an event, and give what follows on the event."""
        api = Api(sse_entrypoint, dict(options))
        desk = api.call(accept="text/event-stream")
        api.channel.publish(messages("a"))
        goodbye: bytes = desk.feed.goodbye(outcome)
        before, _, told = (desk.written + goodbye).partition(b"data: a\n\n")
        desk.end(outcome)
        self.assertEqual(desk.outcome, outcome)
        self.assertIn(b"id: ", before)
        return told

    def test_goodbye(self) -> None:
        """A client that may reconnect at once receives ``goaway``."""
        for outcome in COMES_BACK:
            self.assertEqual(self.told(outcome), b"event: goaway\ndata: \n\n")

    def test_one_of_many(self) -> None:
        """A client whose end is spread over a time comes back soon."""
        api = Api(sse_entrypoint, {"retryMs": {"min": 1500, "max": 90_000}})
        desk = api.call(accept="text/event-stream")
        desk.leaves_evenly = True
        goodbye = desk.feed.goodbye(Outcome.DRAINED)
        self.assertEqual(goodbye, b"retry: 1500\nevent: goaway\ndata: \n\n")
        desk.end(Outcome.DRAINED)

    def test_before_the_first_event(self) -> None:
        """A client that was not told a reconnection time yet is told one."""
        api = Api(sse_entrypoint, {"retryMs": {"min": 1500, "max": 1500}})
        desk = api.call(accept="text/event-stream")
        goodbye = desk.feed.goodbye(Outcome.STOPPED)
        self.assertEqual(goodbye, b"retry: 1500\nevent: goaway\ndata: \n\n")
        desk.end(Outcome.STOPPED)

    def test_an_error(self) -> None:
        """Where coming back does not help the reason is named."""
        for outcome in (Outcome.REVOKED, Outcome.EXPIRED, Outcome.INTERNAL_ERROR):
            expected = b'event: error\ndata: {"reason": "%b"}\n\n' % outcome.encode()
            self.assertEqual(self.told(outcome), expected)

    def test_nothing_but_the_events_of_the_source(self) -> None:
        """If the publisher wants it so."""
        for outcome in (Outcome.STOPPED, Outcome.REVOKED):
            self.assertEqual(self.told(outcome, controlEvents="off"), b"")


class GraviteeTests(SynchronousTestCase):
    """Streams for clients of Gravitee."""

    def open(self, api: Api, last_event_id: str = "") -> Desk:
        """Open a stream."""
        return api.call(accept="text/event-stream", last_event_id=last_event_id)

    def test_a_stream(self) -> None:
        """The reconnection time comes at once, events have the source's ids."""
        api = Api(sse_entrypoint, {"compatibility": "gravitee"})
        desk = self.open(api)
        self.assertRegex(desk.written, rb"\Aretry: \d+\n\n\Z")
        head = len(desk.written)
        api.channel.publish(messages("a", "b", source_ids=True))
        api.clock.advance(0)
        events = b"id: %b\nevent: message\ndata: %b\n\n"
        expected = events % (b"a", b"a") + events % (b"b", b"b")
        self.assertEqual(desk.written[head:], expected)
        api.clock.pump([0.25] * 21)
        self.assertEqual(desk.written[head + len(expected) :], b":\n\n")

    def test_a_client_that_comes_back(self) -> None:
        """A client continues after the source's id that it sends."""
        api = Api(sse_entrypoint, {"compatibility": "gravitee"})
        self.open(api)
        api.channel.publish(messages("a", "b", "c", source_ids=True))
        api.clock.advance(0)
        again = self.open(api, last_event_id="b")
        api.clock.advance(0)
        _, _, events = again.written.partition(b"\n\n")
        self.assertEqual(events, b"id: c\nevent: message\ndata: c\n\n")

    def test_goodbye(self) -> None:
        """It says what the client is to do."""
        api = Api(sse_entrypoint, {"compatibility": "gravitee"})
        desk = self.open(api)
        goodbye = desk.feed.goodbye(Outcome.STOPPED)
        self.assertEqual(
            goodbye, b"event: goaway\ndata: Stopping, please reconnect\n\n"
        )
        desk.end(Outcome.STOPPED)
