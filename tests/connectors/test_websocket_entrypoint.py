"""A WebSocket, with a client in memory that speaks the protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from relay.channel.archive import Archive
from relay.channel.entry import GapReason
from relay.connectors.websocket_entrypoint import (
    MOST_UNDER_WAY_BYTES,
    websocket_entrypoint,
)
from relay.model.outcome import Outcome
from tests.channel.readers import Moment, messages
from tests.connectors.desk import Api, Desk
from tests.connectors.test_http_post_entrypoint import SlowKeeper
from tests.connectors.websocket.test_handshake import HANDSHAKE

PUBLISHER = {"publisher": {"enabled": True}}


class Peer:
    """
    The client's end.

    :param desk: its call, after the handshake.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.connection = Connection(ConnectionType.CLIENT)
        self.taken = 0
        self.frames: list[Any] = []
        """What came in text frames, as JSON, and in binary frames."""
        self.pings = 0
        self.pongs: list[bytes] = []
        self.reason: str | None = None
        self.closed: int | None = None
        """The code with which the server closed."""

    def look(self) -> Peer:
        """Take what the server has written."""
        data = self.desk.written[self.taken :]
        self.taken += len(data)
        self.connection.receive_data(data)
        for event in self.connection.events():
            if isinstance(event, TextMessage):
                self.frames.append(json.loads(event.data))
            elif isinstance(event, BytesMessage):
                self.frames.append(bytes(event.data))
            elif isinstance(event, Ping):
                self.pings += 1
            elif isinstance(event, Pong):
                self.pongs.append(bytes(event.payload))
            elif isinstance(event, CloseConnection):
                self.closed, self.reason = event.code, event.reason
        return self

    def send(self, data: bytes) -> Peer:
        """Send bytes, and take the answer."""
        assert self.desk.receive is not None
        self.desk.receive(data)
        return self.look()

    def publish(self, event: object) -> Peer:
        """Send an event."""
        text = event if isinstance(event, str) else json.dumps(event)
        return self.send(self.connection.send(TextMessage(data=text)))


class SocketCase(SynchronousTestCase):
    """An API with a WebSocket entrypoint."""

    def make(
        self,
        configuration: dict[str, Any] | None = None,
        channel: dict[str, Any] | None = None,
        archive: Callable[[Moment], Archive] | None = None,
    ) -> Api:
        """Make the API."""
        options = PUBLISHER | (configuration or {})
        self.api = Api(websocket_entrypoint, options, channel, archive=archive)
        return self.api

    def open(self, query: str | None = None) -> Peer:
        """Connect."""
        desk = self.api.call(query, **HANDSHAKE)
        self.assertEqual(desk.status, 101)
        return Peer(desk)


class ReadingTests(SocketCase):
    """Events to the client."""

    def test_events_and_gaps(self) -> None:
        """Each in a frame, in order; events are counted."""
        self.make()
        peer = self.open()
        self.api.channel.publish(messages("a", "b"))
        self.api.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.api.clock.advance(0)
        first, second, gap = peer.look().frames
        self.assertEqual((first["data"], second["data"]), ("a", "b"))
        self.assertEqual(
            gap, {"gap": {"reason": "upstream_reconnect", "after": second["id"]}}
        )

    def test_a_full_client(self) -> None:
        """A full client receives nothing, and is not read, until it takes more."""
        self.make()
        peer = self.open()
        session, reading = peer.desk.feed, peer.desk.stream
        session.pause()
        self.api.channel.publish(messages("a", "b"))
        self.assertEqual((peer.look().frames, reading.paused), ([], True))
        session.resume()
        self.assertEqual([one["data"] for one in peer.look().frames], ["a", "b"])
        self.assertFalse(reading.paused)

    def test_a_client_that_is_too_slow(self) -> None:
        """
        A client that is too slow is closed with the code that asks it to return later.
        """
        self.make({"slowConsumer": {"maxBehindBytes": 1}})
        peer = self.open()
        peer.desk.feed.pause()
        self.api.channel.publish(messages("a"))
        self.api.clock.advance(0)
        self.assertEqual(peer.look().closed, 1013)
        self.assertEqual(peer.desk.outcome, Outcome.SLOW_CONSUMER)
        self.assertEqual(self.api.channel.subscribers, 0)

    def test_a_stop(self) -> None:
        """A stop closes the connection with 1001."""
        self.make()
        peer = self.open()
        peer.desk.end(Outcome.DRAINED)
        self.assertEqual(peer.look().closed, 1001)

    def test_a_right_that_is_taken_back(self) -> None:
        """A revoked or expired credential closes the connection with 1008."""
        for outcome in (Outcome.REVOKED, Outcome.EXPIRED):
            self.make()
            peer = self.open()
            peer.desk.end(outcome)
            self.assertEqual((peer.look().closed, peer.reason), (1008, outcome.value))

    def test_a_source_that_has_ended(self) -> None:
        """The end of the source is a normal close, after the last events."""
        self.make()
        peer = self.open()
        peer.desk.feed.pause()
        self.api.channel.publish(messages("last"))
        self.api.channel.end()
        self.assertIsNone(peer.look().closed)
        peer.desk.feed.resume()
        self.assertEqual((len(peer.look().frames), peer.closed), (1, 1000))
        self.assertEqual(peer.desk.outcome, Outcome.SOURCE_ENDED)

    def test_publishers_only(self) -> None:
        """A publisher receives neither events nor gaps, and is pinged."""
        self.make({"subscriber": {"enabled": False}, "heartbeatIntervalInMs": 1000})
        peer = self.open("lastEventId=unknown")
        (ack,) = peer.publish({"data": "a"}).frames
        self.assertEqual(list(ack), ["ack"])
        self.api.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.api.clock.pump([0.25] * 5)
        self.assertEqual((len(peer.look().frames), peer.pings), (1, 1))
        self.assertEqual(self.api.channel.subscribers, 0)

    def test_publishers_keep_no_channel_open(self) -> None:
        """A publisher does not keep a channel open, and opens it again to publish."""
        channel = {"lingerMs": 0, "history": {"maxAgeMs": 1000}}
        self.make({"subscriber": {"enabled": False}}, channel)
        peer = self.open()
        self.assertEqual(len(self.api.channels), 0)
        for _ in range(2):
            (ack,) = peer.publish({"data": "a"}).frames
            self.assertEqual((list(ack), len(self.api.channels)), (["ack"], 1))
            self.api.clock.pump([0.25] * 8)
            self.assertEqual(len(self.api.channels), 0)
            peer.frames.clear()
        self.assertFalse(peer.desk.over)

    def test_publishers_of_another_deployment(self) -> None:
        """
        A publisher of a replaced deployment is closed when it publishes or is pinged.
        """
        for publishes in (True, False):
            self.make({"subscriber": {"enabled": False}, "heartbeatIntervalInMs": 500})
            peer = self.open()
            self.api.channels.close()
            if publishes:
                peer.publish({"data": "a"})
            else:
                self.api.clock.pump([0.25] * 3)
            self.assertEqual((peer.look().closed, peer.frames), (1001, []))

    def test_publishers_to_too_many_topics(self) -> None:
        """
        A publisher that exceeds the limit of topics receives an error, and stays
        connected.
        """
        self.make({"subscriber": {"enabled": False}}, {"maxChannelsPerAddress": 1})
        peers = [Peer(self.api.call(path=path, **HANDSHAKE)) for path in (b"/a", b"/b")]
        for peer in peers:
            peer.publish({"data": "a"})
        self.assertEqual(peers[1].frames[0]["error"]["status"], 429)
        self.assertFalse(peers[1].desk.over)


class PingTests(SocketCase):
    """Signs of life."""

    def test_a_client_that_answers(self) -> None:
        """A client is pinged at each interval, independently of its events."""
        self.make({"heartbeatIntervalInMs": 1000, "pongTimeoutMs": 500})
        peer = self.open()
        for turn in range(1, 4):
            self.api.clock.pump([0.25] * 3)
            self.api.channel.publish(messages("a"))
            self.api.clock.pump([0.25])
            self.assertEqual(peer.look().pings, turn)
            peer.send(peer.connection.send(Pong()))
        self.assertFalse(peer.desk.over)

    def test_a_client_that_does_not(self) -> None:
        """A client that does not answer a ping is cut, and the log names the clock."""
        self.make({"heartbeatIntervalInMs": 1000, "pongTimeoutMs": 500})
        peer = self.open()
        self.api.clock.pump([0.25] * 5)
        self.assertEqual((peer.look().pings, peer.desk.over), (1, False))
        self.api.clock.pump([0.25])
        self.assertEqual(peer.desk.outcome, Outcome.CLIENT_GONE)
        self.assertEqual((peer.desk.clock, peer.look().closed), ("pongTimeout", 1011))
        self.assertEqual(self.api.channel.subscribers, 0)

    def test_a_client_that_cannot(self) -> None:
        """While nothing is written to it or read from it the clock stands still."""
        self.make({"heartbeatIntervalInMs": 1000, "pongTimeoutMs": 500})
        peer = self.open()
        self.api.clock.pump([0.25] * 4)
        peer.desk.feed.pause()
        self.api.clock.pump([0.25] * 20)
        self.assertFalse(peer.desk.over)
        peer.desk.feed.resume()
        self.api.clock.pump([0.25] * 3)
        self.assertTrue(peer.desk.over)

    def test_what_is_not_wanted(self) -> None:
        """No pings, or no end."""
        for options, pings in (
            ({"heartbeatIntervalInMs": 0}, 0),
            ({"heartbeatIntervalInMs": 100, "pongTimeoutMs": 0}, 1),
        ):
            self.make(options)
            peer = self.open()
            self.api.clock.pump([0.25] * 400)
            self.assertEqual((peer.look().pings, peer.desk.over), (pings, False))


class PublishingTests(SocketCase):
    """Events from the client."""

    def test_a_message_in_pieces(self) -> None:
        """A message is read for every split into frames, with pings between them."""
        self.make()
        peer = self.open()
        send = peer.connection.send
        text = json.dumps({"data": "Grüße"}, ensure_ascii=False)
        data = b"".join(
            send(TextMessage(data=letter, message_finished=False)) for letter in text
        )
        data += send(Ping(payload=b"now"))
        data += send(TextMessage(data="", message_finished=True))
        for at in range(len(data)):
            peer.send(data[at : at + 1])
        self.assertEqual(peer.pongs, [b"now"])
        self.api.clock.advance(0)
        (event,) = [one for one in peer.look().frames if "data" in one]
        self.assertEqual(event["data"], "Grüße")

    def test_what_is_no_event(self) -> None:
        """
        An invalid event is an error that names the problem, and the connection stays
        open.
        """
        self.make(channel={"maxEventBytes": 1024})
        peer = self.open()
        for sent, status, problem in (
            ("{", 400, "the frame is no JSON"),
            ('{"data": NaN}', 400, "NaN is no JSON"),
            ("[]", 400, "the event must be a JSON object"),
            ({"data": "a", "topic": "other"}, 400, "topic must be"),
            ({"data": "a", "timestamp": 2**53}, 400, "timestamp must be"),
            ({"data": "a", "type": "relay.gap"}, 400, "type must not begin with"),
            ({"data": "x" * 1025}, 413, "data is longer than 1024 bytes"),
        ):
            error = peer.publish(sent).frames.pop()["error"]
            self.assertEqual(error["status"], status)
            self.assertIn(problem, error["message"])
        self.assertIsNone(peer.desk.outcome)

    def test_violations(self) -> None:
        """Each ends the connection with its code (7.4.1)."""
        limit, length = Outcome.LIMIT_REACHED, (1 << 20).to_bytes(8)
        endless = b"\x01\x80\0\0\0\0" + b"\x00\x80\0\0\0\0" * 100_000
        for name, data, code, outcome in (
            ("no mask", b"\x81\x01a", 1002, Outcome.REFUSED),
            ("a reserved bit", b"\xc1\x80\0\0\0\0", 1002, Outcome.REFUSED),
            ("no UTF-8", b"\x81\x81\0\0\0\0\xff", 1007, Outcome.REFUSED),
            ("bytes", b"\x82\x81\0\0\0\0a", 1003, Outcome.REFUSED),
            ("pieces without end", endless, 1009, Outcome.LIMIT_REACHED),
            ("a long message's header", b"\x81\xff" + length, 1009, limit),
            ("a flood of pings", b"\x89\x80\0\0\0\0" * 101, 1008, limit),
            ("pongs unasked", b"\x8a\x80\0\0\0\0" * 101, 1008, limit),
        ):
            self.make(channel={"maxEventBytes": 1024})
            peer = self.open().send(data)
            self.assertEqual((name, peer.closed), (name, code))
            self.assertEqual((name, peer.desk.outcome), (name, outcome))
            self.assertEqual(self.api.channel.subscribers, 0)

    def test_a_client_that_closes(self) -> None:
        """A close frame is answered with the same code."""
        self.make()
        peer = self.open()
        peer.send(peer.connection.send(CloseConnection(code=1000)))
        self.assertEqual(peer.closed, 1000)
        self.assertEqual(peer.desk.outcome, Outcome.CLIENT_GONE)


class DurableTests(SocketCase):
    """While the store takes its time."""

    def setUp(self) -> None:
        """Make an API whose events are kept."""
        self.keeper = SlowKeeper()
        self.make(archive=self.archive)

    def archive(self, moment: Moment) -> Archive:
        """Make the archive."""
        return Archive(self.keeper, moment.clock, moment.wall_ms)

    def settle(self, how: Callable[[Deferred[None]], None]) -> None:
        """Complete all writes of the store."""
        self.api.clock.advance(1)
        while self.keeper.waiting:
            how(self.keeper.waiting.pop(0))
            self.api.clock.advance(1)

    def test_an_event_is_answered_when_it_is_safe(self) -> None:
        """An event is acknowledged when it is stored."""
        peer = self.open().publish({"data": "a"})
        self.api.clock.advance(1)
        self.assertEqual(peer.look().frames, [])
        self.settle(lambda kept: kept.callback(None))
        acks = [one for one in peer.look().frames if "ack" in one]
        self.assertEqual(len(acks), 1)

    def test_no_more_is_read_than_the_store_takes(self) -> None:
        """Reading goes on when it has caught up, unless the client is full."""
        peer = self.open()
        reading = peer.desk.stream
        event = {"data": "x" * 65_536}
        sent = 0
        while not reading.paused:
            peer.publish(event)
            sent += 65_536
            self.assertLess(sent, 2 * MOST_UNDER_WAY_BYTES)
        peer.desk.feed.pause()
        self.settle(lambda kept: kept.callback(None))
        self.assertTrue(reading.paused)
        peer.desk.feed.resume()
        self.assertFalse(reading.paused)

    def test_an_event_that_could_not_be_kept(self) -> None:
        """A failed write is an error, and the connection stays open."""
        peer = self.open().publish({"data": "a"})
        self.settle(lambda kept: kept.errback(OSError("the disk is full")))
        self.assertEqual(peer.look().frames[-1]["error"]["status"], 503)
        self.assertTrue(self.flushLoggedErrors(OSError))
        self.assertFalse(peer.desk.over)

    def test_a_client_that_leaves_meanwhile(self) -> None:
        """A client that has left is not written to."""
        peer = self.open().publish({"data": "a"})
        peer.desk.end(Outcome.CLIENT_GONE)
        self.settle(lambda kept: kept.callback(None))
        self.assertEqual(peer.desk.written, b"")
