"""
The seam between what speaks HTTP to clients and what answers them.

A request of a client is a :class:`ClientStream`, whether it came over HTTP/1.1
(``http1/stream.py``) or HTTP/2 (``http2/stream.py``). It goes to the
:class:`Application`, which sets a :class:`Responder`: that one begins the response,
writes it, and finishes or aborts it, and is notified of what the client does meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from twisted.web.http_headers import Headers

from relay.http.body import RequestBody
from relay.http.fanout import FanoutTarget
from relay.http.headers import Networks
from relay.http.limits.stall import StallClock
from relay.http.listener.peer import Peer
from relay.http.refusals import Refusal
from relay.model.transferred import Transferred

NO_BODY_STATUSES = (204, 304)
"""Statuses of responses without a body, regardless of their headers."""


@dataclass(slots=True)
class RequestHead:
    """
    The head of a request; of a malformed request, the part that was read.

    :param method: the method, as it was sent.
    :param target: the request-target, raw.
    :param version: ``b"HTTP/1.0"``, ``b"HTTP/1.1"`` or ``b"HTTP/2"``.
    :param headers: the header fields.
    """

    method: bytes = b""
    target: bytes = b""
    version: bytes = b""
    headers: Headers = field(default_factory=Headers)


class ListenerFacts:
    """
    The settings of the listener that received the request.

    :param id: the listener's id.
    :param trusted_proxies: the proxies whose ``X-Forwarded-For`` is believed.
    :param certificate_header: the header in which they send the client's certificate;
        None for none.
    """

    __slots__ = ("certificate_header", "id", "trusted_proxies")

    def __init__(
        self, id: str, trusted_proxies: Networks, certificate_header: bytes | None
    ) -> None:
        self.id = id
        self.trusted_proxies = trusted_proxies
        self.certificate_header = certificate_header


class Ledger:
    """How much of a response's body the client was sent."""

    __slots__ = ("bytes", "events")

    def __init__(self) -> None:
        self.bytes = 0
        """Bytes of content, without framing."""
        self.events = 0
        """Events of an event stream, or frames of a WebSocket that hold events."""


class Responder(Protocol):
    """Answers a request: its exchange."""

    def on_full(self) -> None:
        """The client takes no more for now."""

    def on_drained(self) -> None:
        """The client takes more."""

    def on_stalled(self) -> None:
        """A full client has taken no byte for the whole stall time."""

    def on_gone(self) -> None:
        """The client has left."""

    def refuse(self, refusal: Refusal) -> None:
        """
        End the exchange because of its request's body: it is malformed, or late.

        :param refusal: the answer, if the response has not begun.
        """


class ClientStream(Protocol):
    """One request of a client and its response."""

    request: RequestHead
    body: RequestBody | None
    """The request's body; None when it has none."""
    peer: Peer
    ledger: Ledger
    responder: Responder | None
    """None before the application has set it, and once the exchange is over."""
    broken: bool
    """Whether nothing more can be read as HTTP from the client after the request."""
    stall: StallClock | None
    """Watches a client that takes no more; None while it takes all."""

    @property
    def listener(self) -> ListenerFacts:
        """The listener that the request came to."""

    @property
    def is_last(self) -> bool:
        """Whether the client's connection ends with the response."""

    @property
    def begun(self) -> bool:
        """Whether the head has been written: from then on failure is an abort."""

    @property
    def takes_chunks(self) -> bool:
        """Whether the body is framed in chunks of HTTP/1.1."""

    @property
    def fanout_target(self) -> FanoutTarget | None:
        """The stream as one of many that are written the same; None when it is not."""

    @property
    def unsent_bytes(self) -> int:
        """How much of the response waits here for the client to take it."""

    def send_continue(self) -> None:
        """Send ``100 Continue`` if the client waits for it (RFC 9110, 10.1.1)."""

    def early_hints(self, headers: Headers) -> None:
        """
        Write a 103 response (RFC 8297), where the client's protocol has it.
        """

    def begin(
        self, status: int, phrase: bytes, headers: Headers, close: bool = False
    ) -> None:
        """
        Write the head; from here on the client's pace governs the responder.

        :param phrase: the reason phrase.
        :param headers: the response's headers, changed in place.
        :param close: whether the client's connection ends with the response, where it
            carries one response at a time.
        """

    def upgrade(self, headers: Headers, receiver: Callable[[bytes], None]) -> None:
        """
        Switch protocols (RFC 9110, 15.2.2): later writes are not framed.

        :param headers: the headers of the 101 response.
        :param receiver: receives the later data of the client.
        """

    def pause_reading(self) -> None:
        """Pause reading from the client: its body, or its bytes after an upgrade."""

    def resume_reading(self) -> None:
        """Read from the client again."""

    def write(self, data: bytes) -> None:
        """
        Write some of the body.

        :param data: not empty.
        """

    def write_chunks(self, framed: bytes, size: int) -> None:
        """
        Write some of a body that :attr:`takes_chunks`.

        :param framed: whole chunks, with their framing.
        :param size: bytes of content in them.
        """

    def finish(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """
        End the response as a complete one.

        :param trailers: trailer fields; they are sent where the framing has room for
            them: chunks of HTTP/1.1 (RFC 9112, 7.1.2), and HTTP/2.
        """

    def abort(self, drops: bool) -> None:
        """
        Cut the response, so that it does not look finished.

        :param drops: whether to drop data that the client has not received yet.
        """


class Application(Protocol):
    """Receives the requests of clients."""

    when_closing: list[Callable[[], None]]
    """Called when it stops to accept requests."""

    def render(self, stream: ClientStream) -> object:
        """
        Begin an exchange.

        :param stream: a request whose head has come.
        """

    def refuse(self, stream: ClientStream, refusal: Refusal) -> None:
        """
        Refuse a request whose head could not be understood.

        :param stream: the request, as far as it is known.
        """


def transferred(stream: ClientStream) -> Transferred:
    """Count what a request and its response have transferred so far."""
    target = stream.fanout_target
    if target is not None and target.lane is not None:
        target.lane.settle(target)
    body, ledger = stream.body, stream.ledger
    received_bytes = body.bytes if body is not None else 0
    return Transferred(received_bytes, ledger.bytes, ledger.events)


def expects_continue(request: RequestHead) -> bool:
    """
    Whether a client waits for ``100 Continue`` before it sends a body.
    """
    expect: bytes = request.headers.getRawHeaders(b"expect", [b""])[0]
    return expect.lower() == b"100-continue" and request.version != b"HTTP/1.0"
