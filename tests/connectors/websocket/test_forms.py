"""Tests of :mod:`relay.connectors.websocket.forms`, over whole connections."""

from __future__ import annotations

import base64

from wsproto.events import BytesMessage, TextMessage

from relay.channel.archive import Archive
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.connectors.websocket.forms import close_code, form_of
from relay.model.outcome import Outcome
from tests.channel.readers import Moment, messages
from tests.connectors.test_http_post_entrypoint import SlowKeeper
from tests.connectors.test_websocket_entrypoint import Peer, SocketCase

GRAVITEE = {"compatibility": "gravitee"}


class ContentCase(SocketCase):
    """An API whose frames are contents."""

    def setUp(self) -> None:
        """Make the API."""
        self.make(GRAVITEE)

    def sent(self, peer: Peer, *payloads: str | bytes) -> None:
        """Send each payload as a message of its type."""
        for payload in payloads:
            message: TextMessage | BytesMessage = (
                TextMessage(data=payload)
                if isinstance(payload, str)
                else BytesMessage(data=payload)
            )
            peer.send(peer.connection.send(message))

    def published(self) -> list[Message]:
        """Return the events of the topic."""
        found = [one.message for one in self.api.channel.log.entries(1, 1 << 20)]
        return [one for one in found if one is not None]


class ReadingTests(ContentCase):
    """Frames to the client."""

    def test_contents(self) -> None:
        """Each event is a binary frame with its data, or with its bytes."""
        peer = self.open()
        binary = Message(base64.b64encode(b"\xff\x00").decode(), binary=True)
        self.api.channel.publish([*messages("ä", '{"a": 1}'), binary])
        self.api.clock.advance(0)
        expected = ["ä".encode(), b'{"a": 1}', b"\xff\x00"]
        self.assertEqual(peer.look().frames, expected)
        peer.desk.feed.pause()
        self.api.channel.publish(messages("c"))
        peer.desk.feed.resume()
        self.assertEqual(peer.look().frames[3:], [b"c"])
        self.assertGreater(peer.desk.stream.ledger.events, 0)

    def test_gaps(self) -> None:
        """
        A gap that is known at the handshake is in its headers; no frame reports a gap.
        """
        first = self.open()
        self.api.channel.publish(messages("a"))
        self.api.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.api.clock.advance(0)
        self.assertEqual(first.look().frames, [b"a"])
        self.assertIsNone(first.desk.headers.getRawHeaders("relay-replay"))
        again = self.open("lastEventId=unknown")
        self.assertEqual(again.desk.headers.getRawHeaders("relay-replay"), ["gap"])
        self.assertEqual(again.look().frames, [b"a"])

    def test_nothing_but_contents(self) -> None:
        """The gateway's own messages have no frame."""
        peer = self.open()
        self.assertIsNone(peer.desk.feed.control("relay.challenge", {"a": 1}))

    def test_a_stop(self) -> None:
        """The close code asks the client to come back."""
        peer = self.open()
        peer.desk.end(Outcome.STOPPED)
        peer.look()
        self.assertEqual((peer.closed, peer.reason), (1013, "Try Again Later"))


class PublishingTests(ContentCase):
    """Frames from the client."""

    def test_contents(self) -> None:
        """Text and binary messages are contents; nothing answers them."""
        peer = self.open("lastEventId=")
        self.sent(peer, "a", b"b", '{"no": "event"}', b"\xff")
        self.api.clock.advance(0)
        events = self.published()
        self.assertEqual(
            [one.data for one in events[:3]], ["a", "b", '{"no": "event"}']
        )
        self.assertEqual((events[3].data, events[3].binary), ("/w==", True))
        self.assertEqual(events[0].topic, "news")
        expected = [b"a", b"b", b'{"no": "event"}', b"\xff"]
        self.assertEqual(peer.look().frames, expected)

    def test_fragments(self) -> None:
        """The fragments of a message are one content."""
        for parts, expected in (
            ([TextMessage("a", message_finished=False), TextMessage("b")], "ab"),
            (
                [BytesMessage(b"\xc3", message_finished=False), BytesMessage(b"\xa4")],
                "ä",
            ),
        ):
            self.make(GRAVITEE)
            peer = self.open()
            for part in parts:
                peer.send(peer.connection.send(part))
            (event,) = self.published()
            self.assertEqual(event.data, expected)

    def test_a_content_that_is_too_long(self) -> None:
        """The connection is closed, since no frame could say so."""
        self.make(GRAVITEE, {"maxEventBytes": 1024})
        peer = self.open()
        self.sent(peer, "x" * 1024)
        self.assertIsNone(peer.closed)
        self.sent(peer, "x" * 1025)
        self.assertEqual(peer.closed, 1009)
        self.assertEqual(peer.desk.outcome, Outcome.REFUSED)

    def test_a_client_that_may_not_publish(self) -> None:
        """Frames of a client that may not publish are dropped."""
        self.make({**GRAVITEE, "publisher": {"enabled": False}})
        peer = self.open()
        self.sent(peer, "a", b"b")
        self.assertEqual(self.published(), [])
        self.assertIsNone(peer.closed)

    def test_close_codes(self) -> None:
        """The close code follows the status of the refusal."""
        codes = [close_code(status) for status in (400, 403, 413, 503)]
        self.assertEqual(codes, [1011, 1011, 1009, 1013])
        self.assertIsNone(form_of("gravitee").error(403, "no"))

    def test_an_event_that_could_not_be_kept(self) -> None:
        """The connection is closed: the client would take it for published."""
        keeper = SlowKeeper()

        def archive(moment: Moment) -> Archive:
            return Archive(keeper, moment.clock, moment.wall_ms)

        self.make(GRAVITEE, archive=archive)
        peer = self.open()
        self.sent(peer, "a")
        self.api.clock.advance(1)
        keeper.waiting.pop().errback(OSError("the disk is full"))
        self.assertEqual(peer.look().closed, 1013)
        self.assertTrue(self.flushLoggedErrors(OSError))
