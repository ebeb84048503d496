"""Tests of `relay.eventstream.encoder`."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.eventstream.encoder import HEARTBEAT, encode
from relay.eventstream.event import Event
from relay.eventstream.parser import MAX_RETRY_MS, EventParser
from tests.eventstream.streams import cut, read

_text = st.text(st.characters(exclude_categories=["Cs"]))
_word = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"))

_events = st.builds(
    Event,
    type=_word.map(lambda name: name or "message"),
    data=_text.map(lambda data: data.replace("\r", "")),
    id=_word,
    retry=st.none() | st.integers(0, MAX_RETRY_MS),
)


class WireFormTests(SynchronousTestCase):
    """The bytes themselves, since client libraries are picky about them."""

    def test_plain(self) -> None:
        """An event with nothing special is one data line and a blank line."""
        self.assertEqual(encode(Event("message", "x")), b"data: x\n\n")

    def test_every_field(self) -> None:
        """All fields stand in one block, before the data."""
        self.assertEqual(
            encode(Event("tick", "a\nb", "7", 500)),
            b"id: 7\nevent: tick\nretry: 500\ndata: a\ndata: b\n\n",
        )

    def test_the_default_type(self) -> None:
        """The default type is written only on request."""
        for event_type in ("message", "order"):
            event = Event(event_type, "x", "1")
            wire = b"id: 1\nevent: %b\ndata: x\n\n" % event_type.encode()
            self.assertEqual(encode(event, names_default=True), wire)
        self.assertEqual(encode(Event("message", "x", "1")), b"id: 1\ndata: x\n\n")

    def test_empty_data(self) -> None:
        """Empty data still has its line, without which no event would fire."""
        self.assertEqual(encode(Event("message", "")), b"data: \n\n")

    def test_line_ends_of_data(self) -> None:
        """A CR in the data cannot start a field of its own."""
        self.assertEqual(
            encode(Event("message", "a\r\nb\rid: 6\nc")),
            b"data: a\ndata: b\ndata: id: 6\ndata: c\n\n",
        )

    def test_empty_id_undoes_the_one_before(self) -> None:
        """An event without an id does not inherit the id before it."""
        wire = encode(Event("message", "x"), previous_id="5")
        self.assertEqual(wire, b"id:\ndata: x\n\n")
        self.assertEqual(EventParser(last_event_id="5").feed(wire)[0].id, "")

    def test_lone_surrogate(self) -> None:
        """Text that JSON allows and UTF-8 does not is no reason to end a stream."""
        self.assertEqual(encode(Event("message", "\ud800")), b"data: ?\n\n")

    def test_refused(self) -> None:
        """Events that a reader would see differently are refused."""
        for event in (
            Event("a\nb", ""),
            Event("a\rb", ""),
            Event("message", "", "1\n2"),
            Event("message", "", "1\r2"),
            Event("message", "", "1\0"),
            Event("message", "", "", -1),
        ):
            self.assertRaises(ValueError, encode, event)


class RoundTripTests(SynchronousTestCase):
    """Every encoded event is parsed unchanged, for every cut of the bytes."""

    @given(st.data(), st.lists(_events, max_size=6), st.booleans())
    @settings(max_examples=200, deadline=None)
    def test_round_trip(
        self, data: st.DataObject, events: list[Event], heartbeats: bool
    ) -> None:
        """Events come back equal, with or without heartbeats between them."""
        wire, held = b"", ""
        for event in events:
            wire += encode(event, previous_id=held) + HEARTBEAT * heartbeats
            held = event.id
        parser = EventParser()
        self.assertEqual(read(data.draw(cut(wire)), parser), events)
        self.assertEqual(parser.last_event_id, held)
        self.assertEqual(parser.comments, len(events) * heartbeats)
