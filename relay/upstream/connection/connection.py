"""
One HTTP/1.1 connection to an upstream: its states, its clock and its end.

What is on the wire is read by :class:`~relay.upstream.connection.reader.ResponseReader`
and written by :class:`~relay.upstream.connection.writer.RequestWriter`; this module
does the IO. It sits on the transport, above TLS, so that it can drop the connection at
once and knows the other end (twisted issues 8227, 8930).

A response may begin before the body of its request has been sent: an upstream refuses a
large upload early. Such a connection is not used again unless the whole body was sent
before the response ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, fail
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IHandshakeListener,
    IPushProducer,
    IReactorTime,
    ISSLTransport,
    ITCPTransport,
    ITransport,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from twisted.web.client import (
    RequestGenerationFailed,
    ResponseFailed,
    ResponseNeverReceived,
)
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IBodyProducer
from zope.interface import implementer

from relay.http.headers import connection_options
from relay.reactor.deadline import Deadline
from relay.reactor.failures import without_frames
from relay.reactor.sending import send_now
from relay.reactor.silence import Silence
from relay.tls.peer import tls_version
from relay.upstream.connection import events
from relay.upstream.connection.body_sender import BodySender
from relay.upstream.connection.events import Chunk, Event
from relay.upstream.connection.reader import ResponseReader, State as Reads
from relay.upstream.connection.response_rules import EARLY_HINTS, HeadLimits
from relay.upstream.connection.states import NEXT, ConnectionBusy, State
from relay.upstream.connection.wire_response import WHOLE, Forward, WireResponse
from relay.upstream.connection.writer import RequestHead, RequestInvalid, RequestWriter

_CLOSED = State.CLOSED
GOODBYE_MS = 2000
"""Time for a TLS peer to answer ``close_notify``, in milliseconds."""

EarlyHints = Callable[[Headers, list[bytes]], None]
"""Called with the headers of a 103 response and the names that ``Connection`` lists."""


@implementer(IHandshakeListener, IPushProducer)
class UpstreamConnection(Protocol):
    """
    One connection.

    :param clock: the clock of its timeouts.
    :param on_idle: called with the connection when it can carry another request.
    :param limits: the size limits of the head of a response.
    """

    transport: Any = None

    def __init__(
        self,
        clock: IReactorTime,
        on_idle: Callable[[UpstreamConnection], None],
        limits: HeadLimits,
    ) -> None:
        self.state = State.CONNECTING
        self.clock = clock
        self.born_s = clock.seconds()
        self.lost: Failure | None = None
        """Why the connection ended; None until it has."""
        self.address: str | None = None
        """The address and port of the other end; None before they are known."""
        self.tls_version: str | None = None
        """The version of TLS; None without TLS, and before the handshake is over."""
        self.on_lost: Callable[[UpstreamConnection], None] | None = None
        """Called when a connection that waits in the pool is of no use any more."""
        self.used = 0
        """How many requests it has carried."""
        self.keep_alive_s: int | None = None
        """How long the server keeps an unused connection, in seconds."""
        self.forward: Forward | None = None
        """Receives whole chunks of the current response; None if they are not
        forwarded."""
        self._on_idle = on_idle
        self._limits = limits
        self._ready: Deferred[UpstreamConnection] | None = None
        self._secure = False
        self._goodbye: Deadline | None = None
        self._silence: Silence | None = None
        self._paused = False
        """Whether nothing more is to be received for now."""
        self._keep_alive = False
        self._reader: ResponseReader | None = None
        self._sender: BodySender | None = None
        """Sends the body of the request; None without one, and once it is sent."""
        self._early_hints: EarlyHints | None = None
        self._responded: Deferred[WireResponse] | None = None
        self._response: WireResponse | None = None

    def __repr__(self) -> str:
        """Name the state, and how many requests the connection has carried."""
        return f"<UpstreamConnection {self.state.name}, {self.used} requests>"

    def _become(self, state: State) -> None:
        if state not in NEXT[self.state]:
            raise RuntimeError(f"{self!r} cannot become {state.name}")
        self.state = state

    def makeConnection(self, transport: ITransport) -> None:
        """Take the transport; a plain one is ready at once."""
        self._secure = ISSLTransport.providedBy(transport)
        self.transport, self.connected = transport, 1
        self.address = _shown(transport.getPeer())
        if ITCPTransport.providedBy(transport):
            transport.setTcpNoDelay(True)
            transport.setTcpKeepAlive(True)
        if not self._secure:
            self._become(State.IDLE)

    def handshakeCompleted(self) -> None:
        """A TLS connection is ready when its handshake is over."""
        if self.state is State.CONNECTING:
            self._become(State.IDLE)
            self.tls_version = tls_version(self.transport)
            ready, self._ready = self._ready, None
            if ready is not None:
                ready.callback(self)

    def when_ready(self) -> UpstreamConnection | Deferred[UpstreamConnection]:
        """
        Wait until a request may be sent.

        :return: the connection if it is ready. The Deferred fails with the reason when
            the connection is lost first; cancelling it drops the connection.
        """
        if self.state is State.IDLE:
            return self
        if self.lost is not None:
            return fail(self.lost)
        self._ready = Deferred(lambda _: self._given_up())
        return self._ready

    def _given_up(self) -> None:
        self._ready = None
        self.abort()

    def request(
        self,
        head: RequestHead,
        body: IBodyProducer | None = None,
        early_hints: EarlyHints | None = None,
    ) -> Deferred[WireResponse]:
        """
        Send a request.

        :param body: its body; None without one.
        :param early_hints: called with each 103 response.
        :return: fires at the head of the response. Cancelling it drops the connection.
        """
        if self.state is not State.IDLE:
            return fail(ConnectionBusy())
        writer = RequestWriter(head, None if body is None else body.length)
        try:
            written = writer.head()
        except RequestInvalid:
            self.abort()
            return fail(RequestGenerationFailed([Failure()]))
        self._keep_alive = head.keep_alive
        self._early_hints = early_hints
        self._reader = ResponseReader(head.method, self._limits)
        responded = self._responded = Deferred(lambda _: self._cancelled())
        if body is None:
            self._become(State.WAITING)
            transport = self.transport
            if isinstance(transport, Connection) and not transport.TLS:
                send_now(transport, written)
            else:
                transport.write(written)
        else:
            self._become(State.SENDING)
            self.transport.write(written)
            self._sender = BodySender(body, writer, self.transport, self._sent)
            self._sender.start()
        return responded

    def _sent(self, whole: bool) -> None:
        """The body of the request has been sent, or was cut."""
        if whole:
            self._sender = None
            if self.state is State.SENDING:
                self._become(State.WAITING)
        else:
            self.abort()

    def _cancelled(self) -> None:
        self.abort()
        self._fail(Failure(CancelledError()))

    def watch_silence(self, timeout_ms: int, expire: Callable[[], None]) -> None:
        """
        Start the idle clock: any byte resets it, back-pressure suspends it.

        :param timeout_ms: silence allowed, in milliseconds; 0 is no limit.
        :param expire: called when the upstream has been silent for that long.
        """
        self._silence = Silence(self.clock, timeout_ms, expire)
        self._silence.start()
        if self._paused:
            self._silence.suspend()

    @property
    def idle_left_s(self) -> float | None:
        """The seconds until the idle clock expires; None while it does not run."""
        return None if self._silence is None else self._silence.left_s

    def unwatch(self) -> None:
        """Stop the idle clock."""
        silence, self._silence = self._silence, None
        if silence is not None:
            silence.stop()

    def dataReceived(self, data: bytes) -> None:
        """Process the bytes of one read of the transport."""
        if self._silence is not None:
            self._silence.heard()
        reader = self._reader
        if reader is None or self.state is _CLOSED:
            # A connection without a call: these bytes would be taken for the response
            # to the next one.
            if self.state is not _CLOSED:
                self.abort()
            return
        for event in reader.feed(data):
            if type(event) is Chunk and self.forward is not None:
                self.forward(*event)
            else:
                _ACT[type(event)](self, event)
            if self.state is _CLOSED:
                return
        response = self._response
        if response is not None and not response.delivers:
            # Receive no more of the body until it has a receiver.
            self.pauseProducing()

    def _interim(self, event: events.Interim) -> None:
        head = event.head
        if head.code == EARLY_HINTS and self._early_hints is not None:
            self._early_hints(head.headers, connection_options(head.connection))

    def _final(self, event: events.Final) -> None:
        self._become(State.BODY)
        self._early_hints = None
        responded, self._responded = self._responded, None
        response = self._response = WireResponse(self, event)
        if responded is not None:
            responded.callback(response)

    def _body(self, event: Chunk | events.Data) -> None:
        if self._response is not None:
            self._response.take(event)

    def _end(self, event: events.End) -> None:
        reader, response = self._reader, self._response
        assert reader is not None and response is not None
        self._reader = self._response = self.forward = None
        self.unwatch()
        response.trailers = event.trailers
        self.keep_alive_s = response.keep_alive_s
        if self._sender is not None:
            self.abort()
        elif self._keep_alive and response.keeps_connection and not reader.excess:
            self._become(State.IDLE)
            self.resumeProducing()
            self._on_idle(self)
        else:
            self._close()
        response.end(WHOLE)

    def _malformed(self, event: events.Malformed) -> None:
        self.abort()
        self._fail(Failure(event.error))

    def _fail(self, reason: Failure) -> None:
        """End the call that is under way, whose response is not complete."""
        reader, self._reader = self._reader, None
        responded, self._responded = self._responded, None
        response, self._response = self._response, None
        self._early_hints = self.forward = None
        if responded is not None:
            begun = reader is not None and reader.begun
            kind = ResponseFailed if begun else ResponseNeverReceived
            responded.errback(Failure(kind([reason])))
        if response is not None:
            orderly = reader is not None and reader.state is Reads.TO_END
            if orderly and reason.check(ConnectionDone) is not None:
                response.end(Failure(PotentialDataLoss()))
            else:
                response.end(Failure(ResponseFailed([reason])))

    def pauseProducing(self) -> None:
        """Receive nothing for now, and suspend the idle clock."""
        if self._silence is not None:
            self._silence.suspend()
        if not self._paused:
            self._paused = True
            self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        """Receive again."""
        if self._silence is not None:
            self._silence.resume()
        if self._paused:
            self._paused = False
            self.transport.resumeProducing()

    def stopProducing(self) -> None:
        """Drop the connection at once."""
        self.abort()

    def _close(self) -> None:
        """Close; a TLS peer is waited for no longer than :data:`GOODBYE_MS`."""
        self._become(State.CLOSED)
        self.transport.loseConnection()
        if self._secure and self.lost is None:
            self._goodbye = Deadline(self.clock, GOODBYE_MS)
            self._goodbye.start(self.abort)

    def abort(self) -> None:
        """Drop the connection at once; harmless when it is gone already."""
        if self.lost is None and self.transport is not None:
            self._end_use()
            self.transport.abortConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is gone."""
        self.lost = without_frames(reason)
        self._end_use()
        if self._goodbye is not None:
            self._goodbye.stop()
        self._fail(self.lost)
        ready, self._ready = self._ready, None
        if ready is not None:
            ready.errback(self.lost)

    def _end_use(self) -> None:
        """Do nothing more on the connection."""
        if self.state is not State.CLOSED:
            self._become(State.CLOSED)
        self.unwatch()
        sender, self._sender = self._sender, None
        if sender is not None:
            sender.drop()
        # The pool learns of it before the connection is lost, which is a turn of the
        # reactor later: no call may be given the connection until then.
        on_lost, self.on_lost = self.on_lost, None
        if on_lost is not None:
            on_lost(self)


_ACT: dict[type[Event], Callable[[UpstreamConnection, Any], None]] = {
    events.Interim: UpstreamConnection._interim,
    events.Final: UpstreamConnection._final,
    Chunk: UpstreamConnection._body,
    events.Data: UpstreamConnection._body,
    events.End: UpstreamConnection._end,
    events.Malformed: UpstreamConnection._malformed,
}
"""What is done with each event of a response."""


def _shown(peer: Any) -> str | None:
    """Return an address and its port as text; None for an address of another kind."""
    host, port = getattr(peer, "host", None), getattr(peer, "port", None)
    if host is None:
        return None
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
