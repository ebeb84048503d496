"""What holds for every request, whatever it asks for."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater

from relay.management import request as request_module
from relay.management.shapes import SeenApi
from relay.settings import ManagementSettings
from relay.store.transaction import Transaction
from tests.management.harness import (
    ADMIN,
    PREFIX,
    ManagementCase,
    Raw,
    api_body,
    basic,
    reactor,
)

_AUTHORIZATION = f"Authorization: {ADMIN['Authorization']}\r\n"


def head(method: str, path: str, *lines: str, host: str = "localhost") -> bytes:
    """Give a request head with credentials."""
    extra = "".join(f"{line}\r\n" for line in lines)
    return (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{_AUTHORIZATION}{extra}\r\n"
    ).encode()


def split(answer: bytes) -> tuple[int, dict[str, str], Any]:
    """Take an answer apart that ends with the connection."""
    start, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = start.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split(" ")[1]), headers, json.loads(body) if body else None


class ErrorTests(ManagementCase):
    """One shape for every error."""

    async def test_nothing_there(self) -> None:
        """Every path that is none is a 404 in JSON."""
        for path in (
            "/management",
            "/management/",
            "/management/v1/environments/DEFAULT/apis",
            "/management/v2",
            "/management/v2/environments",
            "/management/v2/organizations/DEFAULT",
            PREFIX,
            f"{PREFIX}/",
            f"{PREFIX}/nothing",
            f"{PREFIX}//apis",
            f"{PREFIX}/apis//plans",
            "/management//v2/environments/DEFAULT/apis",
            "/management/v2/environments/DEFAULT/plugins/endpoints",
        ):
            await self.refused(404, "notFound", "GET", path)

    async def test_only_default_exists(self) -> None:
        """Other organisations and environments are not found."""
        for path, code, name in (
            ("/environments/OTHER/apis", "environment.notFound", "OTHER"),
            ("/environments/default/apis", "environment.notFound", "default"),
            (
                "/organizations/X/environments/DEFAULT/apis",
                "organization.notFound",
                "X",
            ),
            ("/organizations/DEFAULT/environments/Y/apis", "environment.notFound", "Y"),
        ):
            error = await self.refused(404, code, "GET", f"/management/v2{path}")
            self.assertEqual(list(error["parameters"].values()), [name])

    async def test_method_not_allowed(self) -> None:
        """A method that a path does not take is a 405 that names those it takes."""
        for method, path, allowed in (
            ("DELETE", "/apis", "GET, HEAD, POST"),
            ("POST", "/apis/x", "DELETE, GET, HEAD, PATCH, PUT"),
            ("GET", "/apis/x/_start", "POST"),
            ("OPTIONS", "/apis", "GET, HEAD, POST"),
            ("BREW", "/apis", "GET, HEAD, POST"),
        ):
            answer = await self.ask(method, path)
            self.assertEqual(answer.status, 405, answer.content)
            self.assertEqual(answer.headers["allow"], allowed)
            self.assertEqual(answer.json["technicalCode"], "methodNotAllowed")

    async def test_trailing_slash(self) -> None:
        """A slash more is the same path, and no redirect."""
        await self.expect(200, "GET", "/apis/")

    async def test_incident(self) -> None:
        """What goes wrong here is told by an id that the log has, and nothing else."""
        secret = "the database is at db.internal"
        with patch.object(SeenApi, "to_json", side_effect=RuntimeError(secret)):
            error = await self.refused(500, "unexpected", "POST", "/apis", api_body())
        self.assertNotIn("internal", json.dumps(error))
        incident = error["parameters"]["incident"]
        self.assertIn(incident, error["message"])
        logged = self.flushLoggedErrors(RuntimeError)
        self.assertEqual(len(logged), 1)

    async def test_store_that_fails(self) -> None:
        """A store that cannot answer is a 503, under an incident id as well."""
        await self.expect(200, "GET", "/apis")
        await self.store.stop()
        error = await self.refused(503, "storeUnavailable", "GET", "/apis")
        self.assertIn("incident", error["parameters"])
        self.assertEqual(len(self.flushLoggedErrors()), 1)
        await self.store.start()

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

    async def test_odd_paths(self) -> None:
        """Whatever stands in the request line, the answer is JSON."""
        for path, status in (
            ("/%ff", 400),
            ("/management/v2/%ff", 400),
            ("*", 400),
            ("http://evil.example/management/v2", 400),
            ("/%6danagement/v2/environments/DEFAULT/apis", 200),
            ("/management%2Fv2/environments/DEFAULT/apis", 404),
            (f"{PREFIX}/apis/a%2Fplans", 404),
            (f"{PREFIX}/apis?page=%ff", 400),
            (f"{PREFIX}/apis/../apis", 404),
        ):
            answer = await self.raw(head("GET", path, "Connection: close"))
            got, headers, body = split(answer)
            self.assertEqual(got, status, (path, answer))
            self.assertEqual(headers["content-type"], "application/json; charset=utf-8")
            if status != 200:
                self.assertEqual(body["httpStatus"], status)

    async def test_keep_alive(self) -> None:
        """One connection takes one request after the other."""
        ask = head("GET", f"{PREFIX}/apis")
        last = head("GET", f"{PREFIX}/none", "Connection: close")
        answers = await self.raw(ask + ask + last)
        self.assertEqual(answers.count(b"HTTP/1.1 200 "), 2)
        self.assertEqual(answers.count(b"HTTP/1.1 404 "), 1)


class AuthenticationTests(ManagementCase):
    """Who is let in."""

    async def test_required(self) -> None:
        """Everything below /management asks for a password, even what is not there."""
        for path in ("/apis", "/nothing", "/apis/none"):
            for credentials in ({}, basic("admin", "wrong"), {"Authorization": "x"}):
                answer = await self.ask("GET", path, credentials=credentials)
                self.assertEqual(answer.status, 401)
                self.assertEqual(
                    answer.headers["www-authenticate"],
                    'Basic realm="Relay", charset="UTF-8"',
                )
                self.assertEqual(answer.json["technicalCode"], "unauthorized")
        await self.refused(
            401, "unauthorized", "GET", "/management/v2/x", credentials={}
        )

    async def test_nothing_happens_without(self) -> None:
        """An unauthenticated request changes nothing."""
        await self.refused(
            401, "unauthorized", "POST", "/apis", api_body(), credentials={}
        )
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])

    async def test_too_many_failures(self) -> None:
        """After ten failures an address waits, and is told how long."""
        for number in range(10):
            await self.refused(
                401,
                "unauthorized",
                "GET",
                "/apis",
                credentials=basic("admin", f"{number}"),
            )
        answer = await self.ask("GET", "/apis")
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.json["technicalCode"], "tooManyAttempts")
        wait = int(answer.headers["retry-after"])
        self.assertTrue(0 < wait <= 60, wait)


class BrowserTests(ManagementCase):
    """Requests that a page of another site makes a browser send."""

    management = ManagementSettings(hosts=("relay.example",))

    async def test_foreign_pages(self) -> None:
        """They are refused before anything is looked at, password or not."""
        for name, value in (
            ("Origin", "http://evil.example"),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
        ):
            for credentials in (ADMIN, {}):
                await self.refused(
                    403,
                    "origin.foreign",
                    "POST",
                    "/apis",
                    api_body(),
                    headers={name: value},
                    credentials=credentials,
                )
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])

    async def test_own_pages(self) -> None:
        """Pages of this listener are let through."""
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        await self.expect(201, "POST", "/apis", api_body(), headers=headers)

    async def test_hosts(self) -> None:
        """A name that is not ours is a 421; one that is configured is answered."""
        for host, status in (("relay.example", 200), ("evil.example", 421)):
            answer = await self.raw(
                head("GET", f"{PREFIX}/apis", "Connection: close", host=host)
            )
            self.assertEqual(split(answer)[0], status)
        answer = await self.raw(b"GET / HTTP/1.0\r\n\r\n")
        self.assertEqual(split(answer)[0], 400)
        answer = await self.raw(
            head("GET", "/", "Host: localhost", "Connection: close")
        )
        self.assertEqual(split(answer)[2]["technicalCode"], "host.invalid")

    async def test_content_types(self) -> None:
        """A body is JSON by its type, or it is not looked at."""
        content = json.dumps(api_body()).encode()
        for kind in (
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
            "application/merge-patch+json",
            "application/json; charset=latin-1",
            "application/json-patch+json",
            "text/json",
        ):
            await self.refused(
                415,
                "mediaType.unsupported",
                "POST",
                "/apis",
                content=content,
                headers={"Content-Type": kind},
            )
        await self.refused(
            415,
            "mediaType.unsupported",
            "POST",
            "/apis",
            content=content,
            headers={"Content-Encoding": "gzip"},
        )
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])
        for kind in ("application/json; charset=UTF-8", "Application/JSON"):
            api = await self.expect(
                201,
                "POST",
                "/apis",
                content=content,
                headers={"Content-Type": kind},
            )
            await self.expect(204, "DELETE", f"/apis/{api['id']}")

    async def test_actions_with_bodies(self) -> None:
        """An action needs no body, takes any JSON, and no form."""
        api_id = await self.create()
        await self.plan(api_id)
        await self.refused(
            415,
            "mediaType.unsupported",
            "POST",
            f"/apis/{api_id}/_start",
            content=b"a=b",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        await self.expect(204, "POST", f"/apis/{api_id}/_start", {})
        await self.expect(204, "POST", f"/apis/{api_id}/_stop")

    async def test_patch_types(self) -> None:
        """A patch of a kind that is not built is told which kinds are."""
        api_id = await self.create()
        answer = await self.ask(
            "PATCH",
            f"/apis/{api_id}",
            [],
            headers={"Content-Type": "application/json-patch+json"},
        )
        self.assertEqual(answer.status, 415)
        self.assertEqual(
            answer.headers["accept-patch"],
            "application/json, application/merge-patch+json",
        )


class BodyLimitTests(ManagementCase):
    """Bodies that are too long, slow or never end."""

    management = ManagementSettings(max_body_bytes=2048)

    def post(self, *lines: str) -> bytes:
        """Give the head of a creation."""
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
        """A client that asks first is not told to go on."""
        connection = await self.connect(
            self.post("Content-Length: 4096", "Expect: 100-continue")
        )
        await self.until(lambda: b"\r\n\r\n{" in connection.received)
        self.assertTooLarge(connection.received)
        connection.abort()
        await connection.closed

    async def test_continue(self) -> None:
        """One that may go on is told so."""
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

    async def until(self, condition: Any) -> None:
        """Wait until something is so."""
        for _ in range(1000):
            if condition():
                return
            await deferLater(reactor, 0.005)
        self.fail("it never was")


class LeavingTests(ManagementCase):
    """Clients that do not wait for their answer."""

    async def test_writes_are_whole(self) -> None:
        """A client that leaves while its API is written leaves it whole, or none."""
        entered: Deferred[None] = Deferred()
        original = self.store.write
        results: list[Any] = []

        def write(work: Any) -> Any:
            def slow(tx: Transaction) -> Any:
                reactor.callFromThread(self.connection.abort)
                reactor.callFromThread(entered.callback, None)
                result = work(tx)
                # Until the reactor has told the request that its client is gone.
                self.gone.wait(5)
                results.append(result)
                return result

            return original(slow)

        import threading

        self.gone = threading.Event()
        self.patch(self.store, "write", write)
        body = json.dumps(api_body("/left")).encode()
        self.connection: Raw = await self.connect(
            head(
                "POST",
                f"{PREFIX}/apis",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            )
            + body
        )
        await entered
        await self.connection.closed
        await deferLater(reactor, 0.05)
        self.gone.set()
        apis: list[Any] = []
        for _ in range(200):
            apis = await self.store.read(lambda tx: tx.apis.list())
            if apis:
                break
            await deferLater(reactor, 0.01)
        self.assertEqual([api.id for api in apis], [results[0].record.id])
        self.assertEqual(self.flushLoggedErrors(), [])
        self.patch(self.store, "write", original)
        await self.expect(204, "DELETE", f"/apis/{apis[0].id}")

    async def test_leaving_during_authentication(self) -> None:
        """A client that leaves before it is known asks for nothing any more."""
        held: Deferred[str] = Deferred()
        asked: Deferred[None] = Deferred()

        def check(authorization: bytes | None, address: str) -> Deferred[str]:
            asked.callback(None)
            return held

        self.patch(self.authenticator, "check", check)
        connection = await self.connect(
            head("DELETE", f"{PREFIX}/apis/none", "Connection: close")
        )
        await asked
        connection.abort()
        await connection.closed
        await deferLater(reactor, 0.05)
        with patch.object(self.store, "write") as write:
            held.callback("admin")
        write.assert_not_called()
        self.assertEqual(self.flushLoggedErrors(), [])
