"""
A gateway, its answers and one HTTP/2 client, all in memory.

The client is the ``h2`` library's; between it and the gateway stands a transport that
is as full, and as slow, as a test wants.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    InformationalResponseReceived,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    TrailersReceived,
)
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.feed import Feed
from relay.gateway.served import ServedApi
from relay.http.http2.connection import Http2Connection
from relay.http.http2.site import Http2Site
from relay.http.refusals import Refusal
from relay.model.outcome import Outcome
from relay.model.records import Deployment
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import ListenerSettings
from tests.gateway.harness import Gateway, SteeredReactor, definition, deployed

HEAD = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "relay"),
    (":path", "/api"),
]


def head(*fields: tuple[str, str], **pseudo: str) -> list[tuple[str, str]]:
    """Write a request's head; ``method="POST"`` stands for ``:method``."""
    first = {**dict(HEAD), **{f":{name}": value for name, value in pseudo.items()}}
    return [*first.items(), *fields]


class Link:
    """The gateway's side of the connection below, in memory."""

    negotiatedProtocol = b"h2"
    transport: object = None
    """There is nothing below."""
    connected = True

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.room: int | None = None
        """How many bytes it takes before it is full; None is without end."""
        self.producer: Any = None
        self.closing = False
        self.aborted = False
        self.unread = False

    def write(self, data: bytes) -> None:
        """Take bytes, and say so when that was enough."""
        self.written.append(data)
        if self.room is not None:
            self.room -= len(data)
            if self.room <= 0:
                self.producer.pauseProducing()

    def drain(self, room: int | None = None) -> None:
        """Take bytes again."""
        self.room = room
        self.producer.resumeProducing()

    def registerProducer(self, producer: object, streaming: bool) -> None:
        """Keep the producer."""
        self.producer = producer

    def unregisterProducer(self) -> None:
        """Forget the producer."""
        self.producer = None

    def loseConnection(self) -> None:
        """Note the end."""
        self.closing = True

    def pauseProducing(self) -> None:
        """Note that nothing more is read."""
        self.unread = True

    def abortConnection(self) -> None:
        """Note the cut."""
        self.aborted = True

    def getPeer(self) -> IPv4Address:
        """The client's address."""
        return IPv4Address("TCP", "192.0.2.7", 50000)

    def getHost(self) -> IPv4Address:
        """The gateway's address."""
        return IPv4Address("TCP", "192.0.2.1", 443)

    def getPeerCertificate(self) -> str:
        """Return the certificate of the client."""
        return "a certificate"


class Answers:
    """Answers nothing by itself: a test takes the exchanges and answers."""

    upgrades = False
    answers_preflights = False

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.feeds: list[Answer] = []

    def names_origin(self, exchange: Exchange, origin: str) -> bool:
        """Name none."""
        return False

    def answer(self, exchange: Exchange) -> None:
        """Keep the call."""
        self.exchanges.append(exchange)
        feed = Answer(exchange)
        exchange.feed = feed
        self.feeds.append(feed)

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """Refuse the call."""
        exchange.refuse(refusal)

    def hold(self) -> Callable[[], None]:
        """Keep nothing."""
        return lambda: None

    def close(self) -> None:
        """There is nothing to close."""


class Answer(Feed):
    """The feed of an exchange, which records its calls."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.paused = False
        self.pauses = 0
        self.released = False
        self.last_words: bytes | None = None

    def begin(self, code: int = 200, stream: bool = True, **fields: bytes) -> Answer:
        """Write a response's head."""
        headers = Headers()
        for name, value in fields.items():
            headers.setRawHeaders(name.replace("_", "-"), [value])
        self.exchange.begin(code, b"OK", headers, stream)
        return self

    def write(self, data: bytes) -> None:
        """Write some of the body."""
        self.exchange.write(data)

    def complete(self, *trailers: tuple[bytes, bytes]) -> None:
        """End the response."""
        self.exchange.trailers = list(trailers)
        self.exchange.end(Outcome.COMPLETED)

    def pause(self) -> None:
        """The client is full."""
        self.paused = True
        self.pauses += 1

    def resume(self) -> None:
        """The client has room."""
        self.paused = False

    def goodbye(self, outcome: Outcome) -> bytes | None:
        """Return the last bytes of the body; None for none."""
        return self.last_words

    def release(self) -> None:
        """The exchange is over."""
        self.released = True


class Taker:
    """A source that takes an upload when the test says so."""

    def __init__(self) -> None:
        self.received = b""

    def write(self, data: bytes) -> None:
        """Take bytes."""
        self.received += data


class _Gateway(Gateway):
    def _build(self, deployment: Deployment) -> ServedApi:
        served = super()._build(deployment)
        self.answers = Answers()
        served.backend = self.answers
        return served


class Http2Case(SynchronousTestCase):
    """One gateway, and one connection of one client."""

    def setUp(self) -> None:
        """Connect."""
        self.connect()

    def connect(
        self,
        max_streams: int = 1000,
        limits: LimitSettings | None = None,
        **settings: Any,
    ) -> None:
        """Open a gateway and a connection to it."""
        self.reactor = SteeredReactor()
        # There is no socket here: a turn is the test's, too.
        cast(Any, self.reactor).callLater = self.reactor.clock.callLater
        self.gateway = _Gateway(
            self.reactor,
            GatewaySettings(**settings),
            limits or LimitSettings(),
            with_query=False,
        )
        self.gateway.deployer.replace_all([deployed(definition("http://source"))])
        self.answers = self.gateway.answers
        self.site = Http2Site(
            self.gateway.resource,
            ListenerSettings("default", "tcp:0"),
            self.gateway.settings,
            self.gateway.limits,
            cast(Any, self.reactor),
            max_streams,
        )
        self.open()

    def open(self) -> None:
        """Open a connection, in the place of the one before."""
        self.link = Link()
        self.server = Http2Connection(self.site)
        self.client = H2Connection(
            H2Configuration(
                client_side=True,
                header_encoding="utf-8",
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self.client.initiate_connection()
        self.events: list[Event] = []
        self.server.makeConnection(cast(Any, self.link))
        self.turn()

    def send(self) -> None:
        """Bring what the client has to say to the gateway."""
        data = self.client.data_to_send()
        if data:
            self.server.dataReceived(data)

    def receive(self) -> None:
        """Bring what the gateway has written to the client."""
        data, self.link.written = b"".join(self.link.written), []
        if data:
            self.events += self.client.receive_data(data)

    def turn(self) -> None:
        """Deliver all pending bytes in both directions."""
        for _ in range(6):
            self.send()
            self.reactor.advance_ms(0)
            self.receive()

    def ask(self, *fields: tuple[str, str], ended: bool = True, **pseudo: str) -> int:
        """Send a request's head, and give its stream."""
        stream_id = self.client.get_next_available_stream_id()
        self.client.send_headers(stream_id, head(*fields, **pseudo), end_stream=ended)
        self.turn()
        return stream_id

    def stream(self) -> tuple[int, Answer]:
        """Open an event stream."""
        stream_id = self.ask()
        feed = self.answers.feeds[-1].begin(content_type=b"text/event-stream")
        self.turn()
        return stream_id, feed

    def drop(self) -> None:
        """The connection below is gone."""
        self.server.connectionLost(Failure(ConnectionDone()))

    def of(self, stream_id: int, kind: type[Any]) -> list[Any]:
        """The events of a kind on a stream, so far."""
        return [
            one
            for one in self.events
            if isinstance(one, kind) and getattr(one, "stream_id", 0) == stream_id
        ]

    def body(self, stream_id: int) -> bytes:
        """The body that a stream has received so far."""
        return b"".join(one.data for one in self.of(stream_id, DataReceived))

    def fields(self, stream_id: int) -> dict[str, str]:
        """The head of a stream's response."""
        (event,) = self.of(stream_id, ResponseReceived)
        return dict(event.headers)

    def status(self, stream_id: int) -> int:
        """The status of a stream's response."""
        return int(self.fields(stream_id)[":status"])

    def ended(self, stream_id: int) -> bool:
        """Whether a response is complete."""
        return bool(self.of(stream_id, StreamEnded))

    def reset(self, stream_id: int) -> ErrorCodes | None:
        """Why a stream was reset; None when it was not."""
        resets = self.of(stream_id, StreamReset)
        return resets[0].error_code if resets else None

    def goodbye(self) -> ErrorCodes | None:
        """Why the gateway ends the connection; None as long as it does not."""
        ends = [one for one in self.events if isinstance(one, ConnectionTerminated)]
        return cast(ErrorCodes, ends[-1].error_code) if ends else None

    def continued(self, stream_id: int) -> bool:
        """Whether the client has leave to send its body."""
        return bool(self.of(stream_id, InformationalResponseReceived))

    def trailers(self, stream_id: int) -> list[tuple[str, str]]:
        """Return the trailers of a response."""
        (event,) = self.of(stream_id, TrailersReceived)
        return list(event.headers)
