"""
One call to the own gateway, reported to the user who makes it.

The report is an event stream: ``request``, ``head``, any number of ``bytes``, and
``end``, which comes exactly once. Times are milliseconds since the begin. While the
user takes nothing, nothing is read from the gateway, and what is not read is not kept.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IDelayedCall,
    IPushProducer,
    IStreamClientEndpoint,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.eventstream.encoder import HEARTBEAT, encode
from relay.eventstream.event import Event
from relay.http.headers import REQUEST_ID
from relay.management.http.reply import dump
from relay.management.tryit.calls import CallWatcher, OwnCall
from relay.reactor.deadline import Deadline
from relay.reactor.failures import run
from relay.tls.verification import explain
from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.factory import ConnectionFactory
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, InvalidResponse
from relay.upstream.connection.upload import WholeBody
from relay.upstream.connection.wire_response import WireResponse
from relay.upstream.connection.writer import RequestHead
from relay.upstream.dial.dialer import when_ready

HEARTBEAT_MS = 10_000
"""After how long without an event a heartbeat is sent, in milliseconds."""
STALL_MS = 60_000
"""For how long the user may take nothing, in milliseconds."""


@implementer(IPushProducer)
class ReportedCall:
    """
    Makes a call, and reports it.

    :param reactor: the clock.
    :param wall: returns the time of day, as in RFC 3339.
    :param endpoint: connects to the listener.
    :param asked: the call.
    :param watcher: is told of its states.
    """

    def __init__(
        self,
        reactor: Any,
        wall: Callable[[], str],
        endpoint: IStreamClientEndpoint,
        asked: OwnCall,
        watcher: CallWatcher,
    ) -> None:
        self._reactor = reactor
        self._wall = wall
        self._endpoint = endpoint
        self._asked = asked
        self._watcher = watcher
        self._write: Callable[[bytes], object] | None = None
        """Takes bytes for the user; None before the begin and after the end."""
        self._abort: Callable[[], object] | None = None
        self._done: Deferred[None] = Deferred()
        self._begun_s = 0.0
        self._bytes = 0
        self._running: Deferred[None] | None = None
        self._response: WireResponse | None = None
        self._paused = False
        self._stall = Deadline(reactor, STALL_MS)
        self._limit = Deadline(reactor, asked.max_seconds * 1000)
        self._quiet: IDelayedCall | None = None

    def start(
        self, write: Callable[[bytes], object], abort: Callable[[], object]
    ) -> Deferred[None]:
        """
        Begin.

        :param write: takes bytes for the user.
        :param abort: drops the user's connection.
        :return: fires when the report is complete.
        """
        self._write, self._abort = write, abort
        self._begun_s = self._reactor.seconds()
        self._watcher.begun()
        self._limit.start(self._expire)
        self._event("request", {**self._asked.described, "timestamp": self._wall()})
        self._running = run(self._call())
        self._running.addErrback(self._failed)
        return self._done

    def pauseProducing(self) -> None:
        """The user takes no more for now."""
        self._paused = True
        if self._abort is not None:
            self._stall.start(self._abort)
        if self._response is not None:
            self._response.pauseProducing()

    def resumeProducing(self) -> None:
        """The user takes more."""
        self._paused = False
        self._stall.stop()
        if self._response is not None:
            self._response.resumeProducing()

    def stopProducing(self) -> None:
        """End the call: the user has left."""
        self._close()

    async def _call(self) -> None:
        asked = self._asked
        factory = ConnectionFactory(self._reactor, _drop, DEFAULT_LIMITS)
        connecting: Deferred[Any] = self._endpoint.connect(factory)
        connection: UpstreamConnection = await connecting.addCallback(when_ready)
        connected_ms = self._passed_ms()
        headers = Headers()
        headers.addRawHeader(b"Host", asked.authority.encode("ascii"))
        for name, value in asked.headers:
            headers.addRawHeader(name.encode("ascii"), value.encode("latin-1"))
        head = RequestHead(
            asked.method.encode("ascii"), asked.target.encode("ascii"), headers, False
        )
        body = None if asked.body is None else WholeBody(asked.body)
        response = await connection.request(head, body)
        self._response = response
        shown = _head(response, connected_ms, self._passed_ms())
        if shown["requestId"]:
            self._watcher.answered(shown["requestId"])
        self._event("head", shown)
        response.deliverBody(_Receiver(self._received, self._ended))
        if self._paused:
            response.pauseProducing()

    def _received(self, data: bytes) -> None:
        left = self._asked.max_bytes - self._bytes
        part = data[:left]
        self._bytes += len(part)
        if part:
            text = base64.b64encode(part).decode("ascii")
            self._event("bytes", {"atMs": self._passed_ms(), "base64": text})
        if len(part) < len(data):
            self._end("limit", f"maxBytes: {self._asked.max_bytes} bytes were received")

    def _expire(self) -> None:
        self._end("limit", f"maxSeconds: {self._asked.max_seconds} seconds have passed")

    def _failed(self, failure: Failure) -> None:
        how, message = _named(failure)
        self._end("unreachable" if self._response is None else how, message)

    def _ended(self, failure: Failure) -> None:
        self._response = None
        self._end(*_named(failure))

    def _end(self, how: str, message: str) -> None:
        """Report the end, unless the call is over."""
        if self._write is None:
            return
        self._event(
            "end",
            {
                "how": how,
                "message": message,
                "atMs": self._passed_ms(),
                "bytes": self._bytes,
            },
        )
        self._close()
        self._done.callback(None)

    def _close(self) -> None:
        """Free everything; nothing is reported any more."""
        if self._write is None:
            return
        self._write = self._abort = None
        self._stall.stop()
        self._limit.stop()
        quiet, self._quiet = self._quiet, None
        if quiet is not None and quiet.active():
            quiet.cancel()
        response, self._response = self._response, None
        running, self._running = self._running, None
        if response is not None:
            response.stopProducing()
        elif running is not None:
            running.cancel()
        self._watcher.over()

    def _event(self, name: str, content: dict[str, Any]) -> None:
        self._send(encode(Event(name, dump(content).decode())))

    def _send(self, data: bytes) -> None:
        if self._write is None:
            return
        self._write(data)
        if self._quiet is not None and self._quiet.active():
            self._quiet.reset(HEARTBEAT_MS / 1000)
        else:
            self._quiet = self._reactor.callLater(HEARTBEAT_MS / 1000, self._beat)

    def _beat(self) -> None:
        self._quiet = None
        self._send(HEARTBEAT)

    def _passed_ms(self) -> float:
        passed_s: float = self._reactor.seconds() - self._begun_s
        return round(passed_s * 1000, 1)


class _Receiver(Protocol):
    def __init__(
        self, received: Callable[[bytes], None], ended: Callable[[Failure], None]
    ) -> None:
        self._received, self._ended = received, ended

    def dataReceived(self, data: bytes) -> None:
        self._received(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._ended(reason)


def _head(response: WireResponse, connected_ms: float, at_ms: float) -> dict[str, Any]:
    found = [
        *response.headers.getAllRawHeaders(),
        *response.connection_headers.getAllRawHeaders(),
    ]
    if response.content_encoding:
        found.append((b"Content-Encoding", list(response.content_encoding)))
    ids = response.headers.getRawHeaders(REQUEST_ID, [b""])
    return {
        "status": response.code,
        "reason": response.phrase.decode("latin-1"),
        "headers": [
            {"name": name.decode("latin-1"), "value": value.decode("latin-1")}
            for name, values in found
            for value in values
        ],
        "requestId": ids[0].decode("latin-1") or None,
        "connectedMs": connected_ms,
        "atMs": at_ms,
    }


def _named(failure: Failure) -> tuple[str, str]:
    """Return how a call ended, and a sentence for people."""
    reason: Any = failure.value
    while reasons := getattr(reason, "reasons", None):
        reason = reasons[0].value
    if isinstance(reason, ResponseDone | PotentialDataLoss):
        return "complete", "The response is complete"
    if isinstance(reason, InvalidResponse):
        return "cut", reason.message
    if isinstance(reason, ConnectionDone):
        return "cut", "The connection was closed before the response was complete"
    if isinstance(reason, ConnectionLost | ConnectionAborted):
        return "reset", "The connection was reset before the response was complete"
    why = explain(reason)
    if why is not None:
        return "cut", f"TLS: {why}"
    return "cut", str(reason) or "The connection failed"


def _drop(connection: UpstreamConnection) -> None:
    """Never called: the connection carries one request."""
