"""The forms of a message on the wire."""

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.demo.message import DemoMessage, Draft


def published(draft: Draft) -> DemoMessage:
    """A message with ids and a time that do not matter."""
    return DemoMessage.publish(
        draft,
        run="0a1b2c3d",
        serial=7,
        message_id="0a1b2c3d:3:0",
        channel="ssechannel",
        timestamp_ms=1556806691343,
    )


class MessageTests(SynchronousTestCase):
    """Envelope, event and bare event."""

    def test_event_bytes(self) -> None:
        """The event has the fields of Ably's, in lines that end in LF."""
        self.assertEqual(
            published(Draft.of("greeting", "hello")).event,
            b"id: 0a1b2c3d-7\nevent: message\n"
            b'data: {"id":"0a1b2c3d:3:0","name":"greeting",'
            b'"timestamp":1556806691343,"channel":"ssechannel","data":"hello"}\n\n',
        )

    def test_objects_and_arrays_travel_as_json_text(self) -> None:
        """Data that is no string is JSON text in the envelope."""
        envelope = json.loads(published(Draft.of(None, {"é": [1]})).envelope)
        self.assertEqual(envelope["encoding"], "json")
        self.assertEqual(json.loads(envelope["data"]), {"é": [1]})
        self.assertNotIn("name", envelope)
        encoded = Draft.of(None, [], "utf-8")
        self.assertEqual(encoded.encoding, "utf-8/json")

    def test_other_data_is_refused(self) -> None:
        """Numbers and truth values are no payload, as at Ably."""
        for data in (1, 1.5, True, b"bytes"):
            self.assertRaises(TypeError, Draft.of, None, data)

    def test_text_outside_ascii_stays_as_it_is(self) -> None:
        """The stream is UTF-8; line separators of Unicode are plain text in it."""
        event = published(Draft.of(None, "naïve 日本 \u2028 😀")).event
        self.assertIn("naïve 日本 \u2028 😀".encode(), event)

    def test_line_ends_cannot_break_an_event(self) -> None:
        """An envelope stays one line whatever its data holds."""
        event = published(Draft.of("a\nb", "x\r\ny\rz\n\ndata: no")).event
        self.assertEqual(event.count(b"\n"), 4)
        self.assertNotIn(b"\r", event)

    def test_bare_event_splits_lines(self) -> None:
        """Without the envelope each line of the payload has a field of its own."""
        bare = published(Draft.of(None, "x\r\ny\rz\n")).bare_event()
        self.assertEqual(
            bare,
            b"id: 0a1b2c3d-7\nevent: message\ndata: x\ndata: y\ndata: z\ndata: \n\n",
        )
        self.assertIn(b"\ndata: \n\n", published(Draft()).bare_event())

    def test_half_a_surrogate_pair_is_refused(self) -> None:
        """Text that UTF-8 cannot encode is refused."""
        self.assertRaises(UnicodeEncodeError, published, Draft.of(None, "\ud800"))
