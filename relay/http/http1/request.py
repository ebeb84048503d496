"""
One request of a client.

twisted.web reads a whole request body before it hands the request over, and sends
``100 Continue`` before anyone has looked at the request. Here a request begins at its
head and its body streams (RFC 9110, 10.1.1).
"""

from __future__ import annotations

from typing import Any, Protocol

from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web.http import Request
from twisted.web.http_headers import Headers

from relay.http.body import RequestBody
from relay.http.refusals import Refusal


class Answer(Protocol):
    """What answers a request: its exchange."""

    def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal, or cut when it is too late for one."""

    def client_gone(self) -> None:
        """The client has left."""


class RelayRequest(Request):
    """One request; the exchange that it is part of decides all that follows."""

    defaultContentType = None
    channel: Any
    body: RequestBody | None = None
    exchange: Answer | None = None
    broken = False
    """Whether its head, or its body's framing, could not be understood."""

    def __init__(self, channel: Any, queued: object = False) -> None:
        """
        Begin as twisted.web does, without asking for addresses.

        It has both made for each request; one of them is a system call, and nobody
        asks for it.
        """
        self.channel = channel
        self.transport = channel.transport
        self.requestHeaders = Headers()
        self.responseHeaders = Headers()
        self.notifications = []
        self.cookies = []
        self.received_cookies = {}
        self.queued = queued

    @property
    def client(self) -> IAddress:
        """The address at the other end of the connection."""
        peer: IAddress = self.channel.getPeer()
        return peer

    @property
    def host(self) -> IAddress:
        """The address at this end of the connection."""
        host: IAddress = self.channel.getHost()
        return host

    def gotLength(self, length: int | None) -> None:
        """Make no buffer: the body streams."""

    def parseCookies(self) -> None:
        """Leave cookies alone: they are the source's business."""

    def head_received(
        self, method: bytes, target: bytes, version: bytes, length: int | None
    ) -> None:
        """
        Begin, before the body is there.

        :param method: the request's method.
        :param target: the request-target, raw.
        :param version: such as ``b"HTTP/1.1"``.
        :param length: bytes of the body, 0 for none, None when it is chunked.
        """
        self.method, self.uri, self.clientproto = method, target, version
        if length != 0:
            self.body = RequestBody(self.channel, length)
        self.process()

    def handleContentChunk(self, data: bytes) -> None:
        """Take some of the body."""
        if self.body is not None:
            self.body.received(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The request is complete."""
        if self.body is None:
            self.head_received(command, path, version, 0)
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

    def expects_continue(self) -> bool:
        """Whether the client waits for leave to send the body."""
        expect = self.requestHeaders.getRawHeaders(b"expect", [b""])[0]
        return (
            expect.lower() == b"100-continue"
            and self.clientproto != b"HTTP/1.0"
            and self.body_owed
        )

    def connectionLost(self, reason: Failure) -> None:
        """The client is gone."""
        super().connectionLost(reason)
        if self.body is not None:
            self.body.drop()
        if self.exchange is not None:
            self.exchange.client_gone()
