"""
One request of a client over HTTP/1.1 or 1.0, and its response.

twisted.web reads a whole request body before it hands the request over, and sends
``100 Continue`` before anyone has looked at the request. Here a request begins at its
head and its body streams (RFC 9110, 10.1.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.http.body import RequestBody
from relay.http.client_stream import (
    NO_BODY_STATUSES,
    Ledger,
    ListenerFacts,
    RequestHead,
    Responder,
    expects_continue,
)
from relay.http.headers import allowed_trailers
from relay.http.http1.direct import DirectWriter, direct_writer
from relay.http.limits.stall import StallClock
from relay.http.listener.peer import bytes_taken
from relay.reactor.sending import unsent_bytes


@implementer(IPushProducer)
class Http1Stream(Request):
    """
    A :class:`~relay.http.client_stream.ClientStream` of HTTP/1.1 or 1.0.

    :param channel: the client's connection.
    """

    defaultContentType = None
    channel: Any
    transport: Any
    request: RequestHead
    body: RequestBody | None = None
    responder: Responder | None = None
    broken = False
    asked_to_close = False
    """Whether the client wants the connection to end with the response."""
    _writer: DirectWriter | None = None
    stall: StallClock | None = None

    def __init__(self, channel: Any, queued: object = False) -> None:
        # As in twisted.web, but for the addresses, which it has made for each request:
        # one of them is a system call, and no caller needs it.
        self.channel = channel
        self.transport = channel.transport
        self.requestHeaders = Headers()
        self.responseHeaders = Headers()
        self.notifications = []
        self.cookies = []
        self.received_cookies = {}
        self.queued = queued
        self.peer = channel.peer
        self.ledger = Ledger()

    @property
    def listener(self) -> ListenerFacts:
        """The listener that the request came to."""
        facts: ListenerFacts = self.channel.site.listener
        return facts

    @property
    def begun(self) -> bool:
        """Whether the head has been written: from then on failure is an abort."""
        return bool(self.startedWriting)

    # What the client sends.

    def gotLength(self, length: int | None) -> None:
        """Make no buffer: the body streams."""

    def parseCookies(self) -> None:
        """Leave cookies alone: they are the upstream's business."""

    def head_received(self, head: RequestHead, length: int | None) -> None:
        """
        Begin, before the body is there.

        :param head: the request's head.
        :param length: bytes of the body, 0 for none, None when it is chunked.
        """
        self.settle(head)
        if length != 0:
            self.body = RequestBody(self.channel, length)
        self.process()

    def settle(self, head: RequestHead) -> None:
        """
        Copy the parts of the head.

        :param head: the request's head.
        """
        self.request = head
        self.method, self.uri, self.clientproto = head.method, head.target, head.version

    def handleContentChunk(self, data: bytes) -> None:
        """Take some of the body."""
        if self.body is not None:
            self.body.received(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The request is complete."""
        if self.body is None:
            head = RequestHead(command, path, version, self.requestHeaders)
            self.head_received(head, 0)
        else:
            self.body.ended()

    def process(self) -> None:
        """Hand over to the gateway."""
        self.channel.site.application.render(self)

    @property
    def body_owed(self) -> bool:
        """Whether the client has still to send some of the body."""
        return self.body is not None and self.body.owed

    @property
    def is_last(self) -> bool:
        """Whether nothing after it on the connection can be read."""
        return self.broken or self.body_owed

    def send_continue(self) -> None:
        """Send ``100 Continue`` if the client waits for it."""
        if self.body_owed and expects_continue(self.request):
            self.channel.send_continue()

    # What the client is sent.

    def reach_client(self) -> bool:
        """
        Write bytes that a client that has left answers with a reset: the first ones of
        the head, or a zero before the size of the next chunk (RFC 9112, 7.1).

        :return: whether to wait for the end of the response; not without framing, as
            nothing can be written then.
        """
        if not self.begun:
            self.channel.start_head()
            return True
        if self._writer is not None and self.chunked:
            self._writer.send(b"0")
            return True
        framed: bool = self.responseHeaders.hasHeader(b"content-length")
        return framed

    def early_hints(self, headers: Headers) -> None:
        """Write a 103 response, which HTTP/1.0 does not have."""
        if self.clientproto != b"HTTP/1.0":
            self.channel.writeHeaders(b"HTTP/1.1", b"103", b"Early Hints", headers)

    def begin(
        self, status: int, phrase: bytes, headers: Headers, close: bool = False
    ) -> None:
        """Write the head."""
        self.setResponseCode(status, phrase)
        closes = close or self.is_last or self.channel.site.closing
        if closes:
            self.channel.persistent = False
        if closes or self.asked_to_close:
            headers.setRawHeaders(b"connection", [b"close"])
        self.responseHeaders = headers
        self.registerProducer(self, True)
        super().write(b"")
        if self.method != b"HEAD" and status not in NO_BODY_STATUSES:
            self._writer = direct_writer(
                self.transport, bool(self.chunked), self.ledger
            )

    def upgrade(self, headers: Headers, receiver: Callable[[bytes], None]) -> None:
        """Switch protocols: later writes are not framed."""
        channel = self.channel
        self.setResponseCode(101)
        self.startedWriting = 1
        channel.persistent = False
        channel.writeHeaders(b"HTTP/1.1", b"101", b"Switching Protocols", headers)
        self.registerProducer(self, True)
        self._writer = direct_writer(self.transport, False, self.ledger)
        channel.upgrade(receiver)

    def pause_reading(self) -> None:
        """Read nothing more from the client for now."""
        self.transport.pauseProducing()

    def resume_reading(self) -> None:
        """Read from the client again."""
        self.transport.resumeProducing()

    @property
    def takes_chunks(self) -> bool:
        """Whether the body is framed in chunks."""
        return bool(self.chunked)

    @property
    def fanout_target(self) -> DirectWriter | None:
        """The connection; None for a response that has no body."""
        return self._writer

    @property
    def unsent_bytes(self) -> int:
        """How much of the response waits here for the client to take it."""
        return unsent_bytes(self.transport)

    def write(self, data: bytes) -> None:
        """Write some of the body."""
        if self._writer is not None:
            self.ledger.bytes += len(data)
            self._writer.write(data)

    def write_chunks(self, framed: bytes, size: int) -> None:
        """Write whole chunks as they are."""
        if self._writer is not None:
            self.ledger.bytes += size
            self._writer.send(framed)

    def finish(self, trailers: list[tuple[bytes, bytes]] | None = None) -> None:
        """End the response as a complete one."""
        self._release()
        if self.channel.site.closing:
            self.channel.persistent = False
        fields = allowed_trailers(trailers or [])
        if fields and self.chunked:
            self.channel.write(
                b"0\r\n" + b"".join(b"%s: %s\r\n" % field for field in fields) + b"\r\n"
            )
            self.chunked = 0
        super().finish()

    def abort(self, drops: bool) -> None:
        """
        Cut the response, so that it does not look finished.

        Where its framing shows that, the end of the connection is enough, and what was
        written arrives. Otherwise it takes a reset.

        :param drops: whether to reset anyway, and drop data that the client did not
            receive.
        """
        self._release()
        framed = self.chunked or self.responseHeaders.hasHeader(b"content-length")
        if framed and not drops:
            self.channel.cut_short()
        else:
            self.channel.abort()

    def pauseProducing(self) -> None:
        """The client's buffer is full."""
        self._stop_stall()
        site = self.channel.site
        self.stall = StallClock(
            site.reactor, site.settings.stall_timeout_ms, self._taken, self._stalled
        )
        if self.responder is not None:
            self.responder.on_full()

    def resumeProducing(self) -> None:
        """The client's buffer has drained."""
        self._stop_stall()
        if self.responder is not None:
            self.responder.on_drained()

    def stopProducing(self) -> None:
        """The client is gone: see :meth:`connectionLost`."""

    def connectionLost(self, reason: Failure) -> None:
        """The client is gone."""
        super().connectionLost(reason)
        self._stop_stall()
        self.producer = None
        if self.body is not None:
            self.body.drop()
        if self.responder is not None:
            self.responder.on_gone()

    def _taken(self) -> int | None:
        return bytes_taken(self.transport)

    def _stalled(self) -> None:
        if self.responder is not None:
            self.responder.on_stalled()

    def _release(self) -> None:
        self._stop_stall()
        if self.producer is not None:
            self.unregisterProducer()

    def _stop_stall(self) -> None:
        stall, self.stall = self.stall, None
        if stall is not None:
            stall.stop()
