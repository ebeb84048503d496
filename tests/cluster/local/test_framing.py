"""Tests of :mod:`relay.cluster.local.framing`."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import ChannelName, Stored
from relay.cluster.local.framing import FRAME_BYTES, Framed, Writing
from relay.cluster.local.messages import Added, Beat, Leaderless, Message, Welcome
from relay.cluster.local.wire import FrameReader, write_frame, write_message

CHANNEL = ChannelName("an-api", "a-digest")


class _Transport(StringTransport):
    """A transport whose socket takes nothing at once."""

    _tempDataBuffer = (b"",)
    is_aborted = False

    def abortConnection(self) -> None:
        """Close at once."""
        self.is_aborted = True


class FramedTests(SynchronousTestCase):
    """Messages over a connection."""

    def setUp(self) -> None:
        """Connect two ends to one process."""
        self.clock = Clock()
        self.writing = Writing(self.clock)
        self.one, self.two = self._end(), self._end()

    def _end(self) -> Framed:
        framed = Framed(self.writing)
        framed.makeConnection(_Transport())
        return framed

    def frames(self, framed: Framed) -> list[list[Message]]:
        """Return the messages of each frame that was sent."""
        transport: Any = framed.transport
        data = transport.value()
        transport.clear()
        found = []
        while data:
            size = 8 + int.from_bytes(data[:4])
            found.append(list(FrameReader().feed(data[:size])))
            data = data[size:]
        return found

    def test_one_frame_for_a_turn(self) -> None:
        """What is sent in a turn is sent together, to each end in order."""
        self.one.send(Beat())
        self.two.send(Leaderless(CHANNEL))
        self.one.send(Welcome("hub"))
        self.assertEqual(self.frames(self.one), [])
        self.clock.advance(0)
        self.assertEqual(self.frames(self.one), [[Beat(), Welcome("hub")]])
        self.assertEqual(self.frames(self.two), [[Leaderless(CHANNEL)]])
        self.one.send(Beat())
        self.clock.advance(0)
        self.assertEqual(self.frames(self.one), [[Beat()]])

    def test_a_large_frame(self) -> None:
        """It is sent at once, so that the transport pauses its producer in time."""
        large = Added(CHANNEL, [Stored("epoch", 1, 0, b"x" * FRAME_BYTES)])
        self.one.send(large)
        self.assertEqual(self.frames(self.one), [[large]])
        self.one.send(Beat())
        self.clock.advance(0)
        self.assertEqual(self.frames(self.one), [[Beat()]])

    def test_a_message_to_many_is_written_once(self) -> None:
        """In one turn; it is not kept for longer."""
        message = Leaderless(CHANNEL)
        written = self.writing.write(message)
        self.assertIs(self.writing.write(message), written)
        self.one.send(message)
        self.clock.advance(0)
        self.assertIsNot(self.writing.write(message), written)

    def test_what_is_received(self) -> None:
        """Messages are passed on; nothing is after the end was closed."""
        taken: list[Message] = []

        def take(message: Message) -> None:
            taken.append(message)
            if isinstance(message, Welcome):
                self.one.close()

        self.one.receive = take
        messages: list[Message] = [Beat(), Welcome("hub"), Beat()]
        self.one.dataReceived(write_frame([write_message(one) for one in messages]))
        self.assertEqual(taken, messages[:2])
        self.one.send(Beat())
        self.clock.advance(0)
        self.assertEqual(self.frames(self.one), [])

    def test_what_is_no_frame(self) -> None:
        """The connection is closed, and the log says why."""
        self.one.dataReceived(b"\0\0\0\2\0\0\0\3[]")
        transport: Any = self.one.transport
        self.assertTrue(transport.is_aborted)
