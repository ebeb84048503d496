"""
The response of a source as the client receives it, and the request as the source
receives it.
"""

from __future__ import annotations

from ipaddress import ip_network

from relay.settings.gateway import LimitSettings
from relay.settings.listeners import ListenerSettings
from tests.gateway.harness import EVENT_STREAM, GatewayCase, chunk, get, response
from tests.gateway.raw import Client, SourceConnection, settle, turn

HTTP_1_0 = b"GET /api HTTP/1.0\r\nHost: relay\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
ID = rb"\A[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z"


class BodyTests(GatewayCase):
    async def test_first_byte_at_once(self) -> None:
        """The head is there before any of the body, each piece before the next."""
        await self.stage()
        client, source = await self.stream()
        for event in (b": hello\n\n", b"data: 1\n\n", b"data: 2"):
            source.send(chunk(event))
            self.assertEqual(await client.event(), event)

    async def test_length(self) -> None:
        """A body of known length keeps it, and is not chunked."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nxyz")
        head = await client.head()
        self.assertEqual(head.get(b"content-length"), b"6")
        self.assertIsNone(head.get(b"transfer-encoding"))
        self.assertEqual(await client.take(3), b"xyz")
        source.send(b"uvw")
        self.assertEqual(await client.take(3), b"uvw")
        line = await self.gateway.ended()
        self.assertEqual((line["outcome"], line["bytesOut"]), ("completed", 6))

    async def test_cut_up(self) -> None:
        """A response is the same however the network cuts it up."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        for byte in (
            b"HTTP/1.1 200 Fine\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nxyz\r\n4;x=y\r\nuvwg\r\n0\r\nT: u\r\n\r\n"
        ):
            source.send(bytes([byte]))
            await turn()
        answer = await client.answer()
        self.assertEqual((answer.line, answer.get(b"x")), (b"HTTP/1.1 200 Fine", b"y"))
        self.assertEqual((answer.body, answer.trailers), (b"xyzuvwg", [(b"t", b"u")]))
        self.assertEqual(self.gateway.pool.kept, 1)

    async def test_chunks(self) -> None:
        """Chunks are counted and framed alike for every split of the bytes."""
        await self.stage()
        events = [b"data: %d\n\n" % n for n in range(6)]
        one, two, three, four, five, six = map(chunk, events)
        client, source = await self.call(get(b"/api"))
        source.send(EVENT_STREAM)
        for sent, seen in (
            (one, one),
            (two + three[:-6], b"data"),
            (three[-6:] + four, four),
            (b"9;a=b" + five[1:], five),
        ):
            source.send(sent)
            await client.until_received(seen)
        source.send(six + b"0\r\nX-Sum: 1\r\n\r\n")
        answer = await client.answer()
        self.assertEqual(answer.body, b"".join(events))
        self.assertEqual(answer.trailers, [(b"x-sum", b"1")])
        line = await self.gateway.ended()
        self.assertEqual(
            (line["events"], line["bytesOut"], line["outcome"]), (6, 54, "completed")
        )

    async def test_close_delimited(self) -> None:
        """A body that the source ends by closing is complete, chunked for HTTP/1.1."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.0 200 OK\r\n\r\nxyz")
        self.assertEqual((await client.head()).get(b"transfer-encoding"), b"chunked")
        source.close()
        await client.until_received(chunk(b"xyz") + b"0\r\n\r\n")
        self.assertEqual((await self.gateway.ended())["outcome"], "completed")

    async def test_nothing_but_a_head(self) -> None:
        """204 and 304 have no body and no framing; other empty bodies have."""
        await self.stage()
        user = await self.client()
        for sent, length, encoding in (
            (b"HTTP/1.1 204 No Content\r\n", None, None),
            (b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n", None, None),
            (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n", None, None),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", b"0", None),
            (b"HTTP/1.1 205 Reset\r\nContent-Length: 0\r\n", b"0", None),
            (CHUNKED, None, b"chunked"),
        ):
            user.send(get(b"/api"))
            source = await self.source.asked()
            await source.head()
            source.send(sent + b"\r\n" + (b"0\r\n\r\n" if sent == CHUNKED else b""))
            answer = await user.answer()
            self.assertEqual(answer.get(b"content-length"), length, sent)
            self.assertEqual(answer.get(b"transfer-encoding"), encoding, sent)
            self.assertEqual(answer.body, b"", sent)
        await settle()
        self.assertEqual(user.received, b"")

    async def test_head(self) -> None:
        """HEAD gets the head that GET would get, the length too, and no body."""
        await self.stage()
        user = await self.client()
        for sent, length in (
            (b"Content-Length: 12345\r\n", b"12345"),
            (b"Transfer-Encoding: chunked\r\n", None),
            (b"", None),
        ):
            user.send(get(b"/api", method=b"HEAD"))
            source = await self.source.asked()
            self.assertEqual((await source.head()).line, b"HEAD /base HTTP/1.1")
            source.send(b"HTTP/1.1 200 OK\r\n" + sent + b"\r\n")
            answer = await user.answer(b"HEAD")
            self.assertEqual(answer.get(b"content-length"), length, sent)
            self.assertIsNone(answer.get(b"transfer-encoding"), sent)
        await settle()
        self.assertEqual(user.received, b"")
        self.assertEqual(len(self.gateway.closed), 3)

    async def test_http_1_0_clients(self) -> None:
        """A client of HTTP/1.0 receives plain bytes and the end of the connection."""
        await self.stage()
        for sent in (
            CHUNKED + b"\r\n3\r\nxyz\r\n3\r\nuvw\r\n0\r\nX-Sum: 1\r\n\r\n",
            response(b"xyzuvw"),
        ):
            client, source = await self.call(HTTP_1_0)
            await source.head()
            source.send(sent)
            answer = await client.answer()
            self.assertEqual(answer.line, b"HTTP/1.0 200 OK")
            self.assertEqual(answer.body, b"xyzuvw")
            self.assertIsNone(answer.get(b"transfer-encoding"))
            await client.until_over()
            self.assertEqual((client.was_reset, client.received), (False, b""))

    async def test_early_hints_reach_the_client(self) -> None:
        """A 103 is forwarded, and other interim responses are not."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        source.send(
            b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nConnection: X-Hop\r\n"
            b"X-Hop: 1\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
        )
        hint = await client.head()
        self.assertEqual(hint.line, b"HTTP/1.1 103 Early Hints")
        self.assertEqual(hint.fields, [(b"link", b"</x>")])
        source.send(response(b"final"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.body), (200, b"final"))
        self.assertIsNone(answer.get(b"link"))
        line = await self.gateway.ended()
        self.assertEqual((line["status"], line["bytesOut"]), (200, 5))

    async def test_early_hints_before_an_event_stream(self) -> None:
        """A 103 is sent before the head of a stream."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + EVENT_STREAM)
        source.send(chunk(b"data: 1\n\n"))
        self.assertEqual((await client.head()).status, 103)
        self.assertEqual((await client.head()).status, 200)
        self.assertEqual(await client.event(), b"data: 1\n\n")

    async def test_early_hints_and_a_client_of_http_1_0(self) -> None:
        """A client of HTTP/1.0 receives no interim response."""
        await self.stage()
        client, source = await self.call(HTTP_1_0)
        source.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        source.send(response(b"final"))
        self.assertEqual((await client.answer()).status, 200)

    async def test_interim_responses_without_end(self) -> None:
        """A source that sends more than a few is given up."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 17)
        answer = await client.answer()
        self.assertEqual(answer.status, 502)
        self.assertIn(b"interim responses", answer.body)
        await source.until_over()

    async def test_the_bound_of_heads_is_a_setting_for_both_sides(self) -> None:
        """A head above the limit is a 502 that names the setting."""
        for most_bytes, status in ((16_384, 502), (40_000, 200)):
            await self.stage(limits=LimitSettings(max_head_bytes=most_bytes))
            client, source = await self.call(get(b"/api"))
            source.send(response(b"ok", b"X-Big: " + b"b" * 30_000))
            answer = await client.answer()
            self.assertEqual(answer.status, status)
            if status == 502:
                self.assertIn(b"16384 bytes (limits.max_head_bytes)", answer.body)
                line = await self.gateway.ended()
                key = "GATEWAY_CLIENT_RESPONSE_HEAD_TOO_LARGE"
                self.assertEqual(line["errorKey"], key)

    async def test_a_head_without_end(self) -> None:
        """A head without an end is refused at the limit, before a timeout."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"a" * 50_000)
        self.assertEqual((await client.answer()).status, 502)
        await source.until_over()

    async def test_responses_that_can_be_read_in_two_ways(self) -> None:
        """Ambiguous responses are refused, as nginx, HAProxy and others do."""
        await self.stage()
        user = await self.client()
        for head in (
            b"HTTP/1.1 799 x\r\nContent-Length: 1",
            b"HTTP/2.0 200 OK\r\nContent-Length: 1",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
            b"Transfer-Encoding: identity",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808",
        ):
            user = await self.asked(get(b"/api"))
            source = await self.source.asked()
            source.send(head + b"\r\n\r\nx")
            self.assertEqual((await user.answer()).status, 502, str(head))
            await source.until_over()

    async def test_statuses(self) -> None:
        """Any final status of HTTP and any phrase passes."""
        await self.stage()
        user = await self.client()
        for line in (b"404 Gone fishing", b"500 ", b"299 Very Well", b"599 x"):
            user.send(get(b"/api"))
            source = await self.source.asked()
            await source.head()
            source.send(response(b"x", status=line))
            self.assertEqual((await user.answer()).line, b"HTTP/1.1 " + line)

    async def test_no_response(self) -> None:
        """A malformed response is a 502, and its connection is closed."""
        await self.stage()
        for sent in (
            b"SSH-2.0-OpenSSH\r\n",
            b"HTTP/1.1 xyz OK\r\n\r\n",
            b"HTTP/1.1 -1 OK\r\n\r\n",
            b"HTTP/1.1 0 OK\r\n\r\n",
            b"HTTP/1.1 99 OK\r\n\r\n",
            b"HTTP/1.1 1000 OK\r\n\r\n",
            b"HTTP/1.1 200 O\rK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n folded first\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: " + b"1" * 4301 + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nX: a\r b\r\n\r\n",
        ):
            client, source = await self.call(get(b"/api"))
            source.send(sent)
            self.assertEqual((await client.head()).status, 502, sent[:60])
            line = await self.gateway.ended(self.source.next)
            self.assertEqual(
                line["errorKey"], "GATEWAY_CLIENT_CONNECTION_ERROR", sent[:60]
            )
            self.assertEqual(line["outcome"], "upstream_gone")
            await source.until_over()
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.kept), (0, 0))

    async def test_a_keep_alive_that_is_no_time_is_passed_over(self) -> None:
        """An invalid ``Keep-Alive`` is ignored."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(response(b"ok", b"Keep-Alive: timeout=" + b"1" * 4301))
        self.assertEqual((await client.answer()).body, b"ok")


class CutTests(GatewayCase):
    async def cut(self, request: bytes, sent: bytes, reset: bool) -> Client:
        """A client whose source goes away right behind some bytes."""
        client, source = await self.call(request)
        source.send(sent)
        if reset:
            await client.until_received(sent[-3:])
            source.reset()
        else:
            source.close()
        await client.until_over()
        return client

    async def test_never_looks_complete(self) -> None:
        """A body that the source breaks off reaches every client as one, after all that
        came before: without the last chunk or short of the announced length, and with a
        reset where only the end of the connection ends it."""
        await self.stage()
        for request in (get(b"/api"), HTTP_1_0):
            for sent in (
                b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxyz",
                CHUNKED + b"\r\n3\r\nxyz",
                CHUNKED + b"\r\n9\r\nxyz",
                CHUNKED + b"\r\n3\r\nxyz\r\n0\r\nX-Sum: xyz",
                CHUNKED + b"Content-Type: text/event-stream\r\n\r\n3\r\nxyz\r\n",
            ):
                for reset in (False, True):
                    if reset and (b"X-Sum" in sent or sent[-2:] == b"\r\n"):
                        continue
                    client = await self.cut(request, sent, reset)
                    framed = request != HTTP_1_0 or b"Content-Length" in sent
                    self.assertEqual(
                        (client.was_cut, client.was_reset), (framed, not framed), sent
                    )
                    self.assertIn(b"xyz", client.received, (sent, reset))
                    self.assertNotIn(b"\n0\r\n", client.received, sent)
                    line = self.gateway.closed[-1]
                    self.assertEqual(
                        (line["status"], line["outcome"], line["errorKey"]),
                        (200, "upstream_gone", "GATEWAY_CLIENT_STREAM_ENDED_EARLY"),
                    )
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.kept), (0, 0))

    async def test_close_delimited_and_reset(self) -> None:
        """A reset ends no body, not even one that ends with the connection."""
        await self.stage()
        for request in (get(b"/api"), HTTP_1_0):
            client = await self.cut(request, b"HTTP/1.0 200 OK\r\n\r\nxyz", reset=True)
            self.assertEqual(client.was_reset, request == HTTP_1_0)
            self.assertEqual(client.was_cut, request != HTTP_1_0)
            self.assertIn(b"xyz", client.received)

    async def test_broken_framing(self) -> None:
        """A malformed chunk cuts the response."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(CHUNKED + b"\r\n3\r\nxyz\r\nzz\r\n")
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertIn(chunk(b"xyz"), client.received)
        await source.until_over()

    async def test_what_came_with_the_end(self) -> None:
        """Events that arrive in the same packet as the end are not lost with it."""
        await self.stage()
        for end in (b"", b"zz\r\n") * 3:
            client, source = await self.stream()
            events = b"".join(b"data: %d\n\n" % n for n in range(2000))
            source.send(chunk(events) + end)
            if not end:
                source.close()
            await client.until_over()
            self.assertTrue(client.was_cut)
            self.assertIn(events[-200:], client.received)


class TrailerTests(GatewayCase):
    SENT = (
        CHUNKED + b"Trailer: X-Sum\r\n\r\n3;a=b\r\nxyz\r\n0;c\r\n"
        b"X-Sum: 1\r\nContent-Length: 3\r\nSet-Cookie: a=1\r\nX-sum:  2 \r\n\r\n"
    )

    async def test_allowed(self) -> None:
        """Trailers that may be there pass, chunk extensions never do."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(self.SENT)
        await client.until_received(b"X-sum")
        self.assertNotIn(b";", client.received)
        answer = await client.answer()
        self.assertEqual((answer.body, answer.get(b"trailer")), (b"xyz", b"X-Sum"))
        self.assertEqual(answer.trailers, [(b"x-sum", b"1"), (b"x-sum", b"2")])

    async def test_the_connection_goes_on(self) -> None:
        """Behind trailers comes the next response."""
        await self.stage()
        client, source = await self.call(get(b"/api") + get(b"/api"))
        for _ in range(2):
            await source.head()
            source.send(self.SENT)
            self.assertEqual(len((await client.answer()).trailers), 2)


class HeaderTests(GatewayCase):
    async def asked_with(self, *fields: bytes) -> tuple[Client, SourceConnection]:
        """A call whose request head the source has not taken yet."""
        return await self.call(get(b"/api", *fields, host=b"relay:8082"))

    async def test_upstream(self) -> None:
        """The source receives the end-to-end headers, in the client's spelling."""
        await self.stage()
        _, source = await self.asked_with(
            b"Authorization: Basic eDp5",
            b"Cookie: a=1",
            b"Accept: text/event-stream",
            b"Last-Event-ID: 42",
            b"Connection: keep-alive, X-Hop",
            b"Keep-Alive: timeout=5",
            b"X-Hop: 1",
            b"TE: trailers",
            b"Proxy-Authorization: Basic eDp5",
            b"X-Twice: 1",
            b"X-Twice: 2",
        )
        head = await source.head()
        self.assertEqual(head.get(b"host"), self.source.address.encode())
        self.assertEqual(head.get(b"authorization"), b"Basic eDp5")
        self.assertEqual(head.get(b"cookie"), b"a=1")
        self.assertEqual(head.get(b"accept"), b"text/event-stream")
        self.assertEqual(head.get(b"last-event-id"), b"42")
        self.assertEqual(head.all(b"x-twice"), [b"1", b"2"])
        for name in (
            b"connection",
            b"keep-alive",
            b"x-hop",
            b"te",
            b"proxy-authorization",
            b"user-agent",
        ):
            self.assertIsNone(head.get(name), name)

    async def test_downstream(self) -> None:
        """The client receives the end-to-end headers, and none of twisted.web's own."""
        await self.stage()
        client, source = await self.asked_with()
        source.send(
            response(
                b"x",
                b"Content-Type: text/x; charset=y",
                b"Server: theirs",
                b"Date: Tue, 15 Nov 1994 08:12:31 GMT",
                b"Set-Cookie: a=1; Path=/",
                b"Set-Cookie: b=2",
                b'ETag: W/"x"',
                b"Cache-Control: no-cache",
                b"Connection: keep-alive, X-Hop",
                b"Keep-Alive: timeout=5",
                b"X-Hop: 1",
                b"Upgrade: h2c",
                b"Proxy-Authenticate: Basic",
            )
        )
        answer = await client.answer()
        for name, value in (
            (b"content-type", b"text/x; charset=y"),
            (b"server", b"theirs"),
            (b"date", b"Tue, 15 Nov 1994 08:12:31 GMT"),
            (b"etag", b'W/"x"'),
            (b"cache-control", b"no-cache"),
            (b"connection", None),
            (b"keep-alive", None),
            (b"x-hop", None),
            (b"upgrade", None),
            (b"proxy-authenticate", None),
            (b"x-accel-buffering", None),
        ):
            self.assertEqual(answer.get(name), value, name)
        self.assertEqual(answer.all(b"set-cookie"), [b"a=1; Path=/", b"b=2"])

    async def test_filled_in(self) -> None:
        """A missing ``Date`` is added; ``Server`` and ``Content-Type`` are not."""
        await self.stage()
        client, source = await self.asked_with()
        source.send(response(b"x"))
        answer = await client.answer()
        self.assertRegex(
            answer.get(b"date") or b"", rb"\A\w{3}, \d\d \w{3} \d{4} .* GMT"
        )
        for name in (b"server", b"content-type", b"content-encoding"):
            self.assertIsNone(answer.get(name), name)

    async def test_event_stream(self) -> None:
        """An nginx in front is asked not to hold events back, unless the source has
        decided otherwise."""
        await self.stage()
        for sent, expected in ((b"", b"no"), (b"X-Accel-Buffering: yes\r\n", b"yes")):
            client, source = await self.asked_with()
            source.send(EVENT_STREAM[:-2] + sent + b"\r\n")
            head = await client.head()
            self.assertEqual(head.get(b"x-accel-buffering"), expected)
            self.assertEqual(head.get(b"content-type"), b"text/event-stream")

    async def test_ids(self) -> None:
        """Both sides receive the ids; the client's transaction id is kept."""
        await self.stage()
        for fields, transaction in (
            ((), ID),
            (
                (b"X-Gravitee-Transaction-Id: mine", b"X-Gravitee-Request-Id: x"),
                b"mine",
            ),
            ((b"X-Gravitee-Transaction-Id: " + b"x" * 257,), ID),
        ):
            client, source = await self.asked_with(*fields)
            head = await source.head()
            source.send(
                response(b"", b"X-Gravitee-Request-Id: y", b"Connection: close")
            )
            answer = await client.answer()
            for one in (head, answer):
                self.assertRegex(
                    one.get(b"x-gravitee-transaction-id") or b"", transaction
                )
                self.assertRegex(one.get(b"x-gravitee-request-id") or b"", ID)
            self.assertEqual(head.get_id(), answer.get_id())
            line = self.gateway.closed[-1]
            self.assertEqual(line["requestId"].encode(), head.get_id())
            self.assertRegex(line["transactionId"].encode(), transaction)


class ForwardedTests(GatewayCase):
    NAMES = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"via")
    FORGED = (
        b"X-Forwarded-For: 192.0.2.7",
        b"X-Forwarded-Proto: https",
        b"X-Forwarded-Host: public.example",
        b"Via: 1.1 edge",
    )

    async def told(self, *fields: bytes) -> list[bytes | None]:
        """Return the facts about the client that the source receives."""
        _, source = await self.call(get(b"/api", *fields, host=b"relay:8082"))
        head = await source.head()
        source.send(EVENT_STREAM)
        return [head.get(name) for name in self.NAMES]

    async def test_added(self) -> None:
        """By default the source receives the client's address, scheme and host."""
        await self.stage()
        expected = [b"127.0.0.1", b"http", b"relay:8082", b"1.1 relay"]
        self.assertEqual(await self.told(), expected)

    async def test_untrusted(self) -> None:
        """The claims of a client are replaced."""
        await self.stage()
        expected = [b"127.0.0.1", b"http", b"relay:8082", b"1.1 edge, 1.1 relay"]
        self.assertEqual(await self.told(*self.FORGED), expected)

    async def test_trusted(self) -> None:
        """The claims of a trusted proxy are kept."""
        trusted = (ip_network("127.0.0.0/8"),)
        await self.stage(
            listener=ListenerSettings("x", "tcp:0", trusted_proxies=trusted)
        )
        self.assertEqual(
            await self.told(*self.FORGED),
            [
                b"192.0.2.7, 127.0.0.1",
                b"https",
                b"public.example",
                b"1.1 edge, 1.1 relay",
            ],
        )

    async def test_what_only_a_proxy_may_say_does_not_go_upstream(self) -> None:
        """Headers of proxies are removed if the peer is not trusted."""
        claims = {
            b"X-Real-IP": b"192.0.2.7",
            b"X-Forwarded-Port": b"443",
            b"X-Forwarded-Prefix": b"/public",
        }
        fields = [b"%s: %s" % one for one in claims.items()]
        for networks, expected in (
            ((), [None] * 3),
            ((ip_network("127.0.0.0/8"),), [*claims.values()]),
        ):
            await self.stage(
                listener=ListenerSettings("x", "tcp:0", trusted_proxies=networks)
            )
            _, source = await self.call(get(b"/api", *fields))
            head = await source.head()
            self.assertEqual([head.get(one.lower()) for one in claims], expected)
            await self._close()

    async def test_switched_off(self) -> None:
        """Nothing is added if the settings disable it."""
        await self.stage(forwarded_headers=False, via=False)
        self.assertEqual(await self.told(), [None] * 4)

    async def test_via_downstream(self) -> None:
        """The client learns of the gateway, too, unless that is switched off."""
        for via, expected in ((True, b"1.0 cache, 1.1 relay"), (False, b"1.0 cache")):
            await self.stage(via=via)
            client, source = await self.call(get(b"/api"))
            source.send(response(b"", b"Via: 1.0 cache"))
            self.assertEqual((await client.answer()).get(b"via"), expected)
            await self._close()
