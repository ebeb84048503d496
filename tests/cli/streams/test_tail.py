"""What is noted about a stream."""

from __future__ import annotations

import io
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.output import Output
from relay.cli.streams.printing import EventPrinter
from relay.cli.streams.rates import StatusLine
from relay.cli.streams.tail import Tail, doctor_of
from relay.eventstream.event import Event

RESPONSE: Any = None
NOTE = "relay: connected, no event yet; see relay doctor --api orders\n"


class SilenceTests(SynchronousTestCase):
    """A stream without an event."""

    def setUp(self) -> None:
        """Make a tail of an API."""
        self.clock, self.err = Clock(), io.StringIO()
        output = Output(out=io.StringIO(), err=self.err)
        hint = f"; see {doctor_of('orders/eu?a=b')}"
        self.tail = Tail(
            output,
            EventPrinter(output, (), None, None, False),
            None,
            lambda data: None,
            StatusLine(self.err),
            self.clock,
            hint,
        )

    def test_a_silent_stream_is_noted_once(self) -> None:
        """After three seconds, with the next step."""
        self.tail.opened(RESPONSE, "")
        self.clock.advance(2.9)
        self.assertEqual(self.err.getvalue(), "")
        self.clock.advance(0.1)
        self.assertEqual(self.err.getvalue(), NOTE)
        self.clock.advance(60)
        self.assertEqual(self.err.getvalue(), NOTE)

    def test_an_event_in_time(self) -> None:
        """Nothing is noted."""
        self.tail.opened(RESPONSE, "")
        self.tail.events([(Event("message", "1"), "")])
        self.clock.advance(60)
        self.assertEqual(self.err.getvalue(), "")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_lost_stream(self) -> None:
        """It is not connected, and is not noted as such."""
        self.tail.opened(RESPONSE, "")
        how: Any = None
        self.tail.lost(how, "cut", None)
        self.clock.advance(60)
        self.assertNotIn("connected", self.err.getvalue())

    def test_a_name_with_spaces(self) -> None:
        """The command can be copied to a shell."""
        self.assertEqual(doctor_of("My API/a"), "relay doctor --api 'My API'")
