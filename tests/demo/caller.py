"""A client of the demo source that needs no socket and no real time."""

from __future__ import annotations

import base64
import json
from typing import Any, cast

from twisted.internet.error import ConnectionLost
from twisted.internet.interfaces import IProtocol, IPushProducer
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.demo.replay import ReplaySource, replay_site
from relay.demo.site import source_site
from relay.demo.source import DemoSource

KEY = "demo:relay"


def basic(key: str = KEY) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(key.encode()).decode()


class Answer:
    """The response to one request, as far as it was received."""

    def __init__(self, raw: bytes) -> None:
        head, _, rest = raw.partition(b"\r\n\r\n")
        status_line, *lines = head.split(b"\r\n")
        self.status = int(status_line.split(b" ")[1])
        self.headers = Headers()
        for line in lines:
            name, _, value = line.partition(b": ")
            self.headers.addRawHeader(name, value)
        chunked = self.header("Transfer-Encoding") == "chunked"
        self.body, self.finished = _unchunked(rest) if chunked else (rest, True)

    def header(self, name: str) -> str | None:
        """The only value of a header."""
        values = self.headers.getRawHeaders(name, [])
        return values[0] if len(values) == 1 else None

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def error(self) -> str:
        """The message of an error body."""
        return cast(str, self.json()["error"]["message"])

    def messages(self) -> list[dict[str, Any]]:
        """The envelopes of the events in the body, in order."""
        return [
            json.loads(line.removeprefix(b"data: "))
            for line in self.body.split(b"\n")
            if line.startswith(b"data: ")
        ]

    def data(self) -> list[Any]:
        """The payloads of the events in the body, in order."""
        return [message.get("data") for message in self.messages()]

    def event_ids(self) -> list[str]:
        """The ids of the events in the body, in order."""
        return [
            line.removeprefix(b"id: ").decode()
            for line in self.body.split(b"\n")
            if line.startswith(b"id: ")
        ]


class Caller:
    """One connection to the source."""

    def __init__(self, source: DemoSource | ReplaySource) -> None:
        self.transport = StringTransport()
        if isinstance(source, ReplaySource):
            self.site = replay_site(source)
        else:
            self.site = source_site(source)
        protocol = self.site.buildProtocol(None)
        assert protocol is not None
        self._protocol = cast(IProtocol, protocol)
        self._protocol.makeConnection(self.transport)

    def call(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        key: str | None = KEY,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send a request, and return the response that is complete at once."""
        lines = [f"{method} {target} HTTP/1.1", "Host: source"]
        if key is not None:
            lines.append(f"Authorization: {basic(key)}")
        if body:
            lines.append(f"Content-Length: {len(body)}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.transport.clear()
        self.send(head + body)
        return self.answer()

    def send(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self._protocol.dataReceived(raw)

    def stream(self, query: str, **headers: str) -> Answer:
        """Open an event stream."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("GET", f"/sse?{query}", headers=named)

    def post(self, channel: str, value: object) -> Answer:
        """Publish a JSON body."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.call(
            "POST",
            f"/channels/{channel}/messages",
            body,
            headers={"Content-Type": "application/json"},
        )

    def answer(self) -> Answer:
        """Return the response received so far."""
        return Answer(self.transport.value())

    def stall(self) -> None:
        """Make the transport's buffer full."""
        cast(IPushProducer, self.transport.producer).pauseProducing()

    def drain(self) -> None:
        """Empty the transport's buffer."""
        cast(IPushProducer, self.transport.producer).resumeProducing()

    def leave(self) -> None:
        """Lose the connection."""
        cast(IPushProducer, self.transport.producer).stopProducing()
        self._protocol.connectionLost(Failure(ConnectionLost()))


def _unchunked(raw: bytes) -> tuple[bytes, bool]:
    body = b""
    while raw:
        size, _, rest = raw.partition(b"\r\n")
        length = int(size, 16)
        if length == 0:
            return body, True
        body += rest[:length]
        raw = rest[length + 2 :]
    return body, False
