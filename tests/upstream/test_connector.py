"""Calls of an endpoint: slots, reuse, retries, redirects, encodings and clocks."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

from relay.upstream.connection.stream import STREAM_AFTER_MS
from relay.upstream.dial.guard import AddressGuard
from tests.gateway.harness import (
    EVENT_STREAM,
    Gateway,
    GatewayCase,
    chunk,
    get,
    post,
    response,
)
from tests.gateway.raw import Client, SourceConnection, settle, until

GZIP = b"Content-Encoding: gzip"


class ConnectorCase(GatewayCase):
    async def answered(self, user: Client, *, with_: bytes = b"") -> SourceConnection:
        """Answer a client's request, and return the connection of the source."""
        source = await self.source.asked()
        source.received = b""
        source.send(with_ or response(b"ok"))
        await user.answer()
        return source

    async def ask(self, user: Client, **options: bytes) -> SourceConnection:
        """Make a call and answer it."""
        user.send(get(b"/api"))
        return await self.answered(user, **options)

    async def failed(
        self, client: Client, status: int, outcome: str, key: str, clock: str | None
    ) -> dict[str, Any]:
        """Assert the response and the log entry of a call without a response head."""
        answer = await client.answer()
        self.assertEqual(answer.status, status)
        self.assertEqual(answer.get(b"connection"), b"close")
        self.assertTrue(answer.body)
        line = await self.gateway.ended(len(self.gateway.closed) or 1)
        self.assertEqual(
            (line["status"], line["outcome"], line["errorKey"], line["clock"]),
            (status, outcome, f"GATEWAY_CLIENT_{key}", clock),
        )
        return line


class ReuseTests(ConnectorCase):
    async def test_kept(self) -> None:
        """Calls follow one another on a connection, of whatever client."""
        await self.stage()
        first = await self.ask(await self.client())
        second = await self.ask(await self.client())
        self.assertIs(first, second)
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.kept), (0, 1))

    async def test_not_kept(self) -> None:
        """
        Without ``keepAlive`` each call has its own connection with ``Connection:
        close``.
        """
        await self.stage(http={"keepAlive": False})
        user = await self.client()
        user.send(get(b"/api"))
        source = await self.source.asked()
        self.assertEqual((await source.head()).get(b"connection"), b"close")
        source.send(response(b"ok"))
        await user.answer()
        await source.until_over()
        self.assertIsNot(await self.ask(user), source)

    async def test_kept_for_a_while(self) -> None:
        """An idle connection is closed after ``keepAliveTimeout``."""
        await self.stage(http={"keepAliveTimeout": 30_000})
        user = await self.client()
        source = await self.ask(user)
        self.reactor.advance_ms(29_999)
        await settle()
        self.assertFalse(source.over)
        self.reactor.advance_ms(1)
        await source.until_over()
        self.assertIsNot(await self.ask(user), source)

    async def test_redeployed(self) -> None:
        """Unused connections of a deployment go with it."""
        await self.stage()
        source = await self.ask(await self.client())
        self.gateway.groups[0].close()
        await source.until_over()


class RetryTests(ConnectorCase):
    async def stale(self, request: bytes, *, after: bytes = b"") -> Client:
        """A call on a kept connection that the source ends as soon as it comes."""
        user = await self.client()
        source = await self.ask(user)
        user.send(request)
        self.assertIs(await self.source.asked(), source)
        if after:
            source.send(after)
            await settle()
        source.reset()
        await source.until_over()
        return user

    async def test_idempotent(self) -> None:
        """A kept connection that turns out dead is replaced, once."""
        await self.stage()
        for method in (b"GET", b"HEAD", b"OPTIONS", b"PUT", b"DELETE"):
            user = await self.stale(get(b"/api", method=method))
            again = await self.source.asked()
            self.assertEqual((await again.head()).line, method + b" /base HTTP/1.1")
            again.send(response(b"" if method == b"HEAD" else b"again"))
            self.assertEqual((await user.answer(method)).status, 200)
            self.assertEqual(self.gateway.closed[-1]["outcome"], "completed")
            self.assertEqual(self.gateway.pool.taken, 0)
            again.close()
            await until(lambda: not self.gateway.pool.kept, "an empty pool")

    async def test_only_once(self) -> None:
        """A second failure is reported to the client."""
        await self.stage()
        user = await self.stale(get(b"/api"))
        (await self.source.asked()).reset()
        await self.failed(user, 502, "upstream_gone", "CONNECTION_RESET", None)
        self.assertEqual(len(self.source.connections), 2)
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_not_what_may_have_an_effect(self) -> None:
        """Other methods, and requests with a body, are sent once."""
        await self.stage()
        for request in (
            get(b"/api", method=b"POST"),
            get(b"/api", method=b"PATCH"),
            get(b"/api", method=b"get"),
            post(b"/api", b"xyz", method=b"PUT"),
        ):
            before = len(self.source.connections)
            user = await self.stale(request)
            await self.failed(user, 502, "upstream_gone", "CONNECTION_RESET", None)
            self.assertEqual(len(self.source.connections), before + 1, request)

    async def test_not_after_a_byte(self) -> None:
        """Once some of a response was there, the source has seen the request."""
        await self.stage()
        user = await self.stale(get(b"/api"), after=b"HTTP/1.1 2")
        await self.failed(user, 502, "upstream_gone", "CONNECTION_RESET", None)
        self.assertEqual(len(self.source.connections), 1)

    async def test_not_on_a_new_connection(self) -> None:
        """A source that ends a fresh connection does not want the request."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.close()
        await self.failed(client, 502, "upstream_gone", "CONNECTION_CLOSED", None)
        self.assertEqual(len(self.source.connections), 1)

    async def test_not_after_a_clock(self) -> None:
        """A call that took too long is over."""
        await self.stage(http={"readTimeout": 5_000})
        user = await self.client()
        source = await self.ask(user)
        user.send(get(b"/api"))
        await self.source.asked()
        self.reactor.advance_ms(5_000)
        await self.failed(user, 504, "read_timeout", "READ_TIMEOUT", "readTimeout")
        await source.until_over()
        await settle()
        self.assertEqual(len(self.source.connections), 1)


class SlotTests(ConnectorCase):
    async def test_queue(self) -> None:
        """Calls above the limit wait for their turn."""
        await self.stage(http={"maxConcurrentConnections": 1})
        first, source = await self.call(get(b"/api/1"))
        second = await self.asked(get(b"/api/2"))
        await until(lambda: self.gateway.pool.waiting, "the queue")
        source.received = b""
        source.send(response(b"one"))
        self.assertEqual((await first.answer()).body, b"one")
        # The connection has to rest, or what is behind its response would be the next.
        other = await self.source.asked()
        self.assertIsNot(other, source)
        self.assertEqual((await other.head()).target, b"/base/2")
        other.send(response(b"two"))
        self.assertEqual((await second.answer()).body, b"two")
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.waiting), (0, 0))

    async def test_a_stream_of_any_media_type_holds_no_place(self) -> None:
        """
        A response without a length that continues after its head is a stream, for every
        media type.
        """
        await self.stage(http={"maxConcurrentConnections": 1})
        for kind in (b"application/x-ndjson", b"application/json"):
            client, source = await self.call(get(b"/api/watch"))
            source.send(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: "
                + kind
                + b"\r\n\r\n2\r\n{}\r\n"
            )
            await client.until_received(b"{}")
            waiting = await self.asked(get(b"/api"))
            await until(lambda: self.gateway.pool.waiting, "the queue")
            self.reactor.advance_ms(STREAM_AFTER_MS)
            other = await self.source.asked()
            other.send(response(b"not long", b"Connection: close"))
            self.assertEqual((await waiting.answer()).body, b"not long")
            self.assertEqual(self.gateway.pool.taken, 0)
            source.send(b"0\r\n\r\n")
            await client.until_received(b"0\r\n\r\n")
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_an_answer_of_told_length_holds_its_place(self) -> None:
        """A response with a length holds its slot until its end."""
        await self.stage(http={"maxConcurrentConnections": 1, "idleTimeout": 0})
        client, source = await self.call(get(b"/api"))
        source.send(response(b"12")[:-1])
        await client.head()
        self.reactor.advance_ms(60_000)
        self.assertEqual(self.gateway.pool.taken, 1)
        source.send(b"2")
        await until(lambda: not self.gateway.pool.taken, "the place")
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await client.head()
        self.reactor.advance_ms(STREAM_AFTER_MS - 1)
        self.assertEqual(self.gateway.pool.taken, 1)
        source.send(b"0\r\n\r\n")
        await until(lambda: not self.gateway.pool.taken, "the place")

    async def test_full_queue(self) -> None:
        """A full queue sends new calls away for a moment."""
        await self.stage(http={"maxConcurrentConnections": 1, "maxWaitQueueSize": 0})
        await self.call(get(b"/api"))
        client = await self.asked(get(b"/api"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"retry-after")), (503, b"1"))
        line = await self.gateway.ended()
        self.assertEqual(
            (line["outcome"], line["errorKey"]),
            ("limit_reached", "GATEWAY_CLIENT_CONNECTION_POOL_EXHAUSTED"),
        )

    async def test_waiting_too_long(self) -> None:
        """The wait counts against readTimeout, and is called a connect timeout."""
        await self.stage(http={"maxConcurrentConnections": 1, "readTimeout": 5_000})
        first, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        await first.head()
        client = await self.asked(get(b"/api"))
        await until(lambda: self.gateway.pool.waiting, "the queue")
        self.reactor.advance_ms(4_999)
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        await self.failed(
            client, 504, "connect_timeout", "CONNECT_TIMEOUT", "readTimeout"
        )
        self.assertEqual(self.gateway.pool.waiting, 0)
        source.send(b"xyz")
        self.assertEqual(await first.take(3), b"xyz")

    async def test_streams_do_not_use_up_the_pool(self) -> None:
        """An open event stream gives its slot to the next call."""
        await self.stage(http={"maxConcurrentConnections": 1})
        for _ in range(3):
            await self.stream()
            self.assertEqual(self.gateway.pool.taken, 0)
        self.assertEqual(len(self.source.connections), 3)

    async def test_every_end_frees_the_slot(self) -> None:
        """Every end of a call frees its slot."""
        await self.stage(http={"maxConcurrentConnections": 1})
        for sent in (
            response(b"ok"),
            b"HTTP/1.1 204 No Content\r\n\r\n",
            b"nonsense\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxyz",
            EVENT_STREAM,
            b"",
        ):
            client, source = await self.call(get(b"/api"))
            source.received = b""
            if sent:
                source.send(sent)
            await settle()
            source.close()
            await client.until_received(b"HTTP/1.1") if sent != b"" else None
            await until(lambda: not self.gateway.pool.taken, f"a slot after {sent!r}")
            await until(lambda: not self.gateway.pool.kept, "an empty pool")


class ClockTests(ConnectorCase):
    async def test_read_timeout(self) -> None:
        """The source has so long to send a head."""
        await self.stage(http={"readTimeout": 5_000})
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\n")
        self.reactor.advance_ms(4_999)
        await settle()
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        await self.failed(client, 504, "read_timeout", "READ_TIMEOUT", "readTimeout")
        await source.until_over()
        self.assertTrue(source.was_reset)
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_read_timeout_counts_from_the_end_of_the_request(self) -> None:
        """A long upload is not the source's delay."""
        await self.stage(http={"readTimeout": 5_000}, request_timeout_ms=0)
        client, source = await self.call(post(b"/api", b"xyz")[:-1])
        self.reactor.advance_ms(50_000)
        client.send(b"z")
        await source.until_received(b"xyz")
        self.reactor.advance_ms(4_999)
        await settle()
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        await self.failed(client, 504, "read_timeout", "READ_TIMEOUT", "readTimeout")

    async def test_an_early_answer_stops_the_clock(self) -> None:
        """A response head before the end of the request stops the read timeout."""
        await self.stage(http={"readTimeout": 5_000})
        client, source = await self.call(post(b"/api", b"xyz")[:-1])
        source.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await client.head()
        client.send(b"z")
        await source.until_received(b"xyz")
        self.reactor.advance_ms(STREAM_AFTER_MS)
        timers = [call.getTime() for call in self.reactor.clock.getDelayedCalls()]
        self.assertGreater(min(timers), 50)
        self.reactor.advance_ms(20_000)
        source.send(chunk(b"late"))
        self.assertEqual(await client.event(), b"late")


class RedirectTests(ConnectorCase):
    async def follow(
        self, location: bytes, *fields: bytes, status: bytes = b"302 Found"
    ) -> Client:
        """A call that the source redirects."""
        client, source = await self.call(get(b"/api", *fields))
        await source.head()
        source.send(response(b"elsewhere", b"Location: " + location, status=status))
        return client

    async def on(self, **options: Any) -> Gateway:
        """A gateway that follows redirects."""
        return await self.stage(http={"followRedirects": True}, **options)

    async def test_off(self) -> None:
        """By default the redirect is passed to the client."""
        await self.stage()
        client = await self.follow(b"/there")
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"location")), (302, b"/there"))

    async def test_followed(self) -> None:
        """Every kind, relative or absolute, with headers and endpoint headers."""
        await self.on(headers=[{"name": "X-Key", "value": "k"}])
        for status in (b"301 M", b"302 F", b"303 S", b"307 T", b"308 P"):
            for location, target in (
                (b"/there?a=1#x", b"/there?a=1"),
                (b"there", b"/there"),
                (b"?a=1", b"/base?a=1"),
                (b"http://%s/abs" % self.source.address.encode(), b"/abs"),
            ):
                client = await self.follow(location, b"Accept: x/y", status=status)
                source = await self.source.asked()
                head = await source.head()
                self.assertEqual(head.target, target, location)
                self.assertEqual(head.get(b"accept"), b"x/y")
                self.assertEqual(head.get(b"x-key"), b"k")
                source.send(response(b"here"))
                self.assertEqual((await client.answer()).body, b"here")
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_only_reading(self) -> None:
        """Only GET and HEAD without a body are redirected."""
        await self.on()
        for request in (
            get(b"/api", method=b"POST"),
            get(b"/api", method=b"DELETE"),
            post(b"/api", b"xyz"),
            post(b"/api", b"xyz", method=b"GET"),
        ):
            client, source = await self.call(request)
            await source.head()
            source.received = b""
            source.send(response(b"", b"Location: /there", status=b"307 T"))
            self.assertEqual((await client.answer()).status, 307, request)

    async def test_not_without_a_location(self) -> None:
        """
        A redirect without a location, and other 3xx statuses, are passed to the client.
        """
        await self.on()
        for status, location in (
            (b"302 Found", None),
            (b"300 Choices", b"Location: /x"),
            (b"304 Not Modified", b"Location: /x"),
            (b"200 OK", b"Location: /x"),
        ):
            client, source = await self.call(get(b"/api"))
            await source.head()
            fields = (location,) if location else ()
            source.send(response(b"", *fields, status=status))
            self.assertEqual((await client.answer()).status, int(status[:3]))

    async def test_five_times(self) -> None:
        """Five redirects are followed, the sixth is a failure."""
        await self.on()
        client = await self.follow(b"/0")
        for number in range(1, 6):
            source = await self.source.asked()
            await source.head()
            source.send(response(b"", b"Location: /%d" % number, status=b"302 F"))
        await self.failed(client, 502, "upstream_gone", "CONNECTION_ERROR", None)
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_to_another_origin(self) -> None:
        """Another origin receives no credentials of the client or of the definition."""
        await self.on(headers=[{"name": "X-Key", "value": "k"}])
        other = await self.another()
        secrets = (b"authorization", b"cookie", b"x-api-key", b"x-backend-token")
        client = await self.follow(
            b"http://" + other.address.encode() + b"/x",
            *(b"%s: s" % name for name in secrets),
            b'If-None-Match: "a"',
            b"Origin: https://app.example",
            b"Referer: https://app.example/",
            b"X-Forwarded-For: 192.0.2.1",
            b"Accept: x/y",
            b"Last-Event-ID: 7",
        )
        elsewhere = await other.asked()
        head = await elsewhere.head()
        self.assertEqual(head.get(b"host"), other.address.encode())
        names = {name.lower() for name, _ in head.fields}
        framing = {b"host", b"accept-encoding", b"connection"}
        self.assertEqual(names - framing, {b"accept", b"last-event-id"})
        self.assertEqual(head.get(b"accept"), b"x/y")
        back = b"Location: http://%s/y" % self.source.address.encode()
        elsewhere.send(response(b"", back, status=b"302 Found"))
        source = await self.source.asked()
        head = await source.head()
        for name in (*secrets, b"x-key"):
            self.assertIsNone(head.get(name), name)
        source.send(response(b"here"))
        self.assertEqual((await client.answer()).body, b"here")

    async def test_a_private_address_is_not_followed_to(self) -> None:
        """Unless the operator has listed it: a source must not choose what this host
        reaches. The endpoint itself may be private."""
        await self.on()
        self.gateway.groups[0].guard_redirects(AddressGuard())
        other = await self.another()
        port = other.address.rpartition(":")[2].encode()
        for location in (
            b"http://" + other.address.encode() + b"/latest/meta-data",
            b"http://localhost:" + port,
            b"http://[::ffff:127.0.0.1]:" + port,
        ):
            client = await self.follow(location)
            await self.failed(client, 502, "upstream_gone", "CONNECTION_ERROR", None)
        client = await self.follow(b"/there")
        (await self.source.asked()).send(response(b"here"))
        self.assertEqual((await client.answer()).body, b"here")
        self.assertEqual(self.gateway.pool.taken, 0)

    async def test_nowhere(self) -> None:
        """A location that is no http(s) URL is not followed."""
        await self.on()
        for location in (
            b"ftp://h/x",
            b"file:///etc/passwd",
            b"http://h:x/",
            b"javascript:alert(1)",
            b"http://\xff/",
            b"http://[::1/",
            b"http://h/a b",
            b"/a b",
        ):
            client = await self.follow(location)
            await self.failed(client, 502, "upstream_gone", "CONNECTION_ERROR", None)
            self.assertEqual(self.gateway.pool.taken, 0)

    async def test_leaving_on_the_way(self) -> None:
        """A client that leaves ends the call wherever it is."""
        await self.on()
        client = await self.follow(b"/there")
        source = await self.source.asked()
        client.reset()
        await source.until_over()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")
        self.assertEqual(self.gateway.pool.taken, 0)


class EncodingTests(ConnectorCase):
    async def asked_for(self, *fields: bytes, **http: Any) -> bytes | None:
        """The Accept-Encoding that the source gets."""
        await self.stage(http=http)
        _, source = await self.call(get(b"/api", *fields))
        head = await source.head()
        await self._close()
        return head.get(b"accept-encoding")

    async def test_accept_encoding(self) -> None:
        """
        ``useCompression`` requests gzip; without it the client's ``Accept-Encoding``
        may be sent.
        """
        theirs = b"Accept-Encoding: br, gzip"
        for fields, http, expected in (
            ((), {}, b"gzip"),
            ((theirs,), {}, b"gzip"),
            ((theirs, b"Range: bytes=0-9"), {}, None),
            ((theirs,), {"useCompression": False}, None),
            (
                (theirs,),
                {"useCompression": False, "propagateClientAcceptEncoding": True},
                b"br, gzip",
            ),
            (
                (),
                {"useCompression": False, "propagateClientAcceptEncoding": True},
                None,
            ),
            ((theirs,), {"propagateClientAcceptEncoding": True}, b"gzip"),
        ):
            found = await self.asked_for(*fields, **http)
            self.assertEqual(found, expected, (fields, http))

    async def test_decoded_event_by_event(self) -> None:
        """Events of a compressed stream arrive one by one, in the clear."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(EVENT_STREAM[:-2] + GZIP + b"\r\n\r\n")
        head = await client.head()
        self.assertIsNone(head.get(b"content-encoding"))
        deflate = zlib.compressobj(wbits=31)
        for number in range(3):
            event = b"data: %d\n\n" % number
            packed = deflate.compress(event) + deflate.flush(zlib.Z_SYNC_FLUSH)
            source.send(chunk(packed))
            self.assertEqual(await client.event(), event)
        source.send(chunk(deflate.flush()) + b"0\r\n\r\n")
        line = await self.gateway.ended()
        self.assertEqual((line["outcome"], line["events"]), ("completed", 3))

    async def test_truncated(self) -> None:
        """A compressed body that breaks off is cut, though its framing ends well."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(response(gzip.compress(b"xyz" * 100)[:-1], GZIP))
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual((await self.gateway.ended())["outcome"], "upstream_gone")

    async def test_untouched(self) -> None:
        """A coding that the client requested is not decoded."""
        await self.stage(
            http={"useCompression": False, "propagateClientAcceptEncoding": True}
        )
        client, source = await self.call(get(b"/api", b"Accept-Encoding: gzip"))
        body = gzip.compress(b"xyz")
        source.send(response(body, GZIP))
        answer = await client.answer()
        self.assertEqual(answer.body, body)
        self.assertEqual(answer.get(b"content-encoding"), b"gzip")
        self.assertEqual(answer.get(b"content-length"), b"%d" % len(body))

    async def test_head(self) -> None:
        """HEAD has the headers of GET: no coding and no length of a decoded body."""
        await self.stage()
        client, source = await self.call(get(b"/api", method=b"HEAD"))
        source.send(b"HTTP/1.1 200 OK\r\nContent-Length: 77\r\n" + GZIP + b"\r\n\r\n")
        answer = await client.answer(b"HEAD")
        self.assertIsNone(answer.get(b"content-length"))
        self.assertIsNone(answer.get(b"content-encoding"))
        self.assertEqual((await self.gateway.ended())["outcome"], "completed")

    async def test_a_bomb_waits_for_the_client(self) -> None:
        """A body that grows a thousandfold stays small while the client is full."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        client.stop_reading()
        size = 64_000_000
        source.send(response(gzip.compress(b"\0" * size), GZIP))
        await until(lambda: self.gateway.lines or len(self.gateway.live), "the call")
        for _ in range(20):
            await settle()
        (exchange,) = self.gateway.live.all()
        written = exchange.stream.ledger.bytes  # type: ignore[attr-defined]
        self.assertLess(written, 4_000_000)
        client.reset()
        self.assertEqual((await self.gateway.ended())["outcome"], "client_gone")


class HeaderTests(ConnectorCase):
    async def host(self, *fields: bytes, **options: Any) -> bytes | None:
        """The Host that the source gets."""
        await self.stage(**options)
        _, source = await self.call(get(b"/api", *fields, host=b"public:8082"))
        head = await source.head()
        await self._close()
        return head.get(b"host")

    async def test_host(self) -> None:
        """The target's host, the client's if it is to go up, or the endpoint's."""
        own = [{"name": "host", "value": "internal:1"}]
        propagate = {"propagateClientHost": True}
        self.assertRegex(await self.host() or b"", rb"\A127\.0\.0\.1:[0-9]+\Z")
        self.assertEqual(await self.host(http=propagate), b"public:8082")
        self.assertEqual(await self.host(headers=own), b"internal:1")
        self.assertEqual(await self.host(http=propagate, headers=own), b"internal:1")

    async def test_set(self) -> None:
        """An endpoint's header takes the place of the client's, in any case."""
        await self.stage(
            headers=[
                {"name": "Authorization", "value": "Bearer ours"},
                {"name": "x-twice", "value": "first"},
                {"name": "X-Twice", "value": "last"},
                {"name": "Accept-Encoding", "value": "identity"},
            ]
        )
        _, source = await self.call(
            get(b"/api", b"authorization: Basic eDp5", b"X-Twice: 1", b"X-Twice: 2")
        )
        head = await source.head()
        self.assertEqual(head.all(b"authorization"), [b"Bearer ours"])
        self.assertEqual(head.all(b"x-twice"), [b"last"])
        self.assertEqual(head.get(b"accept-encoding"), b"identity")

    async def test_no_cookies_of_others(self) -> None:
        """Cookies that the source sets for one client never go up with another."""
        await self.stage()
        user = await self.client()
        await self.ask(user, with_=response(b"", b"Set-Cookie: session=secret"))
        other, source = await self.call(get(b"/api"))
        self.assertIsNone((await source.head()).get(b"cookie"))
        source.send(response(b""))
        self.assertEqual((await other.answer()).all(b"set-cookie"), [])
