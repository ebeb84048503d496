"""Requests on the wire: headers, bodies and timeouts."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet.task import deferLater

from relay.console.assets import Assets
from relay.console.pages import ConsolePages
from relay.management.http import request as request_module
from relay.settings.listeners import ManagementSettings
from tests.console.files import build
from tests.management.harness import (
    ADMIN,
    PREFIX,
    READ_HEADERS,
    SESSION_COOKIE,
    ManagementCase,
    Raw,
    api_body,
    head,
    reactor,
    split,
    with_other_bytes,
)


class AnswerTests(ManagementCase):
    """Properties of every response."""

    async def test_headers(self) -> None:
        """No answer names its server, is cached or is guessed to be another type."""
        for method, path, credentials in (
            ("GET", "/apis", ADMIN),
            ("GET", "/nothing", ADMIN),
            ("GET", "/apis", {}),
            ("DELETE", "/apis", ADMIN),
        ):
            answer = await self.ask(method, path, credentials=credentials)
            self.assertNotIn("server", answer.headers)
            self.assertEqual(
                answer.headers["content-type"], "application/json; charset=utf-8"
            )
            self.assertEqual(answer.headers["cache-control"], "no-store")
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
            self.assertIn("date", answer.headers)

    async def test_head(self) -> None:
        """HEAD is GET without the body."""
        answer = await self.raw(head("HEAD", f"{PREFIX}/apis", "Connection: close"))
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
        self.assertTrue(answer.endswith(b"\r\n\r\n"))
        length = split(answer)[1]["content-length"]
        got = await self.raw(head("GET", f"{PREFIX}/apis", "Connection: close"))
        self.assertEqual(split(got)[1]["content-length"], length)

    async def test_no_content(self) -> None:
        """A 204 has no length and no body (RFC 9110, section 8.6)."""
        path = f"{PREFIX}/apis/{await self.create()}"
        answer = await self.raw(head("DELETE", path, "Connection: close"))
        status, headers, body = split(answer)
        self.assertEqual((status, body), (204, None))
        self.assertEqual({"content-length", "transfer-encoding"} & set(headers), set())

    async def test_keep_alive(self) -> None:
        """One connection carries several requests."""
        ask = head("GET", f"{PREFIX}/apis")
        last = head("GET", f"{PREFIX}/none", "Connection: close")
        answers = await self.raw(ask + ask + last)
        self.assertEqual(answers.count(b"HTTP/1.1 200 "), 2)
        self.assertEqual(answers.count(b"HTTP/1.1 404 "), 1)


class HeaderBytesTests(ManagementCase):
    """Headers that are not UTF-8."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Have the pages of the console, too."""
        self.pages = ConsolePages(Assets(build(Path(self.mktemp()))))
        await super().setUp()

    async def test_a_header_that_is_not_utf_8_is_no_internal_error(self) -> None:
        """Each header, with and without credentials, at every kind of path."""
        authorization = f"Authorization: {ADMIN['Authorization']}"
        for method, path in (
            ("GET", "/"),
            ("GET", "/console/"),
            ("GET", "/console/index-DPZCo9bi.js"),
            ("GET", f"{PREFIX}/apis"),
            ("POST", f"{PREFIX}/apis"),
            ("PUT", f"{PREFIX}/apis/none"),
            ("POST", "/management/v2/session"),
            ("DELETE", "/management/v2/session"),
        ):
            for name in READ_HEADERS:
                for line in (authorization, SESSION_COOKIE, "X: y"):
                    sent = with_other_bytes(method, path, name, line)
                    answer = await self.raw(sent)
                    status = answer[: len(b"HTTP/1.1 500")]
                    self.assertRegex(status, rb"^HTTP/1\.1 [234]", (sent, answer))
        self.assertEqual(self.flushLoggedErrors(), [])


class RawCase(ManagementCase):
    """Connections that a test reads byte by byte."""

    async def until(self, condition: Any) -> None:
        """Wait until something is so."""
        for _ in range(1000):
            if condition():
                return
            await deferLater(reactor, 0.005)
        self.fail("it never was")


class BodyLimitTests(RawCase):
    """Bodies that are too long, slow or never end."""

    management = ManagementSettings(max_body_bytes=2048)

    def post(self, *lines: str) -> bytes:
        """Return the head of a creation."""
        return head("POST", f"{PREFIX}/apis", "Content-Type: application/json", *lines)

    def assertTooLarge(self, answer: bytes) -> None:
        """Assert that the only answer is a whole 413 on a connection that ends."""
        self.assertEqual(answer.count(b"HTTP/1.1 "), 1, answer)
        status, headers, body = split(answer)
        self.assertEqual(status, 413)
        self.assertEqual(headers["connection"], "close")
        self.assertEqual(body["technicalCode"], "body.tooLarge")
        self.assertEqual(body["parameters"], {"maxBodyBytes": "2048"})

    async def test_limit(self) -> None:
        """The longest body allowed is read, one byte more is not."""
        body = api_body()
        padding = 2048 - len(json.dumps({**body, "description": ""}))
        body["description"] = "x" * padding
        await self.expect(201, "POST", "/apis", body)
        body["description"] += "x"
        await self.refused(413, "body.tooLarge", "POST", "/apis", body)

    async def test_answered_before_the_body(self) -> None:
        """A length that is too long is refused at once, body or not."""
        connection = await self.connect(self.post("Content-Length: 999999999"))
        await self.until(lambda: b"\r\n\r\n{" in connection.received)
        self.assertTooLarge(connection.received)
        connection.abort()
        await connection.closed

    async def test_whole_body_sent(self) -> None:
        """A client that sends everything before it reads still gets the answer."""
        size = 8 * 1024 * 1024
        answer = await self.raw(
            self.post(f"Content-Length: {size}", "Connection: close") + b"x" * size
        )
        self.assertTooLarge(answer)

    async def test_no_continue(self) -> None:
        """``Expect: 100-continue`` of a body that is too large is refused at once."""
        connection = await self.connect(
            self.post("Content-Length: 4096", "Expect: 100-continue")
        )
        await self.until(lambda: b"\r\n\r\n{" in connection.received)
        self.assertTooLarge(connection.received)
        connection.abort()
        await connection.closed

    async def test_continue(self) -> None:
        """``Expect: 100-continue`` of an allowed body is answered with 100."""
        body = json.dumps(api_body()).encode()
        connection = await self.connect(
            self.post(
                f"Content-Length: {len(body)}",
                "Expect: 100-continue",
                "Connection: close",
            )
        )
        await self.until(lambda: b"100 Continue" in connection.received)
        connection.write(body)
        self.assertIn(b"HTTP/1.1 201 ", await connection.closed)

    async def test_chunked(self) -> None:
        """Chunks are counted: too many end the connection, and none is kept."""
        answer = await self.raw(
            self.post("Transfer-Encoding: chunked")
            + b"400\r\n"
            + b"x" * 1024
            + b"\r\n"
            + b"401\r\n"
            + b"x" * 1025
            + b"\r\n0\r\n\r\n"
        )
        self.assertTooLarge(answer)

    async def test_endless_chunks(self) -> None:
        """A body that never ends is cut; what is kept of it stays small."""
        kept: list[int] = []
        original = request_module.ManagementRequest.handleContentChunk

        def watch(request: Any, data: bytes) -> None:
            original(request, data)
            if request.content is not None:
                kept.append(request.content.getbuffer().nbytes)

        self.patch(request_module.ManagementRequest, "handleContentChunk", watch)
        connection = await self.connect(self.post("Transfer-Encoding: chunked"))
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        sent = 0
        while connection.lost is None and sent < 100_000_000:
            connection.write(chunk)
            sent += len(chunk)
            await deferLater(reactor, 0)
        await connection.closed
        self.assertLess(sent, 100_000_000)
        self.assertLessEqual(max(kept), 2048)

    async def test_lingers_for_a_while_only(self) -> None:
        """A refused client that neither sends nor leaves is cut off."""
        self.patch(request_module, "LINGER_S", 0.05)
        answer = await self.raw(self.post("Content-Length: 4096"))
        self.assertTooLarge(answer)

    async def test_slow_request(self) -> None:
        """A request that does not arrive in time is cut off, however it drips."""
        self.patch(request_module, "REQUEST_TIMEOUT_S", 0.2)
        for sent in (b"GET / HTTP/1.1\r\n", self.post("Content-Length: 100")):
            connection = await self.connect(sent)
            drops = 0
            while connection.lost is None and drops < 500:
                connection.write(b"a")
                drops += 1
                await deferLater(reactor, 0.01)
            await connection.closed
            self.assertLess(drops, 500)


def _answered(connection: Raw) -> bool:
    return b"\r\n\r\n{" in connection.received


class FramingTests(RawCase):
    """Requests that are refused by their heads."""

    async def test_connect_and_trace_are_refused_before_their_body(self) -> None:
        """CONNECT and TRACE are a 405 with ``Allow``, with and without credentials."""
        for method in ("CONNECT", "TRACE", "PRI", "connect"):
            for fields in ((), ("Content-Length: 50",)):
                sent = head(method, f"{PREFIX}/apis", *fields)
                connection = await self.connect(sent)
                await self.until(partial(_answered, connection))
                status, headers, body = split(connection.received)
                self.assertEqual((status, headers["connection"]), (405, "close"))
                self.assertIn("get", headers["allow"])
                self.assertEqual(body["technicalCode"], "methodNotAllowed")
                connection.abort()
                await connection.closed

    async def test_a_length_that_is_none_is_a_400(self) -> None:
        """An invalid framing is a 400, and is not logged."""
        for field in (
            "Content-Length: " + "1" * 4301,
            "Content-Length: 9223372036854775808",
            "Transfer-Encoding: identity",
            "X: \x01",
        ):
            answer = await self.raw(head("GET", f"{PREFIX}/apis", field))
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), (field[:40], answer))
        self.assertEqual(self.flushLoggedErrors(), [])

    async def test_what_is_no_http_is_answered_as_any_error(self) -> None:
        """Malformed requests are answered in JSON, and the connection ends."""
        chunked = head("POST", f"{PREFIX}/apis", "Transfer-Encoding: chunked")
        for sent in (
            b"nonsense\r\n\r\n",
            head("GET", f"{PREFIX}/apis", "Content-Length: -1"),
            head("GET", f"{PREFIX}/apis", "no field"),
            chunked + b"z\r\n",
        ):
            status, headers, body = split(await self.raw(sent))
            self.assertEqual((status, headers["connection"]), (400, "close"), sent)
            self.assertEqual(headers["cache-control"], "no-store")
            self.assertEqual(
                body,
                {
                    "httpStatus": 400,
                    "message": "The request is not valid HTTP/1.1",
                    "technicalCode": "request.invalid",
                    "parameters": {},
                    "details": [],
                },
            )
        self.assertEqual(self.flushLoggedErrors(), [])

    async def test_a_head_that_is_too_large_is_named(self) -> None:
        """The error names the size of the head."""
        fields = [f"X-{number}: {'x' * 8000}" for number in range(20)]
        answer = await self.raw(head("GET", f"{PREFIX}/apis", *fields))
        status, _, body = split(answer)
        self.assertEqual(status, 400)
        self.assertEqual(body["message"], "The head of the request is too large")

    async def test_a_body_that_breaks_after_its_refusal_gets_no_second_answer(
        self,
    ) -> None:
        """The connection ends."""
        sent = head("TRACE", f"{PREFIX}/apis", "Transfer-Encoding: chunked")
        answer = await self.raw(sent + b"z\r\n")
        self.assertEqual(split(answer)[0], 405)
        self.assertEqual(answer.count(b"HTTP/1.1"), 1)
