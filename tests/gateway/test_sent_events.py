"""The count of the events that a client was sent."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.gateway.sent_events import SentEvents
from relay.http.client_stream import Ledger
from relay.model.marks import Mark
from relay.observability.timeline import Timeline


class SentEventsTests(SynchronousTestCase):
    """Events of one response."""

    def setUp(self) -> None:
        """Count from 0."""
        self.clock = Clock()
        self.ledger = Ledger()
        self.timeline = Timeline(self.clock.seconds)
        self.events = SentEvents(self.ledger, self.timeline)

    def test_the_first_is_noted(self) -> None:
        """When it ends, and no other event is."""
        self.events.find_in_body(Headers())
        self.assertEqual(self.events.feed(b": comment\n\ndata: 1\n"), 0)
        self.assertFalse(self.events.any)
        self.clock.advance(3)
        self.assertEqual(self.events.feed(b"\ndata: 2\n\n"), 2)
        self.clock.advance(3)
        self.assertEqual(self.events.feed(b"data: 3\n\n"), 1)
        self.assertTrue(self.events.any)
        self.assertEqual(self.ledger.events, 3)
        self.assertEqual(self.timeline.moments, [(3.0, Mark.FIRST_EVENT, ())])

    def test_other_bodies(self) -> None:
        """Only an event stream has events."""
        self.assertEqual(self.events.feed(b"data: 1\n\n"), 0)
        self.assertEqual(self.timeline.moments, [])

    def test_frames(self) -> None:
        """Events of another framing are counted by who frames them."""
        self.events.add(0)
        self.events.add(2)
        self.events.add(1)
        self.assertEqual(self.ledger.events, 3)
        self.assertEqual(self.timeline.moments, [(0.0, Mark.FIRST_EVENT, ())])
