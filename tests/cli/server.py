"""A server in memory, and a client of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from treq.client import HTTPClient
from treq.testing import StubTreq
from twisted.internet.task import Clock
from twisted.web.resource import Resource
from twisted.web.server import Request

from relay.cli.client import Client
from relay.cli.profiles import Profile

Answering = Callable[["Call"], tuple[int, Any]]
URL = "http://relay.example:8083"


class Call:
    """A call that the server was made."""

    def __init__(self, request: Request) -> None:
        split = urlsplit(request.uri.decode())
        content = request.content.read()  # type: ignore[union-attr]
        self.method = request.method.decode()
        self.path = split.path
        self.query = parse_qs(split.query)
        self.body = json.loads(content) if content else None
        self.authorization = request.getHeader("authorization")

    @property
    def line(self) -> str:
        """The method and the path."""
        return f"{self.method} {self.path}"


class Server(Resource):
    """
    Records the calls, and answers each.

    :param answering: returns the status and the body; bytes are sent as they are.
    """

    isLeaf = True

    def __init__(self, answering: Answering) -> None:
        super().__init__()
        self._answering = answering
        self.calls: list[Call] = []

    def render(self, request: Request) -> Any:
        """Answer a call."""
        call = Call(request)
        self.calls.append(call)
        status, body = self._answering(call)
        request.setResponseCode(status)
        if isinstance(body, bytes):
            return body
        return b"" if body is None else json.dumps(body).encode()

    def client(self, profile: Profile | None = None) -> Client:
        """Return a client."""
        http = cast(HTTPClient, StubTreq(self))
        return Client(profile or Profile(URL, token="abc"), http, Clock())
