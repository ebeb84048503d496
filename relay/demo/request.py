"""The part of a twisted.web request that the demo source uses."""

from __future__ import annotations

from typing import BinaryIO, Protocol, cast

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IPushProducer, ITCPTransport
from twisted.web.http_headers import Headers
from twisted.web.server import Request

MAX_BODY_BYTES = 65_536


class DemoExchange(Protocol):
    """A request and its response, with the types that twisted.web leaves open."""

    method: bytes
    uri: bytes
    path: bytes
    clientproto: bytes
    requestHeaders: Headers
    content: BinaryIO
    body_bytes: int
    transport: ITCPTransport

    def setResponseCode(self, code: int) -> None:
        """Set the status."""

    def setHeader(self, name: bytes, value: bytes) -> None:
        """Set a response header."""

    def write(self, data: bytes) -> None:
        """Send the head when it is not sent yet, then *data*."""

    def finish(self) -> None:
        """End the response."""

    def notifyFinish(self) -> Deferred[None]:
        """Return a Deferred that fires at the end, on either side."""

    def registerProducer(self, producer: IPushProducer, streaming: bool) -> None:
        """Register the producer that is paused."""

    def unregisterProducer(self) -> None:
        """Undo the above."""


class SourceRequest(Request):
    """Keeps no more of a body than the source would take."""

    defaultContentType = None
    body_bytes = 0

    def handleContentChunk(self, data: bytes) -> None:
        """Count all bytes, keep those within the limit."""
        self.body_bytes += len(data)
        if self.body_bytes <= MAX_BODY_BYTES:
            cast(BinaryIO, self.content).write(data)
