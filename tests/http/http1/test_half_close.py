"""Clients that end their side of a connection after their request, and clients that
leave in the same moment of a call."""

from __future__ import annotations

from typing import Any

from relay.http.http1.ending import HEAD_START
from tests.gateway.harness import GatewayCase, chunk, get, post, response
from tests.gateway.raw import Client, Head, SourceConnection, settle

HTTP_1_0 = b"GET /api HTTP/1.0\r\nHost: relay\r\n\r\n"


class HalfCloseCase(GatewayCase):
    async def half_closed(
        self, request: bytes, more: bytes = b""
    ) -> tuple[Client, SourceConnection]:
        """
        Send a request, and end the client's side.

        :param more: sent after it.
        :return: the client, and the call at the source.
        """
        client = await self.client()
        client.keeps_open = True
        client.send(request + more)
        client.end_sending()
        source = await self.source.asked()
        await source.head()
        return client, source

    async def outcome(self, count: int = 1) -> Any:
        """Wait for the end of so many calls, and return the outcome of the last one."""
        return (await self.gateway.ended(count))["outcome"]


class AnswerTests(HalfCloseCase):
    """A client whose request is complete is answered in full."""

    async def test_call(self) -> None:
        """The connection ends with the response, which has ``Connection: close``."""
        await self.stage()
        for request in (get(b"/api"), post(b"/api", b"body"), HTTP_1_0):
            client, source = await self.half_closed(request)
            await client.until_received(HEAD_START)
            source.send(response(b"fine", b"Connection: close"))
            await client.until_over()
            head, _, body = client.received.partition(b"\r\n\r\n")
            answer = Head.parse(head)
            self.assertEqual((answer.status, body), (200, b"fine"))
            self.assertEqual(answer.get(b"connection"), b"close")
            self.assertFalse(client.was_reset)
        self.assertEqual(await self.outcome(3), "completed")

    async def test_refusal(self) -> None:
        """A call that fails is answered, too."""
        await self.stage()
        client, source = await self.half_closed(get(b"/api"))
        await client.until_received(HEAD_START)
        source.reset()
        self.assertEqual((await client.answer()).status, 502)
        await client.until_over()

    async def test_pipelined(self) -> None:
        """Each of several requests is answered, in order."""
        await self.stage()
        client, source = await self.half_closed(get(b"/api/1"), get(b"/api/2"))
        source.send(response(b"one"))
        self.assertEqual((await client.answer()).body, b"one")
        head = await source.head()
        self.assertEqual(head.target, b"/base/2")
        source.send(response(b"two"))
        self.assertEqual((await client.answer()).body, b"two")
        await client.until_over()
        self.assertFalse(client.was_reset)

    async def test_slow_client(self) -> None:
        """A slow client receives the whole response."""
        await self.stage()
        client, source = await self.half_closed(get(b"/api"))
        client.stop_reading()
        body = bytes(range(256)) * 2000
        source.send(response(body, b"Connection: close"))
        await settle()
        client.read_on()
        self.assertEqual((await client.answer()).body, body)
        await client.until_over()

    async def test_answered_at_once(self) -> None:
        """A response that is complete before the end is read is not lost."""
        await self.stage()
        for sent in (get(b"/nothing"), post(b"/nothing", b"body"), get(b"/api") * 2):
            client = await self.client()
            client.keeps_open = True
            client.send(sent.replace(b"/api", b"/nothing"))
            client.end_sending()
            await client.until_over()
            count = sent.count(b"HTTP/1.1")
            self.assertEqual(client.received.count(b"HTTP/1.1 404"), count)
            self.assertFalse(client.was_reset)

    async def test_body_of_known_length(self) -> None:
        """The end of the client's side during a body does not end it."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        client.keeps_open = True
        await source.head()
        source.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        await client.until_received(b"ab")
        client.end_sending()
        await settle()
        source.send(b"cd")
        self.assertEqual((await client.answer()).body, b"abcd")

    async def test_event_stream(self) -> None:
        """An event stream continues, with complete framing."""
        await self.stage()
        client, source = await self.stream()
        client.keeps_open = True
        source.send(chunk(b"data: 1\n\n"))
        await client.until_received(b"data: 1\n\n")
        client.end_sending()
        await client.until_received(b"\r\n0")
        source.send(chunk(b"data: 2\n\n") + chunk(b""))
        await client.until_over()
        self.assertEqual(
            client.received, b"9\r\ndata: 1\n\n\r\n09\r\ndata: 2\n\n\r\n0\r\n\r\n"
        )
        self.assertEqual(await self.outcome(), "completed")

    async def test_event_stream_that_is_cut(self) -> None:
        """An event stream that is cut does not look complete."""
        await self.stage()
        client, source = await self.stream()
        client.keeps_open = True
        client.end_sending()
        await client.until_received(b"0")
        source.close()
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual(client.received, b"0")


class GoneTests(HalfCloseCase):
    """A client that has left frees the source at once."""

    async def test_before_the_head(self) -> None:
        """A closed client answers the first bytes of the head with a reset."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        client.close()
        await source.until_over()
        self.assertEqual(await self.outcome(), "client_gone")
        self.assertEqual(self.gateway.closed[-1]["status"], 499)

    async def test_during_an_event_stream(self) -> None:
        """A closed client answers the first bytes of a chunk with a reset."""
        await self.stage()
        client, source = await self.stream()
        client.close()
        await source.until_over()
        self.assertEqual(await self.outcome(), "client_gone")

    async def test_after_a_half_close(self) -> None:
        """A reset is noticed, and so is an end when there is something to write."""
        await self.stage()
        client, source = await self.half_closed(get(b"/api"))
        await client.until_received(HEAD_START)
        client.reset()
        await source.until_over()
        self.assertEqual(await self.outcome(), "client_gone")
        client, source = await self.stream()
        client.keeps_open = True
        client.end_sending()
        await client.until_received(b"0")
        client.close()
        await settle()
        source.send(chunk(b"data: 1\n\n"))
        await source.until_over()
        self.assertEqual(await self.outcome(2), "client_gone")

    async def test_incomplete_request(self) -> None:
        """There is nothing to answer."""
        await self.stage()
        client, source = await self.call(post(b"/api", b"body")[:-1])
        client.keeps_open = True
        client.end_sending()
        await client.until_over()
        self.assertEqual((client.received, await self.outcome()), (b"", "client_gone"))
        await source.until_over()
        client = await self.asked(get(b"/api")[:-2])
        client.keeps_open = True
        client.end_sending()
        await client.until_over()
        self.assertEqual(client.received, b"")

    async def test_between_requests(self) -> None:
        """The connection ends."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(response(b""))
        await client.answer()
        client.keeps_open = True
        client.end_sending()
        await client.until_over()
        self.assertFalse(client.was_reset)

    async def test_response_without_framing(self) -> None:
        """
        A response without framing has no bytes by which a closed client could be
        detected.
        """
        await self.stage()
        client, source = await self.call(HTTP_1_0)
        client.keeps_open = True
        await source.head()
        source.send(b"HTTP/1.1 200 OK\r\n\r\nab")
        await client.until_received(b"ab")
        client.end_sending()
        await client.until_over()
        self.assertEqual(await self.outcome(), "client_gone")

    async def test_many_at_once(self) -> None:
        """Each is noticed, though some in a later turn."""
        await self.stage()
        clients = [await self.stream() for _ in range(40)]
        for client, _ in clients:
            client.close()
        for _, source in clients:
            await source.until_over()
        await self.gateway.ended(40)
        self.assertEqual(len(self.gateway.live), 0)
