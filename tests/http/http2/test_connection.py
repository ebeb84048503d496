"""One HTTP/2 connection: its limits, its clocks and its ends."""

from __future__ import annotations

from h2.errors import ErrorCodes
from h2.events import StreamReset
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from relay.model.outcome import Outcome
from relay.settings.gateway import LimitSettings
from tests.http.http2.client import HEAD, Http2Case, head


class LimitTests(Http2Case):
    """How much one client may ask for."""

    def test_a_thousand_streams(self) -> None:
        """The number of streams is limited by the setting; one more is refused."""
        self.assertEqual(self.client.remote_settings.max_concurrent_streams, 1000)
        for _ in range(1000):
            stream_id = self.client.get_next_available_stream_id()
            self.client.send_headers(stream_id, HEAD, end_stream=True)
        self.turn()
        for feed in self.answers.feeds:
            feed.begin(content_type=b"text/event-stream").write(b"data: 1\n\n")
        self.turn()
        self.assertEqual(len(self.answers.feeds), 1000)
        self.assertEqual(self.body(1), b"data: 1\n\n")
        self.assertEqual(self.body(1999), b"data: 1\n\n")
        # As a client does that has not read the settings yet.
        self.client.remote_settings.max_concurrent_streams = 2000
        self.client.remote_settings.acknowledge()
        refused = self.ask()
        self.assertEqual(self.reset(refused), ErrorCodes.REFUSED_STREAM)
        self.assertEqual(len(self.gateway.live), 1000)
        self.client.reset_stream(1)
        self.turn()
        self.assertIsNone(self.reset(self.ask()))

    def test_streams_that_are_over_are_forgotten(self) -> None:
        """A connection that lives long does not grow with the requests it has had."""
        for _ in range(1500):
            stream_id = self.ask()
            self.answers.feeds.pop().begin(200, False).complete()
            self.turn()
            self.assertTrue(self.ended(stream_id))
            self.events.clear()
        self.assertLess(len(self.server.conn.streams), 100)
        self.assertLessEqual(len(self.server.conn._closed_streams), 1000)

    def test_rapid_resets(self) -> None:
        """Requests that are dropped as soon as they are sent end the connection."""
        for _ in range(2001):
            stream_id = self.client.get_next_available_stream_id()
            self.client.send_headers(stream_id, HEAD, end_stream=True)
            self.client.reset_stream(stream_id)
            self.send()
        self.turn()
        self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)
        self.assertTrue(self.link.closing)
        self.assertEqual(len(self.gateway.live), 0)

    def test_a_connection_that_is_ended_for_a_flood_is_not_read(self) -> None:
        """The client has a second to read why; then the connection is cut."""
        self.server.dataReceived(PingFrame(0, b"12345678").serialize() * 1100)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)
        self.assertTrue(self.link.unread)
        self.reactor.advance_ms(999)
        self.assertFalse(self.link.aborted)
        self.reactor.advance_ms(1)
        self.assertTrue(self.link.aborted)

    def test_after_the_end_little_is_read(self) -> None:
        """A client that goes on sending after an orderly end is cut, too."""
        self.reactor.advance_ms(75_000)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.NO_ERROR)
        for _ in range(16):
            self.server.dataReceived(bytes(1024 * 1024))
        self.assertFalse(self.link.aborted)
        self.server.dataReceived(b"x")
        self.assertTrue(self.link.aborted)

    def test_floods_of_an_address_lessen_what_it_may_do(self) -> None:
        """A tenth, then a hundredth of the budget; then no connection for a while."""
        ping = PingFrame(0, b"12345678").serialize()
        for share in (1000, 100, 10):
            self.open()
            self.server.dataReceived(ping * (share - 5))
            self.receive()
            self.assertIsNone(self.goodbye(), share)
            self.server.dataReceived(ping * 10)
            self.receive()
            self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)

    def test_a_request_that_is_reset_in_the_same_read_costs_nothing(self) -> None:
        """No exchange begins for it; one that goes on begins in its order."""
        first = self.client.get_next_available_stream_id()
        self.client.send_headers(first, HEAD, end_stream=True)
        self.client.reset_stream(first)
        second = self.client.get_next_available_stream_id()
        self.client.send_headers(second, HEAD, end_stream=True)
        self.turn()
        self.assertEqual(len(self.answers.exchanges), 1)
        self.answers.feeds[0].begin(200, False).complete()
        self.turn()
        self.assertTrue(self.ended(second))

    def test_streams_that_have_lived_may_be_left(self) -> None:
        """A page that leaves its streams, again and again, is no flood."""
        for _ in range(6):
            streams = [self.stream()[0] for _ in range(400)]
            self.reactor.advance_ms(1000)
            for stream_id in streams:
                self.client.reset_stream(stream_id)
            self.turn()
        self.assertIsNone(self.goodbye())
        self.assertEqual(len(self.gateway.live), 0)

    def test_a_flood_of_pings(self) -> None:
        """Frames that carry nothing are counted."""
        self.server.dataReceived(PingFrame(0, b"12345678").serialize() * 1100)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)

    def test_pings_that_are_not_read(self) -> None:
        """Unread answers to pings do not accumulate."""
        self.link.room = 1
        for _ in range(20):
            self.server.dataReceived(PingFrame(0, b"12345678").serialize() * 900)
            self.reactor.advance_ms(10_000)
        self.assertTrue(self.link.aborted)

    def test_a_flood_of_settings(self) -> None:
        """SETTINGS are counted, too."""
        self.server.dataReceived(SettingsFrame(0).serialize() * 1100)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)

    def test_a_client_that_takes_data_may_say_so(self) -> None:
        """Two updates and a PING for each frame, for as long as it likes."""
        stream_id, feed = self.stream()
        update = WindowUpdateFrame(stream_id, window_increment=9).serialize()
        ping = PingFrame(0, b"12345678").serialize()
        for _ in range(1500):
            feed.write(b"data: 1\n\n")
            self.reactor.advance_ms(0)
            self.server.dataReceived(update + update + ping)
            self.link.written = []
        self.assertFalse(self.link.closing)

    def test_a_flood_of_continuations(self) -> None:
        """A header block ends, or the connection does."""
        first = HeadersFrame(1, b"x" * 16_000)
        more = ContinuationFrame(1, b"x" * 16_000)
        self.server.dataReceived(first.serialize() + more.serialize() * 5)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)

    def test_a_header_bomb(self) -> None:
        """A few bytes that decode to many are not decoded to the end."""
        encoder = Encoder()
        fields = [(one.encode(), value.encode()) for one, value in HEAD]
        block = encoder.encode([*fields, (b"x", b"y" * 3000)])
        block += encoder.encode([(b"x", b"y" * 3000)]) * 5000
        frame = HeadersFrame(1, block, flags=["END_HEADERS", "END_STREAM"])
        self.server.dataReceived(frame.serialize())
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.ENHANCE_YOUR_CALM)
        self.assertEqual(self.gateway.lines, [])

    def test_a_frame_that_is_too_large(self) -> None:
        """A frame that is too large is refused at its header."""
        frame = DataFrame(1, b"x" * 20_000).serialize()
        self.server.dataReceived(frame[:9])
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.FRAME_SIZE_ERROR)

    def test_a_large_head_is_answered(self) -> None:
        """A large head is a 431 on its stream, and other streams continue."""
        _, other = self.stream()
        stream_id = self.ask(("x-large", "y" * 20_000))
        self.assertEqual(self.status(stream_id), 431)
        self.assertFalse(other.released)

    def test_many_headers_are_answered(self) -> None:
        """Too many headers are a 431."""
        self.connect(limits=LimitSettings(max_headers=20))
        stream_id = self.ask(*[(f"x-{n}", "y") for n in range(30)])
        self.assertEqual(self.status(stream_id), 431)

    def test_exchanges_of_an_address(self) -> None:
        """The streams of one connection count as one client's."""
        self.connect(limits=LimitSettings(max_exchanges_per_address=2))
        self.stream()
        self.stream()
        self.assertEqual(self.status(self.ask()), 429)


class ClockTests(Http2Case):
    """The timeouts of a connection."""

    def test_a_silent_stream_lives(self) -> None:
        """No clock of the connection ends an event stream that is quiet."""
        _, feed = self.stream()
        for _ in range(20):
            self.reactor.advance_ms(75_000)
        self.turn()
        self.assertIsNone(self.goodbye())
        self.assertFalse(feed.released)

    def test_a_connection_without_streams_ends(self) -> None:
        """The keep-alive time runs from the end of the last stream."""
        self.reactor.advance_ms(70_000)
        stream_id, feed = self.stream()
        self.reactor.advance_ms(70_000)
        feed.complete()
        self.turn()
        self.assertTrue(self.ended(stream_id))
        self.reactor.advance_ms(74_000)
        self.assertFalse(self.link.closing)
        self.reactor.advance_ms(1_000)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.NO_ERROR)
        self.assertTrue(self.link.closing)

    def test_a_goodbye_that_is_not_taken(self) -> None:
        """A connection that does not close is cut."""
        self.reactor.advance_ms(75_000)
        self.assertFalse(self.link.aborted)
        self.reactor.advance_ms(60_000)
        self.assertTrue(self.link.aborted)

    def test_a_head_that_does_not_end(self) -> None:
        """A header block has its time, however its bytes trickle in."""
        self.stream()
        block = HeadersFrame(3, b"x" * 50).serialize()
        self.server.dataReceived(block[:9])
        for byte in range(9, 19):
            self.reactor.advance_ms(950)
            self.server.dataReceived(block[byte : byte + 1])
        self.receive()
        self.assertIsNone(self.goodbye())
        self.reactor.advance_ms(500)
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.PROTOCOL_ERROR)

    def test_nothing_is_left_behind(self) -> None:
        """A connection that is lost leaves no timer, no exchange and no trace."""
        streams = [self.stream() for _ in range(5)]
        self.ask(ended=False, method="POST")
        streams[0][1].write(b"x" * 70_000)
        self.turn()
        self.drop()
        self.assertEqual(self.reactor.timers, 0)
        self.assertEqual(len(self.gateway.live), 0)
        self.assertEqual(self.site.connections, set())
        outcomes = {line["outcome"] for line in self.gateway.closed}
        self.assertEqual(outcomes, {"client_gone"})


class EndTests(Http2Case):
    """How streams and connections end."""

    def test_a_client_that_leaves_one_stream(self) -> None:
        """A reset stream releases its feed at once, and other streams continue."""
        left, feed = self.stream()
        stays, other = self.stream()
        self.client.reset_stream(left)
        self.send()
        self.assertTrue(feed.released)
        self.assertIs(feed.exchange.record.outcome, Outcome.CLIENT_GONE)
        other.write(b"data: 1\n\n")
        self.turn()
        self.assertEqual(self.body(stays), b"data: 1\n\n")

    def test_a_client_that_leaves_before_the_head(self) -> None:
        """The same holds while there is no answer yet."""
        stream_id = self.ask()
        self.client.reset_stream(stream_id)
        self.send()
        self.assertTrue(self.answers.feeds[0].released)
        self.assertEqual(self.gateway.closed[0]["status"], 499)

    def test_a_cut_stream_does_not_look_finished(self) -> None:
        """A cut stream is reset after the events that were complete."""
        stream_id, feed = self.stream()
        feed.write(b"data: 1\n\n")
        feed.exchange.end(Outcome.UPSTREAM_GONE)
        self.turn()
        self.assertEqual(self.body(stream_id), b"data: 1\n\n")
        self.assertFalse(self.ended(stream_id))
        self.assertEqual(self.reset(stream_id), ErrorCodes.INTERNAL_ERROR)
        self.assertIsNone(self.goodbye())

    def test_a_stream_cut_while_the_connection_is_full(self) -> None:
        """A stream that is cut while the connection is full is reset, too."""
        stream_id, feed = self.stream()
        self.link.room = 1
        self.stream()
        feed.write(b"data: 1\n\n")
        feed.exchange.end(Outcome.UPSTREAM_GONE)
        self.assertTrue(feed.released)
        self.link.drain()
        self.turn()
        self.assertEqual(self.reset(stream_id), ErrorCodes.INTERNAL_ERROR)

    def test_drain(self) -> None:
        """GOAWAY first; streams end with their goodbye, the connection with them."""
        stream_id, feed = self.stream()
        feed.last_words = b"event: goaway\ndata:\n\n"
        self.gateway.resource.close()
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.NO_ERROR)
        self.assertFalse(self.link.closing)
        feed.exchange.end(Outcome.DRAINED)
        self.reactor.advance_ms(0)
        data, self.link.written = b"".join(self.link.written), []
        self.assertIn(feed.last_words, data)
        self.assertTrue(self.link.closing)
        self.assertEqual(self.gateway.closed[0]["outcome"], "drained")
        self.assertEqual(stream_id, 1)

    def test_a_request_during_the_drain(self) -> None:
        """
        A request during the drain is refused so that the client may repeat it
        elsewhere.
        """
        self.stream()
        late = self.client.get_next_available_stream_id()
        self.client.send_headers(late, HEAD, end_stream=True)
        data = self.client.data_to_send()
        self.gateway.resource.close()
        self.link.written = []
        self.server.dataReceived(data)
        self.receive()
        self.assertEqual(self.reset(late), ErrorCodes.REFUSED_STREAM)
        self.assertEqual(len(self.gateway.live), 1)

    def test_an_idle_connection_is_drained_at_once(self) -> None:
        """There is nothing to wait for."""
        self.gateway.resource.close()
        self.assertTrue(self.link.closing)

    def test_a_client_that_says_goodbye(self) -> None:
        """A GOAWAY of the client ends its streams."""
        _, feed = self.stream()
        self.client.close_connection()
        self.send()
        self.assertTrue(feed.released)
        self.assertTrue(self.link.closing)

    def test_nonsense_ends_the_connection(self) -> None:
        """Invalid frames are answered with GOAWAY."""
        _, feed = self.stream()
        self.server.dataReceived(ContinuationFrame(1, b"x").serialize())
        self.receive()
        self.assertEqual(self.goodbye(), ErrorCodes.PROTOCOL_ERROR)
        self.assertTrue(feed.released)
        self.server.dataReceived(b"more of it")

    def test_priorities_are_ignored(self) -> None:
        """Wherever a client puts them."""
        self.client.prioritize(1, 7, 3, True)
        first, feed = self.stream()
        self.client.prioritize(first, 200, 0, False)
        feed.write(b"data: 1\n\n")
        self.turn()
        self.assertEqual(self.body(first), b"data: 1\n\n")

    def test_one_read_with_a_request_and_its_reset(self) -> None:
        """A stream that is gone before it was seen leaves nothing behind."""
        stream_id = self.client.get_next_available_stream_id()
        self.client.send_headers(stream_id, head(path="/none"), end_stream=True)
        self.client.reset_stream(stream_id)
        self.turn()
        self.assertEqual(self.server.streams, {})
        self.assertEqual(len(self.gateway.live), 0)
        self.assertEqual(self.of(stream_id, StreamReset), [])
