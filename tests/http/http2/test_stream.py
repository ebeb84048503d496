"""One stream of HTTP/2: heads, bodies in both directions, ends."""

from __future__ import annotations

from typing import Any, cast

from h2.errors import ErrorCodes
from h2.events import InformationalResponseReceived, ResponseReceived, WindowUpdated
from hyperframe.frame import DataFrame
from twisted.web.http_headers import Headers

from relay.gateway.responses import refusals
from relay.http.body import RequestBody
from relay.http.http2.state import CONNECTION_WINDOW_BYTES, STREAM_WINDOW_BYTES
from relay.model.outcome import Outcome
from tests.http.http2.client import Answer, Http2Case, Taker


class ResponseTests(Http2Case):
    """The responses that the client receives."""

    def test_a_head(self) -> None:
        """Lower case, without anything of an HTTP/1.1 connection."""
        stream_id = self.ask()
        self.answers.feeds[0].begin(
            200,
            stream=False,
            X_Some=b"a",
            Connection=b"close",
            Transfer_Encoding=b"chunked",
            Keep_Alive=b"timeout=5",
        )
        self.turn()
        fields = self.fields(stream_id)
        self.assertEqual(fields["x-some"], "a")
        self.assertEqual(
            set(fields),
            {
                ":status",
                "date",
                "via",
                "x-some",
                "x-gravitee-request-id",
                "x-gravitee-transaction-id",
            },
        )

    def test_early_hints(self) -> None:
        """Early hints are sent before the head, with their own status."""
        stream_id = self.ask()
        feed = self.answers.feeds[0]
        hints = Headers({b"Link": [b"</x>"], b"Keep-Alive": [b"1"]})
        feed.exchange.early_hints(hints)
        feed.begin(200, stream=False).complete()
        self.turn()
        heads = [
            dict(cast(Any, event.headers))
            for event in self.events
            if isinstance(event, InformationalResponseReceived | ResponseReceived)
        ]
        self.assertEqual(heads[0], {":status": "103", "link": "</x>"})
        self.assertEqual(heads[1][":status"], "200")
        self.assertTrue(self.ended(stream_id))

    def test_an_event_stream(self) -> None:
        """An event stream has a head, events, an end, and a log entry."""
        stream_id, feed = self.stream()
        feed.write(b"data: 1\n\n")
        self.turn()
        feed.complete()
        self.turn()
        self.assertEqual(self.body(stream_id), b"data: 1\n\n")
        self.assertTrue(self.ended(stream_id))
        (line,) = self.gateway.closed
        self.assertEqual(line["protocol"], "HTTP/2")
        self.assertEqual(line["outcome"], "completed")
        self.assertEqual((line["events"], line["bytesOut"]), (1, 9))
        self.assertEqual(line["remoteAddress"], "192.0.2.7")

    def test_an_end_without_body(self) -> None:
        """204 and HEAD are one frame: a head that ends the stream."""
        for method, status in (("GET", 204), ("HEAD", 200)):
            stream_id = self.ask(method=method)
            feed = self.answers.feeds[-1].begin(status, False, Content_Type=b"a/b")
            if method == "HEAD":
                feed.write(b"not sent")
            feed.complete()
            self.turn()
            self.assertEqual(self.body(stream_id), b"")
            (head,) = self.of(stream_id, ResponseReceived)
            self.assertIsNotNone(head.stream_ended)

    def test_trailers(self) -> None:
        """Trailers follow the body, without those that are forbidden."""
        stream_id, feed = self.stream()
        feed.write(b"data: 1\n\n")
        feed.complete((b"X-Sum", b"1"), (b"Content-Length", b"7"))
        self.turn()
        self.assertEqual(self.trailers(stream_id), [("x-sum", "1")])
        self.assertTrue(self.ended(stream_id))

    def test_a_refusal(self) -> None:
        """A refusal is the response of its stream; the connection continues."""
        _, other = self.stream()
        stream_id = self.ask(path="/none")
        self.assertEqual(self.status(stream_id), 404)
        self.assertTrue(self.ended(stream_id))
        self.assertNotIn("connection", self.fields(stream_id))
        refused = self.ask()
        self.answers.feeds[-1].exchange.refuse(refusals.SHUTTING_DOWN)
        self.turn()
        self.assertEqual(self.status(refused), 503)
        self.assertFalse(other.released)
        self.assertIsNone(self.goodbye())

    def test_a_malformed_request(self) -> None:
        """A malformed request ends its own stream, and is logged."""
        _, other = self.stream()
        stream_id = self.ask(("connection", "close"))
        self.assertEqual(self.status(stream_id), 400)
        self.assertFalse(other.released)
        self.assertEqual(self.gateway.closed[-1]["status"], 400)
        upgrade = self.ask(("upgrade", "websocket"))
        self.assertEqual(self.status(upgrade), 400)

    def test_one_large_write(self) -> None:
        """A large write is cut into frames as the windows allow, without a loss."""
        self.client.increment_flow_control_window(10_000_000)
        stream_id, feed = self.stream()
        self.client.increment_flow_control_window(10_000_000, stream_id)
        content = bytes(range(256)) * 8192
        feed.write(content)
        self.turn()
        self.assertEqual(self.body(stream_id), content)

    def test_the_facts_of_the_connection(self) -> None:
        """A stream knows who is at the other end, and by which certificate."""
        self.ask()
        stream = self.answers.exchanges[0].stream
        self.assertTrue(stream.peer.secure)
        self.assertEqual(stream.peer.address, "192.0.2.7")
        certificate = stream.peer.transport.getPeerCertificate()
        self.assertEqual(certificate, "a certificate")
        self.assertEqual(stream.request.headers.getRawHeaders(b"host"), [b"relay"])


class UploadTests(Http2Case):
    """The bodies that the client sends."""

    def upload(self, *fields: tuple[str, str]) -> tuple[int, Answer, RequestBody]:
        """Begin a request with a body."""
        stream_id = self.ask(*fields, ended=False, method="POST")
        feed = self.answers.feeds[-1]
        body = feed.exchange.stream.body
        assert body is not None
        return stream_id, feed, body

    def put(self, stream_id: int, size: int, end: bool = False) -> None:
        """Send some of a body, as far as the windows let it."""
        while size > 0:
            piece = min(size, 16_384)
            self.client.send_data(stream_id, b"x" * piece, end_stream=end)
            size -= piece
        self.turn()

    def room(self, stream_id: int) -> int:
        """How much the client may send just now."""
        return self.client.local_flow_control_window(stream_id)

    def test_a_body(self) -> None:
        """A body is streamed to the source, and its end is reported."""
        stream_id, _, body = self.upload(("content-length", "20000"))
        self.assertEqual(body.length, 20_000)
        taker = Taker()
        body.startProducing(cast(Any, taker))
        self.put(stream_id, 10_000)
        self.assertEqual(len(taker.received), 10_000)
        self.assertTrue(body.owed)
        self.put(stream_id, 10_000, end=True)
        self.assertEqual(len(taker.received), 20_000)
        self.assertFalse(body.owed)

    def test_the_window_opens_as_the_source_takes(self) -> None:
        """A source that takes nothing costs one window of memory, and no more."""
        stream_id, _, body = self.upload()
        self.put(stream_id, STREAM_WINDOW_BYTES)
        self.assertEqual(self.room(stream_id), 0)
        self.assertEqual(self.of(stream_id, WindowUpdated), [])
        taker = Taker()
        body.startProducing(cast(Any, taker))
        self.turn()
        self.assertEqual(len(taker.received), STREAM_WINDOW_BYTES)
        self.assertEqual(self.room(stream_id), STREAM_WINDOW_BYTES)
        body.pauseProducing()
        self.put(stream_id, STREAM_WINDOW_BYTES)
        self.assertEqual(self.room(stream_id), 0)
        body.resumeProducing()
        self.turn()
        self.assertEqual(self.room(stream_id), STREAM_WINDOW_BYTES)

    def test_a_lost_upload_gives_its_window_back(self) -> None:
        """Streams that are over take nothing of the connection's window."""
        for _ in range(6):
            stream_id, _, _ = self.upload()
            self.put(stream_id, STREAM_WINDOW_BYTES)
            self.client.reset_stream(stream_id)
            self.turn()
        self.assertGreater(
            self.client.outbound_flow_control_window, CONNECTION_WINDOW_BYTES // 2
        )

    def test_expect_continue(self) -> None:
        """Leave is given to those who are let in, and to no others."""
        stream_id, _, _ = self.upload(("expect", "100-continue"))
        self.assertTrue(self.continued(stream_id))
        refused = self.ask(
            ("expect", "100-continue"), ended=False, method="POST", path="/none"
        )
        self.assertFalse(self.continued(refused))
        self.assertEqual(self.status(refused), 404)

    def test_an_answer_before_the_body(self) -> None:
        """An early response ends the stream, with a reset for the rest of the body."""
        stream_id, feed, _ = self.upload()
        feed.begin(200, False).complete()
        self.turn()
        self.assertEqual(self.status(stream_id), 200)
        self.assertTrue(self.ended(stream_id))
        self.assertEqual(self.reset(stream_id), ErrorCodes.NO_ERROR)
        # What is on its way by then is dropped.
        self.server.dataReceived(DataFrame(stream_id, b"x" * 100).serialize())
        self.turn()
        self.assertIsNone(self.goodbye())

    def test_the_body_clock(self) -> None:
        """A client that stops within a body receives a 408."""
        stream_id, feed, body = self.upload()
        body.startProducing(cast(Any, Taker()))
        self.reactor.advance_ms(59_000)
        self.put(stream_id, 10)
        self.reactor.advance_ms(59_000)
        self.assertFalse(feed.released)
        self.reactor.advance_ms(1_000)
        self.turn()
        self.assertEqual(self.status(stream_id), 408)
        self.assertIs(feed.exchange.record.outcome, Outcome.REQUEST_TIMEOUT)
        self.assertEqual(self.gateway.closed[0]["clock"], "bodyTimeout")

    def test_the_body_clock_knows_half_frames(self) -> None:
        """A frame that comes in slowly is no silence, and no unfinished head."""
        stream_id, feed, body = self.upload()
        body.startProducing(cast(Any, Taker()))
        frame = DataFrame(stream_id, b"x" * 100).serialize()
        self.server.dataReceived(frame[:9])
        for byte in range(9, len(frame)):
            self.server.dataReceived(frame[byte : byte + 1])
            self.reactor.advance_ms(9_000)
        self.assertFalse(feed.released)
        self.assertIsNone(self.goodbye())

    def test_the_body_clock_stands_still(self) -> None:
        """While the source takes nothing, the client is not to blame."""
        stream_id, feed, body = self.upload()
        self.put(stream_id, 10)
        self.reactor.advance_ms(600_000)
        self.assertFalse(feed.released)
        body.startProducing(cast(Any, Taker()))
        self.reactor.advance_ms(60_000)
        self.assertTrue(feed.released)

    def test_a_body_of_another_length(self) -> None:
        """Too long or too short, it is an error of its stream; the others go on, and
        what is too much never reaches the source."""
        _, other = self.stream()
        for announced, sizes in (("5", (3, 7)), ("5", (3,)), ("0", (1,)), ("5", (0,))):
            fields = ("content-length", announced)
            stream_id = self.ask(fields, ended=False, method="POST")
            feed = self.answers.feeds[-1]
            body, taker = feed.exchange.stream.body, Taker()
            if body is not None:
                body.startProducing(cast(Any, taker))
            for size in sizes[:-1]:
                self.put(stream_id, size)
            self.client.send_data(stream_id, b"x" * sizes[-1], end_stream=True)
            self.turn()
            self.assertEqual(self.status(stream_id), 400, sizes)
            self.assertTrue(feed.released)
            self.assertLessEqual(len(taker.received), int(announced))
            line = self.gateway.closed[-1]
            self.assertEqual((line["status"], line["outcome"]), (400, "refused"))
        self.assertIsNone(self.goodbye())
        self.assertFalse(other.released)

    def test_a_body_that_goes_on(self) -> None:
        """A body beyond its length is a 400 with a reset."""
        stream_id, _, _ = self.upload(("content-length", "5"))
        self.put(stream_id, 6)
        self.assertEqual(self.status(stream_id), 400)
        self.assertEqual(self.reset(stream_id), ErrorCodes.PROTOCOL_ERROR)
        for _ in range(3):
            self.server.dataReceived(DataFrame(stream_id, b"x" * 100).serialize())
        self.turn()
        self.assertIsNone(self.goodbye())

    def test_a_body_that_is_wrong_too_late(self) -> None:
        """Where the answer has begun, all that is left is to cut the stream."""
        stream_id, feed, body = self.upload(("content-length", "5"))
        body.startProducing(cast(Any, Taker()))
        feed.begin(200)
        self.put(stream_id, 10)
        self.assertFalse(self.ended(stream_id))
        self.assertEqual(self.reset(stream_id), ErrorCodes.PROTOCOL_ERROR)
        self.assertTrue(feed.released)
        self.assertIsNone(self.goodbye())

    def test_lengths_that_are_none(self) -> None:
        """Invalid lengths are errors of their stream, and not of the connection."""
        for fields in (["x"], ["5", "6"], ["-1"], [""]):
            head = [("content-length", value) for value in fields]
            stream_id = self.ask(*head, ended=False, method="POST")
            self.assertEqual(self.status(stream_id), 400, fields)
        self.assertIsNone(self.goodbye())


class TrailerTests(Http2Case):
    """Trailers of requests."""

    def test_malformed_trailers_end_their_stream_with_an_answer(self) -> None:
        """
        Pseudo-headers, malformed fields and fields that HTTP/2 forbids are refused.
        """
        for name, value in (
            (":path", "/other"),
            (":method", "GET"),
            ("Upper", "x"),
            ("bad name", "x"),
            ("x", "a\x01"),
            ("connection", "close"),
        ):
            stream_id = self.ask(ended=False, method="POST")
            self.client.send_headers(stream_id, [(name, value)], end_stream=True)
            self.turn()
            self.assertEqual(self.status(stream_id), 400, name)
        self.assertIsNone(self.goodbye())

    def test_sound_trailers_are_taken(self) -> None:
        """Valid trailers end the body."""
        stream_id = self.ask(ended=False, method="POST")
        self.client.send_headers(stream_id, [("x", "y")], end_stream=True)
        self.turn()
        self.assertEqual(self.of(stream_id, ResponseReceived), [])
        (exchange,) = self.answers.exchanges
        assert exchange.stream.body is not None
        self.assertFalse(exchange.stream.body.owed)
