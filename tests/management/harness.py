"""A management API on a loopback port, over a store in a temporary directory."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from treq.client import HTTPClient
from treq.cookies import IndexableCookieJar
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IListeningPort
from twisted.internet.protocol import Factory, Protocol
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase
from twisted.web.client import Agent, HTTPConnectionPool

from relay.management.access.auth import Authenticator, ensure_admin
from relay.management.access.passwords import Passwords
from relay.management.http.root import Pages
from relay.management.site import ManagementSite
from relay.model.secrets import Masking
from relay.settings.listeners import ConsoleSettings, ManagementSettings
from relay.settings.schema import Settings
from relay.store.store import Store
from tests.installed import CATALOG
from tests.management.openapi.sections import described
from tests.store.databases import create

reactor: Any = _reactor

ROOTS = ("/management", "/automation")
"""What the paths from the root begin with."""
PREFIX = "/management/v2/environments/DEFAULT"
PASSWORD = "correct horse battery staple"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def basic(name: str, password: str) -> dict[str, str]:
    """Return the header of Basic credentials."""
    token = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


ADMIN = basic("admin", PASSWORD)


@dataclass
class Answer:
    """The response of the management API."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.content)


def api_body(path: str = "/sse", **changes: Any) -> dict[str, Any]:
    """Return a valid API with one path."""
    return {
        "definitionVersion": "V4",
        "name": "SSE",
        "apiVersion": "1.0",
        "description": "",
        "type": "PROXY",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": path}],
                "entrypoints": [{"type": "http-proxy", "configuration": {}}],
            }
        ],
        "endpointGroups": [
            {
                "name": "group",
                "type": "http-proxy",
                "sharedConfiguration": {"http": {"idleTimeout": 70000}},
                "endpoints": [
                    {
                        "name": "endpoint",
                        "type": "http-proxy",
                        "inheritConfiguration": True,
                        "configuration": {"target": "https://example.com/sse"},
                    }
                ],
            }
        ],
        **changes,
    }


def plan_body(**changes: Any) -> dict[str, Any]:
    """Return a valid keyless plan."""
    return {
        "definitionVersion": "V4",
        "name": "Keyless",
        "description": "for all",
        "mode": "STANDARD",
        "security": {"type": "KEY_LESS", "configuration": {}},
        "validation": "MANUAL",
        **changes,
    }


class ManagementCase(TestCase):
    """A test that speaks HTTP to the whole management API."""

    timeout = 60
    management = ManagementSettings()
    console = ConsoleSettings()
    pages: Pages | None = None
    catalog = CATALOG

    async def setUp(self) -> None:  # type: ignore[override]
        """Start it, with the administrator in it."""
        directory = self.mktemp()
        self.settings = replace(
            Settings(directory), management=self.management, console=self.console
        )
        os.mkdir(directory)
        create(f"{directory}/relay.db")
        self.store = Store(
            f"sqlite:///{directory}/relay.db",
            reactor,
            clock_ms=lambda: self.now_ms(),
            masking=Masking(self.catalog.type_of),
        )
        self.store.startService()
        self.addCleanup(self.store.stopService)
        environ = {"RELAY_ADMIN_PASSWORD": PASSWORD}
        ensure_admin(self.store, self.settings, environ, CHEAP)
        self.passwords = Passwords(reactor, CHEAP)
        self.passwords.startService()
        self.addCleanup(self.passwords.stopService)
        self.authenticator = Authenticator(
            self.store, self.settings.admin, reactor, self.passwords
        )
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            reactor,
            lambda: ["http://localhost:8082"],
            pages=self.pages,
        )
        await self.listen()
        self.client = HTTPClient(
            Agent(reactor, pool=HTTPConnectionPool(reactor, persistent=False)),
            # Cookies are sent by the tests that have some.
            cookiejar=IndexableCookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    def now_ms(self) -> int:
        """Return the store's instant."""
        return int(time.time() * 1000)

    async def listen(self) -> None:
        """Accept clients on a port of its own."""
        self.port: IListeningPort = await TCP4ServerEndpoint(
            reactor, 0, interface="127.0.0.1"
        ).listen(self.site)
        self.addCleanup(self.port.stopListening)
        self.number: int = self.port.getHost().port
        self.origin = f"http://127.0.0.1:{self.number}"
        self.base = self.origin + PREFIX

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        credentials: Mapping[str, str] = ADMIN,
    ) -> Answer:
        """Send one request.

        :param path: below the environment, or from the root, with one of ``ROOTS``.
        :param body: JSON.
        :param content: a body that is no JSON, or not the one of ``body``.
        """
        url = (self.origin if path.startswith(ROOTS) else self.base) + path
        sent: dict[bytes | str, bytes | str] = {}
        sent.update({**credentials, **(headers or {})})
        if body is not None:
            content = json.dumps(body).encode()
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        response = await self.client.request(method, url, data=content, headers=sent)
        received = await response.content()
        answer = Answer(
            response.code,
            {
                name.decode().lower(): values[-1].decode()
                for name, values in response.headers.getAllRawHeaders()
            },
            received,
        )
        described().check(
            method, urlsplit(url).path, answer.status, answer.headers, received
        )
        return answer

    async def expect(
        self, status: int, method: str, path: str, body: object = None, **options: Any
    ) -> Any:
        """Send one request that must end in a status.

        :returns: the JSON of the answer, ``None`` for no body.
        """
        answer = await self.ask(method, path, body, **options)
        self.assertEqual(answer.status, status, answer.content)
        return answer.json if answer.content else None

    async def refused(
        self,
        status: int,
        code: str,
        method: str,
        path: str,
        body: object = None,
        **options: Any,
    ) -> Any:
        """Send one request that must be refused in the shape of every error.

        :returns: the error.
        """
        answer = await self.ask(method, path, body, **options)
        self.assertEqual(answer.status, status, answer.content)
        self.assertEqual(
            answer.headers["content-type"], "application/json; charset=utf-8"
        )
        self.assertEqual(
            list(answer.json),
            ["httpStatus", "message", "technicalCode", "parameters", "details"],
        )
        self.assertEqual(answer.json["httpStatus"], status)
        self.assertEqual(answer.json["technicalCode"], code, answer.content)
        return answer.json

    async def create(self, path: str = "/sse", **changes: Any) -> str:
        """Create an API.

        :returns: its id.
        """
        created = await self.expect(201, "POST", "/apis", api_body(path, **changes))
        return str(created["id"])

    async def plan(self, api_id: str, publish: bool = True, **changes: Any) -> str:
        """
        Create a plan, and publish it unless ``publish`` is false.

        :returns: its id.
        """
        plans = f"/apis/{api_id}/plans"
        created = await self.expect(201, "POST", plans, plan_body(**changes))
        if publish:
            await self.expect(200, "POST", f"{plans}/{created['id']}/_publish")
        return str(created["id"])

    async def start(self, path: str = "/sse") -> str:
        """Create an API that runs.

        :returns: its id.
        """
        api_id = await self.create(path)
        await self.plan(api_id)
        await self.expect(204, "POST", f"/apis/{api_id}/_start")
        return api_id

    async def raw(self, sent: bytes) -> bytes:
        """Send bytes on a connection of their own.

        :returns: everything that came back until the other side closed.
        """
        return await (await self.connect(sent)).closed

    async def connect(self, sent: bytes) -> Raw:
        """Open a connection and send bytes."""
        endpoint = TCP4ClientEndpoint(reactor, "127.0.0.1", self.number)
        connection = await endpoint.connect(Factory.forProtocol(Raw))
        assert isinstance(connection, Raw)
        connection.write(sent)
        return connection


class Raw(Protocol):
    """A connection that keeps the bytes that it receives."""

    def __init__(self) -> None:
        self.received = b""
        self.closed: Deferred[bytes] = Deferred()
        self.lost: Failure | None = None

    def write(self, data: bytes) -> None:
        """Send bytes."""
        assert self.transport is not None
        self.transport.write(data)

    def abort(self) -> None:
        """Go away without a word."""
        assert self.transport is not None
        self.transport.abortConnection()  # type: ignore[attr-defined]

    def dataReceived(self, data: bytes) -> None:
        self.received += data

    def connectionLost(self, reason: Failure = ConnectionDone) -> None:  # type: ignore[assignment]
        self.lost = reason
        self.closed.callback(self.received)


_AUTHORIZATION = f"Authorization: {ADMIN['Authorization']}\r\n"


def head(method: str, path: str, *lines: str, host: str = "localhost") -> bytes:
    """Return a request head with credentials."""
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


OTHER_BYTES = b"\xe9\xff\x80"
"""The value of a header that is not UTF-8."""
READ_HEADERS = (
    "Accept",
    "Accept-Encoding",
    "Authorization",
    "Content-Encoding",
    "Content-Type",
    "Cookie",
    "Host",
    "If-Match",
    "If-None-Match",
    "Origin",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "X-CSRF-Token",
    "X-Requested-With",
    "X-Unattended",
)
"""The headers that decide about a response."""
SESSION_COOKIE = "Cookie: relay_session=none"


def with_other_bytes(method: str, path: str, name: str, *lines: str) -> bytes:
    """
    Return a whole request with a JSON body and a header that is not UTF-8.

    :param name: of the header, which replaces one of the same name.
    """
    fields = ["Host: localhost", "Content-Type: application/json", *lines]
    kept = [line for line in fields if not line.lower().startswith(f"{name.lower()}:")]
    sent = "\r\n".join((f"{method} {path} HTTP/1.1", *kept, "Connection: close"))
    tail = b"\r\nContent-Length: 2\r\n\r\n{}"
    return sent.encode() + f"\r\n{name}: ".encode() + OTHER_BYTES + tail
