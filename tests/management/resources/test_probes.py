"""Probes by REST, of a prober that the test steers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from relay.management.resources.probes import MOST_PROBES, Result, Tell
from relay.management.site import ManagementSite
from relay.model.api.endpoints.probe import ProbeRequest
from relay.model.api.kinds import EndpointType
from tests.gateway.raw import until
from tests.management.harness import ADMIN, PREFIX, ManagementCase, basic, reactor

PROBE = "/endpoints/_probe"
BODY = {"configuration": {"target": "https://example.com/sse?key=1"}}
EVENTS = {"Accept": "text/event-stream"}


class Begun:
    """A probe that was begun."""

    def __init__(
        self,
        kind: EndpointType,
        request: ProbeRequest,
        tell: Tell,
        ended: Callable[[Result], None],
    ) -> None:
        self.kind, self.request = kind, request
        self.tell, self.ended = tell, ended
        self.cancelled = False

    def cancel(self) -> None:
        """Note that it was cancelled."""
        self.cancelled = True


class ProbeTests(ManagementCase):
    """The forms of the response, the ends of a probe, and what is refused."""

    async def setUp(self) -> None:  # type: ignore[override]
        await super().setUp()
        self.begun: list[Begun] = []

        def prober(
            kind: EndpointType,
            request: ProbeRequest,
            tell: Tell,
            ended: Callable[[Result], None],
        ) -> Callable[[], None]:
            self.begun.append(Begun(kind, request, tell, ended))
            return self.begun[-1].cancel

        closed: Any = self.port.stopListening()
        await closed
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            reactor,
            lambda: [],
            prober=prober,
        )
        await self.listen()

    async def probe(self, *lines: str, **members: Any) -> Any:
        """Begin a probe on a connection of its own."""
        content = json.dumps({**BODY, **members}).encode()
        fields = "".join(f"{line}\r\n" for line in lines)
        head = (
            f"POST {PREFIX}{PROBE} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: {ADMIN['Authorization']}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
            f"{fields}\r\n"
        )
        count = len(self.begun)
        connection = await self.connect(head.encode() + content)
        await until(lambda: len(self.begun) > count, "the probe")
        return connection

    async def test_events(self) -> None:
        """Each observation is an event, as soon as it is made."""
        client = await self.probe("Accept: text/event-stream", "Connection: close")
        (begun,) = self.begun
        begun.tell("connecting", {"host": "example.com"})
        await until(lambda: b"event: connecting" in client.received, "the event")
        begun.ended({"ended": "time_over"})
        received = await client.closed
        self.assertIn(b"Content-Type: text/event-stream\r\n", received)
        self.assertIn(b'event: connecting\ndata: {"host":"example.com"}\n\n', received)
        self.assertIn(b'event: end\ndata: {"ended":"time_over"}\n\n', received)

    async def test_document(self) -> None:
        """Clients of JSON get one document at the end."""
        client = await self.probe("Connection: close")
        (begun,) = self.begun
        begun.tell("head", {"status": 200})
        begun.ended({"ended": "source_ended"})
        received = await client.closed
        self.assertIn(b"application/json", received)
        self.assertIn(
            b'{"observations":[{"type":"head","status":200}],'
            b'"result":{"ended":"source_ended"}}',
            received,
        )

    async def test_left(self) -> None:
        """A probe whose client leaves is cancelled, in either form."""
        for lines in (("Accept: text/event-stream",), ()):
            client = await self.probe(*lines)
            client.abort()
            await until(lambda: self.begun[-1].cancelled, "the cancellation")

    async def test_at_once(self) -> None:
        """A probe may end before it has begun; the connection stays usable."""
        client = await self.probe("Accept: text/event-stream")
        self.begun[0].ended({"ended": "failed"})
        await until(lambda: b"event: end" in client.received, "the end")
        client.write(
            f"GET {PREFIX}/apis HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: {ADMIN['Authorization']}\r\n\r\n".encode()
        )
        await until(lambda: b'"pagination"' in client.received, "the next response")
        client.abort()

    async def test_number(self) -> None:
        """Only some probes run at one time; an end makes room."""
        clients = [await self.probe() for _ in range(MOST_PROBES)]
        await self.refused(503, "endpoint.tooManyProbes", "POST", PROBE, BODY)
        self.begun[0].ended({})
        clients.append(await self.probe())
        clients[1].abort()
        await until(lambda: self.begun[1].cancelled, "the cancellation")
        clients.append(await self.probe())
        for client in clients:
            client.abort()
        await until(lambda: all(one.cancelled for one in self.begun[1:]), "the ends")

    async def test_request(self) -> None:
        """The members of the body reach the prober."""
        client = await self.probe(
            type="sse",
            sharedConfiguration={"http": {"idleTimeout": 5}},
            seconds=3,
            path="?channel=a",
        )
        (begun,) = self.begun
        self.assertEqual(begun.kind.id, "sse")
        self.assertEqual(begun.request.seconds, 3)
        self.assertEqual(begun.request.place.query, b"channel=a")
        client.abort()
        await until(lambda: begun.cancelled, "the cancellation")

    async def test_mistakes(self) -> None:
        """All mistakes of a body are reported, at the locations of a definition."""
        error = await self.refused(
            400,
            "validation",
            "POST",
            PROBE,
            {
                "configuration": {"target": "ftp://x"},
                "sharedConfiguration": {"http": {"idleTimeout": -1}},
            },
        )
        self.assertEqual(
            [one["location"] for one in error["details"]],
            ["configuration.target", "sharedConfiguration.http.idleTimeout"],
        )
        for members, location in (
            ({"type": "mock"}, "type"),
            ({"type": "nothing"}, "type"),
            ({"seconds": 301}, "seconds"),
            ({"path": "stream"}, "path"),
            ({"path": "/../x"}, "path"),
            ({"path": "/a b"}, "path"),
            ({"headers": [{"name": "Connection", "value": "x"}]}, "headers[0].name"),
            ({"credentials": {}}, "credentials.username"),
            ({"credentials": {"username": "a:b"}}, "credentials.username"),
            (
                {"credentials": {"token": "t", "password": "p"}},
                "credentials.password",
            ),
            ({"credentials": {"token": "a b"}}, "credentials.token"),
            (
                {
                    "credentials": {"token": "t"},
                    "headers": [{"name": "authorization", "value": "x"}],
                },
                "credentials",
            ),
        ):
            error = await self.refused(
                400, "validation", "POST", PROBE, {**BODY, **members}
            )
            (detail,) = error["details"]
            self.assertEqual(detail["location"], location)
        self.assertEqual(self.begun, [])

    async def test_secrets(self) -> None:
        """A refused credential is not shown."""
        body = {**BODY, "credentials": {"username": "u", "password": 12345678}}
        answer = await self.ask("POST", PROBE, body)
        self.assertEqual(answer.status, 400)
        self.assertNotIn(b"12345678", answer.content)
        read = ProbeRequest.read({**BODY, "credentials": {"token": "secret-token"}})
        self.assertNotIn("secret-token", repr(read))
        self.assertNotIn("key=1", repr(read))

    async def test_role(self) -> None:
        """A viewer cannot make the gateway connect."""
        viewer = {"name": "vera", "password": "a long enough one", "role": "VIEWER"}
        await self.expect(201, "POST", "/management/v2/users", viewer)
        await self.refused(
            403,
            "forbidden",
            "POST",
            PROBE,
            BODY,
            credentials=basic("vera", viewer["password"]),
        )
        self.assertEqual(self.begun, [])
