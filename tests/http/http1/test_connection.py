"""Client connections: heads, limits, clocks, reuse and endings."""

from __future__ import annotations

from relay.settings.gateway import LimitSettings
from tests.gateway.harness import GatewayCase, get, post, response
from tests.gateway.raw import Client, settle, turn, until

HEAD = b"GET /api HTTP/1.1\r\nHost: relay\r\n"


class SyntaxTests(GatewayCase):
    async def broken(self, sent: bytes, status: int, key: str) -> None:
        """Assert the final response to a malformed request, and its log entry."""
        client = await self.asked(sent)
        answer = await client.answer()
        self.assertEqual(answer.status, status, sent[:80])
        self.assertEqual(answer.get(b"connection"), b"close", sent[:80])
        self.assertTrue(answer.body, sent[:80])
        self.assertIsNone(answer.get(b"server"), sent[:80])
        await client.until_over()
        self.assertEqual((client.was_reset, client.received), (False, b""), sent[:80])
        line = self.gateway.closed[-1]
        self.assertEqual(
            (line["status"], line["errorKey"], line["outcome"]),
            (status, key, "refused"),
            sent[:80],
        )
        self.assertEqual(len(self.gateway.live), 0)
        self.assertEqual(self.source.connections, [])

    async def test_request_lines(self) -> None:
        """A malformed request line is a 400, whatever follows it."""
        await self.stage()
        for line, key in (
            (b"GET", "BAD_REQUEST"),
            (b"GET /api", "BAD_REQUEST"),
            (b"GET /api HTTP/2.0", "BAD_REQUEST"),
            (b"GET /api HTTP/1.1 x", "BAD_REQUEST"),
            (b"GET  /api HTTP/1.1", "BAD_REQUEST"),
            (b"GET /a b HTTP/1.1", "BAD_REQUEST"),
            (b"GET /\xc3\xa9 HTTP/1.1", "BAD_REQUEST"),
            (b"G{T /api HTTP/1.1", "INVALID_HTTP_METHOD"),
            (b"G\x00T /api HTTP/1.1", "REQUEST_NULL_BYTE_REJECTED"),
            (b"GET /\x00 HTTP/1.1", "REQUEST_NULL_BYTE_REJECTED"),
            (b"\x16\x03\x01\x02", "INVALID_HTTP_METHOD"),
        ):
            await self.broken(line + b"\r\nHost: relay\r\n\r\n", 400, key)

    async def test_header_lines(self) -> None:
        """A malformed header, or one that frames a body twice, is a 400."""
        await self.stage()
        for lines in (
            b"no colon\r\n",
            b"bad name: x\r\n",
            b"X : y\r\n",
            b": x\r\n",
            b"X: a\x00b\r\n",
            b"X: a\rb\r\n",
            b"Content-Length: 1\r\nContent-Length: 1\r\n",
            b"Content-Length: -1\r\n",
            b"Content-Length:\r\n",
            b"Content-Length: 1_0\r\n",
            b"Content-Length: 9223372036854775808\r\n",
            b"Content-Length: 18446744073709551617\r\n",
            b"Content-Length: " + b"1" * 4301 + b"\r\n",
            b"Content-Length: 1\r\nTransfer-Encoding: identity\r\n",
            b"Transfer-Encoding: identity\r\n",
            b"Transfer-Encoding: identity\r\nContent-Length: 1\r\n",
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked, identity\r\n",
            b"Transfer-Encoding: \x0bchunked\r\n",
            b"Transfer-Encoding: chunked\x0c\r\n",
            b'Transfer-Encoding: "chunked"\r\n',
            b"Transfer-Encoding:\r\n",
            b"X: a\x01b\r\n",
            b"X: \x1b[2J\r\n",
            b"X: a\x7f\r\n",
            b"Content-Length: +1\r\n",
            b"Content-Length: 1, 1\r\n",
            b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: gzip, chunked\r\n",
            b"Transfer-Encoding: xchunked\r\n",
        ):
            await self.broken(HEAD + lines + b"\r\n", 400, "BAD_REQUEST")

    async def test_http_1_0_has_no_chunks(self) -> None:
        """RFC 9112, 6.1: its framing cannot be trusted."""
        await self.stage()
        head = b"POST /api HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
        await self.broken(head + b"0\r\n\r\n", 400, "BAD_REQUEST")

    async def test_a_tab_may_stand_in_a_value(self) -> None:
        """A value may contain tabs and bytes outside of ASCII."""
        await self.stage()
        _, source = await self.call(get(b"/api", b"X: a\tb\xe9"))
        self.assertEqual((await source.head()).get(b"x"), b"a\tb\xe9")

    async def test_a_malformed_chunk_or_trailer_is_refused(self) -> None:
        """Sizes that no counter holds, and trailers that are no fields."""
        await self.stage()
        head = get(b"/api", b"Transfer-Encoding: chunked", method=b"POST")
        for body in (
            b"8000000000000000\r\n",
            b"ffffffffffffffff\r\n",
            b"1" * 400 + b"\r\n",
            b"0x1\r\na\r\n",
            b"0\r\nno field\r\n\r\n",
            b"0\r\n:path: /x\r\n\r\n",
            b"0\r\nbad name: x\r\n\r\n",
            b"0\r\nX: a\x01\r\n\r\n",
            b"0\r\nX: a\r\n folded\r\n\r\n",
        ):
            client = await self.asked(head + body)
            self.assertEqual((await client.answer()).status, 400, body)
            await client.until_over()

    async def test_head_too_large(self) -> None:
        """A head is bounded in its lines, its whole and its number of headers."""
        await self.stage(limits=LimitSettings(max_head_bytes=2048, max_headers=20))
        for sent, status, key in (
            (b"GET /" + b"a" * 5000, 414, "URI_TOO_LONG"),
            (get(b"/" + b"a" * 2048), 414, "URI_TOO_LONG"),
            (HEAD + b"X: " + b"a" * 5000, 431, "REQUEST_HEAD_TOO_LARGE"),
            (get(b"/api", b"X: " + b"a" * 2048), 431, "REQUEST_HEAD_TOO_LARGE"),
            (get(b"/api", *[b"X: " + b"a" * 500] * 5), 431, "REQUEST_HEAD_TOO_LARGE"),
            (get(b"/api", *[b"X: a"] * 20), 431, "REQUEST_HEAD_TOO_LARGE"),
        ):
            await self.broken(sent, status, key)

    async def test_a_head_as_large_as_it_may_be(self) -> None:
        """A head within the limits is accepted."""
        await self.stage(limits=LimitSettings(max_head_bytes=2048, max_headers=20))
        client, source = await self.call(get(b"/api", *[b"X: " + b"a" * 90] * 19))
        self.assertEqual(len((await source.head()).all(b"x")), 19)
        source.send(response(b"ok"))
        self.assertEqual((await client.answer()).body, b"ok")

    async def test_answered_once(self) -> None:
        """A malformed request has one response and one log entry."""
        await self.stage()
        await self.broken(
            b"POST /api HTTP/1.1\r\nX\r\nHost: a\r\nY\r\n\r\n" * 3, 400, "BAD_REQUEST"
        )
        self.assertEqual(len(self.gateway.closed), 1)

    async def test_refused_with_a_broken_body(self) -> None:
        """A refused upload whose framing is broken, too, gets one answer."""
        await self.stage()
        client = await self.asked(
            get(b"/nowhere", b"Transfer-Encoding: chunked", method=b"POST")
            + b"zz\r\nnonsense\r\n0\r\n\r\n"
        )
        self.assertEqual((await client.answer()).status, 404)
        await client.until_over()
        self.assertEqual((client.received, client.was_reset), (b"", False))

    async def test_cut_up(self) -> None:
        """A request is the same however the network cuts it up."""
        await self.stage()
        client = await self.client()
        for byte in get(
            b"/api/a?b=c", b"X: y", b"Transfer-Encoding: chunked", method=b"POST"
        ) + (b"3\r\nxyz\r\n4;x=y\r\nuvwg\r\n0\r\nT: u\r\n\r\n"):
            client.send(bytes([byte]))
            await turn()
        source = await self.source.asked()
        head = await source.head()
        self.assertEqual((head.target, head.get(b"x")), (b"/base/a?b=c", b"y"))
        body = await source.take_until(b"\r\n0\r\n\r\n")
        self.assertEqual(
            body, b"".join(b"1\r\n%c\r\n" % c for c in b"xyzuvwg") + b"0\r\n\r\n"
        )
        source.send(response(b"ok"))
        self.assertEqual((await client.answer()).body, b"ok")

    async def test_empty_line_before_a_request(self) -> None:
        """One empty line before a request is ignored."""
        await self.stage()
        _, source = await self.call(b"\r\n" + get(b"/api"))
        self.assertEqual((await source.head()).target, b"/base")


class ClockTests(GatewayCase):
    async def test_dripping_head(self) -> None:
        """A head has a total time, however alive the client seems."""
        await self.stage(head_timeout_ms=10_000)
        client = await self.asked(HEAD)
        for _ in range(9):
            await settle()
            self.reactor.advance_ms(1000)
            client.send(b"X: y\r\n")
        await settle()
        self.assertEqual(client.received, b"")
        self.reactor.advance_ms(1000)
        answer = await client.answer()
        self.assertEqual(answer.status, 408)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["outcome"], line["errorKey"], line["clock"]),
            ("request_timeout", "REQUEST_HEAD_TIMEOUT", "headTimeout"),
        )
        await client.until_over()
        self.assertFalse(client.was_reset)

    async def test_a_pipelined_head_has_its_own_time(self) -> None:
        """The time of a second head counts from when its turn has come."""
        await self.stage(http={"readTimeout": 20_000}, head_timeout_ms=10_000)
        client, source = await self.call(get(b"/api") + HEAD)
        self.reactor.advance_ms(15_000)
        source.send(response(b"one"))
        self.assertEqual((await client.answer()).body, b"one")
        self.reactor.advance_ms(9_999)
        await settle()
        self.assertEqual(client.received, b"")
        self.reactor.advance_ms(1)
        self.assertEqual((await client.answer()).status, 408)

    async def test_idle_connection(self) -> None:
        """Between requests a connection is kept for a while, then closed."""
        await self.stage(keep_alive_timeout_ms=75_000)
        client, source = await self.call(get(b"/api"))
        source.send(response(b"one"))
        await client.answer()
        self.reactor.advance_ms(74_999)
        await settle()
        self.assertFalse(client.over)
        self.reactor.advance_ms(1)
        await client.until_over()
        self.assertEqual((client.was_reset, client.received), (False, b""))
        self.assertEqual(len(self.gateway.closed), 1)

    async def test_silent_connection(self) -> None:
        """A client that never asks is let go, without an answer or a log line."""
        await self.stage(head_timeout_ms=10_000)
        client = await self.client()
        await settle()
        self.reactor.advance_ms(9_999)
        await settle()
        self.assertFalse(client.over)
        self.reactor.advance_ms(1)
        await client.until_over()
        self.assertEqual((client.received, self.gateway.lines), (b"", []))

    async def test_a_head_that_was_begun_ahead_is_timed(self) -> None:
        """A part of a head behind a complete request has its time, however it drips."""
        await self.stage(head_timeout_ms=10_000)
        client, source = await self.call(get(b"/api") + b"GET /api HTTP/1.1\r\n")
        source.send(response(b"one"))
        await client.answer()
        for _ in range(9):
            self.reactor.advance_ms(1000)
            client.send(b"X: y\r\n")
            await settle()
        self.assertEqual(client.received, b"")
        self.reactor.advance_ms(1000)
        self.assertEqual((await client.answer()).status, 408)

    async def test_the_first_head_is_timed_from_the_start(self) -> None:
        """The time before its first byte counts for the first head of a connection."""
        await self.stage(head_timeout_ms=10_000)
        client = await self.client()
        await settle()
        self.reactor.advance_ms(9_000)
        client.send(HEAD)
        await settle()
        self.reactor.advance_ms(1_000)
        self.assertEqual((await client.answer()).status, 408)

    async def test_the_idle_clock_stands_still_during_a_request(self) -> None:
        """A quiet stream is no idle connection."""
        await self.stage(http={"idleTimeout": 0})
        client, source = await self.stream()
        self.reactor.advance_ms(10_000_000)
        source.send(b"3\r\n: \n\r\n")
        self.assertEqual(await client.event(), b": \n")

    async def test_no_timer_is_left(self) -> None:
        """A connection that ends leaves no delayed call behind."""
        await self.stage()
        for sent in (
            b"",
            HEAD,
            get(b"/api"),
            post(b"/api", b"xyz"),
            post(b"/api", b"xyz")[:-1],
            get(b"/nowhere"),
            post(b"/nowhere", b"xyz")[:-1],
            b"nonsense\r\n",
        ):
            client = await self.asked(sent)
            await settle()
            client.reset()
            await settle()
            self.assertEqual(self.reactor.clock.getDelayedCalls(), [], sent)


class PersistenceTests(GatewayCase):
    async def test_reused(self) -> None:
        """A connection takes one request after another."""
        await self.stage()
        client, source = await self.call(get(b"/api/0"))
        for number in range(3):
            if number:
                client.send(get(b"/api/%d" % number))
            self.assertEqual((await source.head()).target, b"/base/%d" % number)
            source.send(response(b"%d" % number))
            self.assertEqual((await client.answer()).body, b"%d" % number)
        self.assertEqual(len(self.gateway.closed), 3)

    async def test_pipelined(self) -> None:
        """Requests sent at once are answered in their order, bodies included."""
        await self.stage()
        client, source = await self.call(
            get(b"/api/1") + post(b"/api/2", b"body") + get(b"/api/3")
        )
        for number in (b"1", b"2", b"3"):
            self.assertEqual((await source.head()).target, b"/base/" + number)
            if number == b"2":
                self.assertEqual(await source.take(4), b"body")
            await settle()
            self.assertEqual(source.received, b"")
            source.send(response(number))
            self.assertEqual((await client.answer()).body, number)

    async def test_closed_when_asked_to(self) -> None:
        """``Connection: close`` is honoured in any case, place and list."""
        await self.stage()
        for fields in (
            (b"Connection: close",),
            (b"Connection: Close, X-Foo",),
            (b"Connection: x-foo,close",),
            (b"Connection: x-foo", b"Connection: close"),
        ):
            client, source = await self.call(get(b"/api", *fields))
            self.assertIsNone((await source.head()).get(b"connection"))
            source.send(response(b"bye", b"Connection: close"))
            answer = await client.answer()
            self.assertEqual(answer.get(b"connection"), b"close", fields)
            await client.until_over()
            self.assertFalse(client.was_reset)

    async def test_closed_while_the_daemon_stops(self) -> None:
        """A response that is made then is the last of its connection, and says so."""
        await self.stage()
        client, source = await self.call(get(b"/api/1"))
        self.assertEqual((await source.head()).target, b"/base/1")
        self.gateway.resource.close()
        source.send(response(b"one"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.body), (200, b"one"))
        self.assertEqual(answer.get(b"connection"), b"close")
        await client.until_over()
        self.assertFalse(client.was_reset)

    async def test_http_1_0(self) -> None:
        """An HTTP/1.0 client gets its answer, and the end of the connection."""
        await self.stage()
        client, source = await self.call(
            b"GET /api HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"
        )
        head = await source.head()
        self.assertEqual(head.line, b"GET /base HTTP/1.1")
        source.send(response(b"old"))
        answer = await client.answer()
        self.assertEqual(answer.line, b"HTTP/1.0 200 OK")
        self.assertEqual(answer.body, b"old")
        await client.until_over()
        self.assertFalse(client.was_reset)

    async def test_leaving_is_noticed_behind_pipelined_bytes(self) -> None:
        """The end of a client is noticed although pipelined requests are unread."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        client.send(get(b"/api", b"X: " + b"a" * 8000) * 20)
        await settle()
        client.reset()
        await source.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")


class EndTests(GatewayCase):
    async def lingering(self) -> Client:
        """A client whose upload was refused, and who goes on sending."""
        await self.stage()
        client = await self.client()
        client.keeps_open = True
        client.send(get(b"/nowhere", b"Content-Length: 99999999", method=b"PUT"))
        self.assertEqual((await client.answer()).status, 404)
        return client

    async def test_the_answer_survives_the_upload(self) -> None:
        """A refused client that sends megabytes still gets its answer and a clean
        end, since the gateway reads on for a while."""
        client = await self.lingering()
        client.send(b"x" * 5_000_000)
        await client.until_over()
        self.assertTrue(client.eof)
        await settle()
        self.assertIsNone(client.lost)
        client.close()

    async def test_not_for_ever(self) -> None:
        """A client that never stops sending is cut, two seconds after it took the
        answer at the earliest."""
        client = await self.lingering()
        await client.until_over()
        self.reactor.advance_ms(1999)
        await settle()
        self.assertIsNone(client.lost)
        self.reactor.clock.pump([1.0] * 3)
        await settle()
        client.send(b"x")
        await until(lambda: client.lost, "the reset")

    async def test_not_before_the_answer_is_taken(self) -> None:
        """A client that is slow to take a long answer gets all of it."""
        await self.stage()
        client, source = await self.call(
            get(b"/api", b"Content-Length: 99999999", method=b"PUT")
        )
        client.keeps_open = True
        client.stop_reading()
        await source.head()
        source.send(response(b"x" * 150_000, status=b"413 Too Large"))
        await until(lambda: source.over, "the end of the call")
        client.sips = True
        while client.total < 100_000:
            before = client.total
            client.read_on()
            await until(lambda: client.total > before, "some")  # noqa: B023
            await settle()
            self.reactor.advance_ms(2_000)
            await settle()
        client.sips = False
        client.read_on()
        self.assertEqual(len((await client.answer()).body), 150_000)
        await client.until_over()
        self.assertTrue(client.eof)
        client.close()

    async def test_the_answer_survives_requests_sent_ahead(self) -> None:
        """
        The client receives a response that ends the connection, although it has sent
        further requests.
        """
        await self.stage()
        for _ in range(5):
            client, source = await self.call(get(b"/api"))
            client.keeps_open = True
            client.send(get(b"/api", b"X: " + b"a" * 8000) * 40)
            await settle()
            source.close()
            self.assertEqual((await client.answer()).status, 502)
            await client.until_over()
            self.assertEqual((client.eof, client.received), (True, b""))
            client.close()
