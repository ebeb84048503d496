"""Frames, as another implementation reads them."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Message, TextMessage

from relay.connectors.websocket import frames as frames


def read(data: bytes) -> list[Event]:
    """Read frames as a client does."""
    client = Connection(ConnectionType.CLIENT)
    client.receive_data(data)
    return list(client.events())


class FrameTests(SynchronousTestCase):
    """RFC 6455, 5.2."""

    def test_every_form_of_the_length(self) -> None:
        """Lengths at both sides of each border are encoded correctly."""
        for length in (0, 1, 125, 126, 127, 65_535, 65_536, 70_000):
            events = read(frames.frame(frames.TEXT, b"x" * length))
            text = "".join(one.data for one in events if isinstance(one, TextMessage))
            self.assertEqual(text, "x" * length)
            last = events[-1]
            assert isinstance(last, Message)
            self.assertFalse(isinstance(last, BytesMessage))
            self.assertTrue(last.message_finished)

    def test_text_frames_are_counted(self) -> None:
        """Only text frames are counted, whatever their content."""
        written = b"".join(
            frames.frame(opcode, b"\x81" * length)
            for opcode in (frames.TEXT, frames.PING)
            for length in (0, 125)
        )
        written += frames.text_frame("x" * 1000) + frames.text_frame("x" * 70_000)
        self.assertEqual(frames.count_frames(written), 4)

    def test_a_reason_is_cut_between_two_letters(self) -> None:
        """A control frame holds 125 bytes, and its reason is UTF-8 (5.5.1)."""
        (event,) = read(frames.close_frame(frames.TOO_BIG, "x" + "é" * 200))
        assert isinstance(event, CloseConnection)
        self.assertEqual((event.code, event.reason), (1009, "x" + "é" * 61))
