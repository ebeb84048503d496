"""Request bodies stream: as they come, at the source's pace, in bounded memory."""

from __future__ import annotations

from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from relay.http.body import RequestBody
from tests.gateway.harness import GatewayCase, chunk, get, post, response
from tests.gateway.raw import Client, SourceConnection, settle, until

CHUNKED = b"Transfer-Encoding: chunked"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class StreamTests(GatewayCase):
    async def test_length(self) -> None:
        """A body of known length arrives bit by bit, with its length."""
        await self.stage()
        client, source = await self.call(
            get(b"/api", b"Content-Length: 9", method=b"POST") + b"one"
        )
        head = await source.head()
        self.assertEqual(head.get(b"content-length"), b"9")
        self.assertIsNone(head.get(b"transfer-encoding"))
        self.assertEqual(await source.take(3), b"one")
        for piece in (b"two", b"333"):
            client.send(piece)
            self.assertEqual(await source.take(3), piece)
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")
        self.assertEqual((await self.gateway.ended())["bytesIn"], 9)

    async def test_chunked(self) -> None:
        """A chunked body is streamed with new framing, without extensions."""
        await self.stage()
        client, source = await self.call(
            get(b"/api", CHUNKED, b"Trailer: X-Sum", method=b"POST")
        )
        head = await source.head()
        self.assertEqual(head.get(b"transfer-encoding"), b"chunked")
        self.assertIsNone(head.get(b"content-length"))
        self.assertIsNone(head.get(b"trailer"))
        for piece in (b"one", b"two"):
            client.send(b"3;ext=1\r\n" + piece + b"\r\n")
            self.assertEqual(await source.take(8), chunk(piece))
        client.send(b"0\r\nX-Sum: 1\r\n\r\n")
        self.assertEqual(await source.take(5), b"0\r\n\r\n")
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")
        self.assertEqual((await self.gateway.ended())["bytesIn"], 6)

    async def test_empty_bodies(self) -> None:
        """
        A body of length 0 is no body; its length is sent where the method permits one.
        """
        await self.stage()
        user = await self.client()
        for request, length in (
            (get(b"/api", b"Content-Length: 0", method=b"POST"), b"0"),
            (get(b"/api", b"Content-Length: 0", method=b"PUT"), b"0"),
            (get(b"/api", b"Content-Length: 0", method=b"PATCH"), b"0"),
            (get(b"/api", method=b"POST"), b"0"),
            (get(b"/api", method=b"PUT"), b"0"),
            (get(b"/api", method=b"PATCH"), None),
            (get(b"/api", method=b"DELETE"), None),
            (get(b"/api"), None),
        ):
            user.send(request)
            source = await self.source.asked()
            head = await source.head()
            self.assertEqual(head.get(b"content-length"), length, request)
            self.assertIsNone(head.get(b"transfer-encoding"))
            source.send(response(b""))
            await user.answer()

    async def test_an_empty_chunked_body(self) -> None:
        """A chunked body may be empty."""
        await self.stage()
        client, source = await self.call(
            get(b"/api", CHUNKED, method=b"POST") + b"0\r\n\r\n"
        )
        await source.head()
        self.assertEqual(await source.take(5), b"0\r\n\r\n")
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")

    async def test_methods(self) -> None:
        """Any method passes in the client's own letters, with a body or without."""
        await self.stage()
        user = await self.client()
        for method in (
            b"PATCH",
            b"PUT",
            b"DELETE",
            b"OPTIONS",
            b"PROPFIND",
            b"get",
            b"M-SEARCH",
            b"x!#$%&'*+.^_`|~9",
        ):
            for body in (b"", b"body"):
                user.send(
                    post(b"/api", body, method=method)
                    if body
                    else get(b"/api", method=method)
                )
                source = await self.source.asked()
                self.assertEqual(
                    (await source.head()).line, method + b" /base HTTP/1.1"
                )
                self.assertEqual(await source.take(len(body)), body)
                source.send(response(b"yes"))
                self.assertEqual((await user.answer()).body, b"yes", method)

    async def test_http_1_0(self) -> None:
        """HTTP/1.0 clients upload with a length."""
        await self.stage()
        client, source = await self.call(
            b"POST /api HTTP/1.0\r\nContent-Length: 3\r\n\r\nxyz"
        )
        await source.head()
        self.assertEqual(await source.take(3), b"xyz")
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")


class ContinueTests(GatewayCase):
    EXPECT = get(b"/api", b"Content-Length: 3", b"Expect: 100-continue", method=b"PUT")

    async def test_leave_to_send(self) -> None:
        """Leave is given once the client was let in; Expect goes no further."""
        await self.stage()
        client, source = await self.call(self.EXPECT)
        self.assertEqual(await client.take(len(CONTINUE)), CONTINUE)
        self.assertIsNone((await source.head()).get(b"expect"))
        client.send(b"xyz")
        self.assertEqual(await source.take(3), b"xyz")
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")

    async def test_no_leave(self) -> None:
        """A refused client receives the refusal, and no ``100 Continue``."""
        await self.stage()
        client = await self.asked(self.EXPECT.replace(b"/api", b"/nowhere"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (404, b"close"))
        await client.until_over()
        self.assertEqual((client.received, client.was_reset), (b"", False))

    async def test_not_for_http_1_0(self) -> None:
        """An HTTP/1.0 client does not know 100 (RFC 9110, 10.1.1)."""
        await self.stage()
        client, source = await self.call(
            self.EXPECT.replace(b"HTTP/1.1", b"HTTP/1.0") + b"xyz"
        )
        await source.head()
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).status, 200)

    async def test_without_a_body(self) -> None:
        """A request without a body needs no ``100 Continue``."""
        await self.stage()
        client, source = await self.call(get(b"/api", b"Expect: 100-continue"))
        await source.head()
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).status, 200)


class PaceTests(GatewayCase):
    async def test_a_source_that_stops_reading(self) -> None:
        """The client is read no faster than the source reads; no byte is lost."""
        await self.stage()
        total = 6_000_000
        client = await self.asked(
            get(b"/api", b"Content-Length: %d" % total, method=b"PUT")
        )
        source = await self.source.accepted()
        await source.head()
        source.stop_reading()
        client.send(b"x" * total)
        before = -1
        while client.unsent != before:
            before = client.unsent
            await settle()
        self.assertGreater(client.unsent, 1_000_000)
        source.read_on()
        await until(lambda: source.total >= total, "the upload")
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")

    async def test_nothing_is_read_before_there_is_a_connection(self) -> None:
        """While the source is being connected to, at most one read is held."""
        await self.stage(http={"maxConcurrentConnections": 1})
        first, source = await self.call(get(b"/api"))
        total = 3_000_000
        client = await self.asked(
            get(b"/api", b"Content-Length: %d" % total, method=b"PUT")
        )
        client.send(b"x" * total)
        await until(lambda: self.gateway.pool.waiting, "the queue")
        before = -1
        while client.unsent != before:
            before = client.unsent
            await settle()
        self.assertGreater(client.unsent, total // 2)
        second = [
            one.stream.body  # type: ignore[attr-defined]
            for one in self.gateway.live.all()
            if one.record.method == "PUT"
        ]
        self.assertLessEqual(second[0].bytes, 1 << 20)
        source.send(response(b"one"))
        await first.answer()
        other = await self.source.asked()
        await until(lambda: other.total > total, "the upload")

    async def test_silence_of_the_client(self) -> None:
        """
        A client that stops within its body receives a 408, and its source is released.
        """
        await self.stage(body_timeout_ms=60_000, request_timeout_ms=0)
        client, source = await self.call(
            get(b"/api", b"Content-Length: 9", method=b"POST") + b"xyz"
        )
        await source.head()
        await source.take(3)
        for _ in range(3):
            self.reactor.advance_ms(59_000)
            client.send(b"d")
            await source.take(1)
        self.reactor.advance_ms(60_000)
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (408, b"close"))
        await source.until_over()
        line = await self.gateway.ended()
        self.assertEqual(
            (line["outcome"], line["errorKey"], line["clock"]),
            ("request_timeout", "REQUEST_BODY_TIMEOUT", "bodyTimeout"),
        )

    async def test_silence_of_the_client_amid_a_response(self) -> None:
        """When the response has begun, the client is cut instead."""
        await self.stage(body_timeout_ms=60_000)
        client, source = await self.call(
            get(b"/api", b"Content-Length: 9", method=b"POST") + b"xyz"
        )
        source.send(b"HTTP/1.1 200 OK\r\n\r\n")
        await client.head()
        self.reactor.advance_ms(60_000)
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual((await self.gateway.ended())["clock"], "bodyTimeout")

    async def test_the_clock_stands_still_while_the_source_is_full(self) -> None:
        """The body timeout does not run while the source takes no data."""
        await self.stage(
            http={"maxConcurrentConnections": 1, "readTimeout": 900_000},
            body_timeout_ms=60_000,
            request_timeout_ms=0,
        )
        first, source = await self.call(get(b"/api"))
        client = await self.asked(post(b"/api", b"xyz")[:-1])
        await until(lambda: self.gateway.pool.waiting, "the queue")
        self.reactor.advance_ms(600_000)
        source.send(response(b"one"))
        await first.answer()
        client.send(b"z")
        await (await self.source.asked()).until_received(b"xyz")


class EndTests(GatewayCase):
    async def uploading(self) -> tuple[Client, SourceConnection]:
        """An upload amid its body."""
        client, source = await self.call(
            get(b"/api", CHUNKED, method=b"POST") + chunk(b"one")
        )
        await source.until_received(chunk(b"one"))
        return client, source

    async def test_malformed_before_the_response(self) -> None:
        """A body whose framing breaks gets a 400; the source is cut off."""
        await self.stage()
        client, source = await self.uploading()
        client.send(b"zz\r\n")
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (400, b"close"))
        await source.until_over()
        self.assertTrue(source.was_reset)
        await client.until_over()
        self.assertEqual((client.received, client.was_reset), (b"", False))
        line = await self.gateway.ended()
        self.assertEqual((line["status"], line["outcome"]), (400, "refused"))

    async def test_malformed_after_the_head(self) -> None:
        """A malformed body during the response cuts both sides."""
        await self.stage()
        client, source = await self.uploading()
        source.send(b"HTTP/1.1 200 OK\r\n\r\nhello")
        await client.until_received(b"hello")
        client.send(b"zz\r\n")
        await client.until_over()
        await source.until_over()
        self.assertTrue(client.was_cut)
        self.assertTrue(source.was_reset)

    async def test_the_client_leaves(self) -> None:
        """The source never gets a clean end of half a body."""
        await self.stage()
        client, source = await self.uploading()
        client.reset()
        await source.until_over()
        self.assertTrue(source.was_reset)
        self.assertNotIn(b"\n0\r\n", source.received)
        line = await self.gateway.ended()
        self.assertEqual((line["status"], line["outcome"]), (499, "client_gone"))
        self.assertEqual(line["bytesIn"], 3)
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_the_client_leaves_while_nothing_is_read(self) -> None:
        """The end of a client is noticed while its body is not read."""
        await self.stage()
        client = await self.asked(
            get(b"/api", b"Content-Length: 90000000", method=b"PUT")
        )
        source = await self.source.accepted()
        await source.head()
        source.stop_reading()
        client.send(b"x" * 3_000_000)
        before = -1
        while client.unsent != before:
            before = client.unsent
            await settle()
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.assertEqual(self.gateway.pool.taken, 0)
        source.read_on()
        await source.until_over()
        self.assertTrue(source.was_reset)

    async def test_the_client_leaves_after_its_body(self) -> None:
        """A client that waits for the answer to its upload is noticed to leave."""
        await self.stage()
        client, source = await self.call(post(b"/api", b"xyz"))
        await source.until_received(b"xyz")
        client.close()
        await source.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")

    async def test_an_early_answer(self) -> None:
        """A source may answer in full while the upload runs: the client gets all of
        it, and the connection ends."""
        await self.stage()
        client, source = await self.uploading()
        client.keeps_open = True
        source.send(response(b"too much", status=b"413 Content Too Large"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.body), (413, b"too much"))
        self.assertEqual(answer.get(b"connection"), b"close")
        client.send(chunk(b"x" * 1_000_000))
        await client.until_over()
        self.assertTrue(client.eof)
        await source.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "completed")
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.kept), (0, 0))
        client.close()

    async def test_an_early_answer_of_a_full_source(self) -> None:
        """A source that stops reading may still answer."""
        await self.stage()
        client = await self.asked(
            get(b"/api", b"Content-Length: 90000000", method=b"PUT")
        )
        client.keeps_open = True
        source = await self.source.asked()
        await source.head()
        source.stop_reading()
        client.send(b"x" * 6_000_000)
        before = -1
        while client.unsent != before:
            before = client.unsent
            await settle()
        self.assertGreater(client.unsent, 0)
        source.send(response(b"too much", status=b"413 Content Too Large"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.body), (413, b"too much"))
        await until(lambda: not client.unsent, "the rest of the upload")
        await client.until_over()
        self.assertTrue(client.eof)
        source.read_on()
        await source.until_over()
        client.close()

    async def test_an_early_answer_that_goes_on(self) -> None:
        """Request and response may run side by side."""
        await self.stage()
        client, source = await self.uploading()
        source.received = b""
        source.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await client.head()
        for _ in range(3):
            client.send(chunk(b"ping"))
            await source.take_until(chunk(b"ping"))
            source.send(chunk(b"pong"))
            self.assertEqual(await client.event(), b"pong")
        client.send(b"0\r\n\r\n")
        await source.take_until(b"0\r\n\r\n")
        source.send(chunk(b"bye") + b"0\r\n\r\n")
        self.assertEqual(await client.event(), b"bye")
        await client.until_received(b"0\r\n\r\n")
        self.assertEqual((await self.gateway.ended())["outcome"], "completed")

    async def test_the_source_fails(self) -> None:
        """A source that goes away unanswered is a 502, however much is to come."""
        await self.stage()
        client, source = await self.uploading()
        client.keeps_open = True
        source.reset()
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (502, b"close"))
        client.send(chunk(b"x" * 3_000_000))
        await client.until_over()
        self.assertTrue(client.eof)
        client.close()

    async def test_an_upload_is_never_sent_twice(self) -> None:
        """A kept connection that turns out dead fails an upload."""
        await self.stage()
        user, source = await self.call(get(b"/api"))
        await source.head()
        source.send(response(b"one"))
        await user.answer()
        user.send(post(b"/api", b"xyz", method=b"PUT"))
        await source.until_received(b"xyz")
        source.reset()
        self.assertEqual((await user.answer()).status, 502)
        self.assertEqual(len(self.source.connections), 1)


class RefusedTests(GatewayCase):
    async def test_small(self) -> None:
        """A refused upload ends the connection, arrived or not."""
        await self.stage()
        client = await self.asked(post(b"/nowhere", b"xyz") + get(b"/api"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (404, b"close"))
        await client.until_over()
        self.assertEqual((client.received, client.was_reset), (b"", False))
        self.assertEqual(self.source.connections, [])

    async def test_refused_upstream(self) -> None:
        """
        A client receives the refusal of a source that cannot be reached, during its
        upload.
        """
        await self.stage()
        await self.source.port.stopListening()
        client = await self.client()
        client.keeps_open = True
        client.send(get(b"/api", b"Content-Length: 9000000", method=b"PUT"))
        client.send(b"x" * 2_000_000)
        self.assertEqual((await client.answer()).status, 502)
        await client.until_over()
        self.assertTrue(client.eof)
        client.close()


class LimitTests(SynchronousTestCase):
    """How much of a body is passed on at the most."""

    def setUp(self) -> None:
        """Limit a body of unknown length to ten bytes."""
        self.channel = Channel()
        self.body = RequestBody(cast(Any, self.channel), None)
        self.taken: list[bytes] = []
        self.told: list[str] = []
        self.body.startProducing(cast(Any, self))

    def write(self, data: bytes) -> None:
        """Take bytes, as a source does."""
        self.taken.append(data)

    def limit(self, most_bytes: int) -> None:
        """Limit it."""
        self.body.limit(most_bytes, lambda: self.told.append("too large"))

    def test_the_last_byte(self) -> None:
        """The limit is exact, and is reported once."""
        self.limit(10)
        for size in (4, 6):
            self.body.received(b"x" * size)
        self.assertEqual((len(b"".join(self.taken)), self.told), (10, []))
        self.body.received(b"x")
        self.body.received(b"x")
        self.assertEqual((len(b"".join(self.taken)), self.told), (10, ["too large"]))

    def test_too_late(self) -> None:
        """A limit looks at what came before it, too."""
        self.body.received(b"x" * 11)
        self.limit(11)
        self.assertEqual(self.told, [])
        self.limit(10)
        self.assertEqual(self.told, ["too large"])


class Channel:
    """A client's connection, which need not be held back here."""

    def resume_body(self) -> None:
        """Read on."""
