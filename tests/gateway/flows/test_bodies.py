"""Tests of :mod:`relay.gateway.flows.bodies`: bodies that steps read or replace."""

from __future__ import annotations

import gzip
from typing import Any

from relay.model.policy_groups.records import DeployedGroup
from tests.gateway.flows.case import FlowCase, headers, step
from tests.gateway.harness import EVENT_STREAM, chunk, get, post, response
from tests.gateway.raw import Head, until


def assign(body: str, **options: Any) -> Any:
    """Write a step that assigns content."""
    return step("policy-assign-content", body=body, **options)


class RequestTests(FlowCase):
    """The bodies that the endpoint receives."""

    async def received(self, request: bytes, *steps: Any) -> tuple[Head, bytes]:
        """Send a request through steps; return what the endpoint receives."""
        await self.flowing({"request": list(steps)})
        _, connection = await self.call(request)
        head = await connection.head()
        (length,) = head.all(b"content-length")
        self.assertEqual(head.all(b"transfer-encoding"), [])
        return head, await connection.take(int(length))

    async def test_read(self) -> None:
        """A body is replaced, and its length is that of the new one."""
        text = "root { ${request.content} } ${request.headers['a'][0]}"
        head, body = await self.received(
            post(b"/api", b'{"name":1}', b"A: x"), headers(A="set"), assign(text)
        )
        self.assertEqual(body, b'root { {"name":1} } set')
        self.assertEqual(head.line, b"POST /base HTTP/1.1")

    async def test_chunked(self) -> None:
        """A body that comes in chunks is sent with its length."""
        request = get(b"/api", b"Transfer-Encoding: chunked", method=b"POST")
        chunks = chunk(b"one ") + chunk(b"two") + b"0\r\n\r\n"
        _, body = await self.received(request + chunks, assign("<${request.content}>"))
        self.assertEqual(body, b"<one two>")

    async def test_without_a_body(self) -> None:
        """A request without a body gets one."""
        _, body = await self.received(get(b"/api"), assign("[${request.content}]"))
        self.assertEqual(body, b"[]")

    async def test_not_read(self) -> None:
        """A body that is replaced without being read is dropped; the connection of the
        client is used again."""
        await self.flowing({"request": [assign("é")]})
        client = await self.asked(post(b"/api", b"x" * 100_000))
        for _ in range(2):
            connection = await self.source.asked()
            self.assertEqual((await connection.head()).all(b"content-length"), [b"2"])
            self.assertEqual(await connection.take(2), "é".encode())
            connection.send(response(b"hello", b"Connection: close"))
            await client.head()
            self.assertEqual(await client.take(5), b"hello")
            client.send(post(b"/api", b"again"))

    async def test_twice(self) -> None:
        """The second step reads what the first has assigned."""
        steps = (assign("a${request.content}"), assign("b${request.content}"))
        _, body = await self.received(post(b"/api", b"c"), *steps)
        self.assertEqual(body, b"bac")

    async def test_in_a_group(self) -> None:
        """The steps of a shared policy group, too."""
        configuration = {"body": "<${request.content}>"}
        inside = {"policy": "policy-assign-content", "configuration": configuration}
        group = DeployedGroup("g", "g", "REQUEST", 1, (inside,))
        use = step("shared-policy-group-policy", sharedPolicyGroupId="g")
        await self.flowing({"request": [use]}, groups=(group,))
        _, connection = await self.call(post(b"/api", b"x"))
        await connection.head()
        self.assertEqual(await connection.take(3), b"<x>")

    async def test_too_large(self) -> None:
        """The call is refused before the endpoint is called."""
        await self.flowing({"request": [assign("${request.content}", maxBodyBytes=10)]})
        chunked = get(b"/api", b"Transfer-Encoding: chunked", method=b"POST")
        for request in (post(b"/api", b"x" * 11), chunked + chunk(b"x" * 11)):
            client = await self.asked(request)
            self.assertIn(b"413", (await client.head()).line)
        line = await self.gateway.ended(2)
        self.assertEqual(line["errorKey"], "ASSIGN_CONTENT_TOO_LARGE")
        self.assertEqual(self.source.connections, [])

    async def test_the_client_leaves(self) -> None:
        """While its body is awaited, nothing is sent to the endpoint."""
        await self.flowing({"request": [assign("${request.content}")]})
        length = b"Content-Length: 10"
        client = await self.asked(get(b"/api", length, method=b"POST") + b"12345")
        await until(lambda: len(self.gateway.services.live), "the call")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.assertEqual(self.source.connections, [])


class ResponseTests(FlowCase):
    """The bodies that the client receives."""

    async def answered(
        self, answer: bytes, *steps: Any, request: bytes | None = None
    ) -> tuple[Head, bytes]:
        """Answer a call; return what the client receives."""
        await self.flowing({"response": list(steps)})
        client, connection = await self.call(request or get(b"/api"))
        await connection.head()
        connection.send(answer)
        head = await client.head()
        lengths = head.all(b"content-length")
        return head, await client.take(int(lengths[0]) if lengths else 0)

    async def test_read(self) -> None:
        """The content and the head are read; the length is that of the new content."""
        text = (
            "${response.headers['x-a'][0]} / ${response.content} / ${response.status}"
        )
        for answer in (
            response(b"from the backend", b"X-A: a", status=b"201 Created"),
            b"HTTP/1.1 201 Created\r\nX-A: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + chunk(b"from ")
            + chunk(b"the backend")
            + b"0\r\n\r\n",
        ):
            head, body = await self.answered(answer, assign(text))
            self.assertIn(b"201 Created", head.line)
            self.assertEqual(body, b"a / from the backend / 201")
            self.assertEqual(head.all(b"transfer-encoding"), [])

    async def test_encoding(self) -> None:
        """The content is decoded before it is read."""
        packed = response(gzip.compress(b"packed"), b"Content-Encoding: gzip")
        head, body = await self.answered(packed, assign("<${response.content}>"))
        self.assertEqual(body, b"<packed>")
        self.assertEqual(head.all(b"content-encoding"), [])

    async def test_not_read(self) -> None:
        """The content is replaced at once, and the endpoint is not read further."""
        begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin"
        _, body = await self.answered(begun, assign("new"))
        self.assertEqual(body, b"new")
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "completed")

    async def test_of_a_mock(self) -> None:
        """The content of a mock is read and replaced as well."""
        flow = {
            "request": [step("mock", content="mocked")],
            "response": [assign("<${response.content}>")],
        }
        await self.flowing(flow)
        client = await self.asked(get(b"/api"))
        self.assertEqual((await client.head()).all(b"content-length"), [b"8"])
        self.assertEqual(await client.take(8), b"<mocked>")

    async def test_without_content(self) -> None:
        """Answers to HEAD, and 204, have none before or after."""
        asked = get(b"/api", method=b"HEAD")
        head, _ = await self.answered(response(b""), assign("new"), request=asked)
        self.assertEqual(head.all(b"content-length"), [])
        head, _ = await self.answered(b"HTTP/1.1 204 No\r\n\r\n", assign("new"))
        self.assertIn(b"204", head.line)
        self.assertEqual(head.all(b"content-length"), [])

    async def test_an_event_stream(self) -> None:
        """
        An event stream is refused at its head, and the upstream connection is closed.
        """
        await self.flowing({"response": [assign("${response.content}")]})
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        self.assertIn(b"500", (await client.head()).line)
        line = await self.gateway.ended()
        self.assertEqual(line["errorKey"], "ASSIGN_CONTENT_ERROR")
        await connection.until_over()

    async def test_too_large(self) -> None:
        """The response is refused as soon as there is too much."""
        steps = [assign("${response.content}", maxBodyBytes=10)]
        await self.flowing({"response": steps})
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + b"x" * 11)
        self.assertIn(b"500", (await client.head()).line)
        line = await self.gateway.ended()
        self.assertEqual(line["errorKey"], "ASSIGN_CONTENT_TOO_LARGE")

    async def test_the_endpoint_leaves(self) -> None:
        """A response that is cut is no response."""
        await self.flowing({"response": [assign("${response.content}")]})
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello")
        connection.close()
        self.assertIn(b"502", (await client.head()).line)
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "upstream_gone")

    async def test_the_client_leaves(self) -> None:
        """While the content is awaited, the upstream call ends."""
        await self.flowing({"response": [assign("${response.content}")]})
        client, connection = await self.call(get(b"/api"))
        await connection.head()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello")
        await until(lambda: self.gateway.services.live.all(), "the call")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        await connection.until_over()
