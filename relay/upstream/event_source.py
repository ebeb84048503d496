"""
A reader of one event-stream URL that comes back whenever it is cut off.

The client side of the WHATWG ``EventSource`` (HTML, 9.2), for as long as somebody wants
the events: reconnecting with back-off, resuming by ``Last-Event-ID``, whole events
only.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser, EventTooLong
from relay.model.channel_options import ReconnectOptions
from relay.upstream.connector import Call, Connector, UpstreamRequest
from relay.upstream.continuity import Continuity
from relay.upstream.errors import UpstreamError
from relay.upstream.stream import UpstreamResponse


class EventListener(Protocol):
    """What an :class:`EventSource` reports to."""

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """What one read brought; see :meth:`Continuity.take`."""

    def gap(self) -> None:
        """Events may be missing at this place."""

    def ended(self) -> None:
        """The source has answered 204: there is nothing more to come."""

    def health(self, problem: str | None) -> None:
        """The state of the connection: None when it stands, else what is wrong."""


class EventSource:
    """
    Reads the first of some endpoints that answers with an event stream.

    :param connectors: the endpoints, best first. When one fails the next is tried at
        once, and after the last there is a pause.
    :param request: makes the request, but for ``Last-Event-ID``.
    :param continuity: what is known of the events so far.
    :param reconnect: the back-off.
    :param max_event_bytes: a longer event breaks the connection.
    :param listener: what to report to.
    """

    def __init__(
        self,
        connectors: Sequence[Connector],
        request: Callable[[], UpstreamRequest],
        continuity: Continuity,
        reconnect: ReconnectOptions,
        max_event_bytes: int,
        listener: EventListener,
    ) -> None:
        self._connectors = connectors
        self._reactor = connectors[0].reactor
        self._turn = 0
        self._make_request = request
        self._continuity = continuity
        self._reconnect = reconnect
        self._max_event_bytes = max_event_bytes
        self._listener = listener
        self._failures = 0
        self._retry_ms: int | None = None
        self._parser: EventParser | None = None
        self._call: Call | None = None
        self._response: UpstreamResponse | None = None
        self._timer: IDelayedCall | None = None
        self._healthy_since_s = 0.0
        self._stopped = True
        self._paused = False

    def start(self) -> None:
        """Connect now."""
        self._stopped = False
        self._attempt()

    def stop(self) -> None:
        """Drop the connection, and come back no more."""
        self._stopped = True
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        self._drop()

    def pause(self) -> None:
        """Read no more for now; the idle clock stands still."""
        self._paused = True
        if self._response is not None:
            self._response.pause()

    def resume(self) -> None:
        """Read on."""
        self._paused = False
        if self._response is not None:
            self._response.resume()

    def _attempt(self) -> None:
        self._timer = None
        request = self._make_request()
        headers = request.headers
        headers.setRawHeaders(b"accept", [b"text/event-stream"])
        headers.setRawHeaders(b"cache-control", [b"no-cache"])
        last_event_id = self._continuity.last_event_id
        if last_event_id:
            headers.setRawHeaders(b"last-event-id", [last_event_id.encode("utf-8")])
        self._call = self._connectors[self._turn].call(request)
        answered: Deferred[None] = self._call.start().addCallback(self._answered)
        answered.addErrback(self._unanswered)

    def _answered(self, response: UpstreamResponse) -> None:
        self._call = None
        if self._stopped:
            response.abort()
        elif response.code == 204:
            response.abort()
            self._stopped = True
            self._listener.ended()
        elif response.code != 200:
            response.abort()
            self._failed(f"the source answered {response.code}")
        elif not response.is_event_stream:
            response.abort()
            self._failed("the source's answer is no event stream")
        else:
            self._open(response)

    def _unanswered(self, failure: Failure) -> None:
        self._call = None
        if self._stopped or failure.check(CancelledError):
            return
        if isinstance(failure.value, UpstreamError):
            self._failed(failure.value.message)
        else:
            failure.raiseException()

    def _open(self, response: UpstreamResponse) -> None:
        self._response = response
        self._parser = EventParser(
            max_event_bytes=self._max_event_bytes,
            last_event_id=self._continuity.last_event_id,
        )
        self._healthy_since_s = self._reactor.seconds()
        self._listener.health(None)
        if self._continuity.connected():
            self._listener.gap()
        idle_timeout_ms = self._connectors[self._turn].idle_timeout_ms
        self._turn = 0
        response.deliver(self, idle_timeout_ms, self._idle_expired)
        if self._paused:
            response.pause()

    def body_received(self, data: bytes) -> None:
        """Report the events that are complete."""
        parser = self._parser
        if parser is None:
            return
        try:
            events = parser.feed(data)
        except EventTooLong as error:
            self._report(list(error.events))
            self._drop()
            self._broken(str(error))
            return
        if parser.retry is not None:
            self._retry_ms = parser.retry
        self._report(events)

    def _report(self, events: list[Event]) -> None:
        taken = self._continuity.take(events) if events else []
        if taken:
            self._listener.events(taken)

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The source has ended its response: an EventSource comes back."""
        self._response = None
        self._broken("the source ended the stream")

    def body_cut(self, reason: Failure) -> None:
        """The stream broke off; half an event is dropped with its parser."""
        self._response = None
        self._broken("the stream broke off")

    def _idle_expired(self) -> None:
        self._drop()
        self._broken("the source was silent for longer than idleTimeout")

    def _broken(self, problem: str) -> None:
        healthy_s = self._reactor.seconds() - self._healthy_since_s
        if healthy_s * 1000 >= self._reconnect.healthy_after_ms:
            self._failures = 0
        self._parser = None
        self._retry(problem)

    def _failed(self, problem: str) -> None:
        """One endpoint gave no stream: turn to the next."""
        self._turn += 1
        if self._turn < len(self._connectors):
            self._listener.health(problem)
            self._attempt()
        else:
            self._turn = 0
            self._retry(problem)

    def _retry(self, problem: str) -> None:
        """Come back after a random part of a time that doubles with every failure."""
        if self._stopped:
            return
        self._listener.health(problem)
        initial_ms = self._retry_ms
        if initial_ms is None:
            initial_ms = self._reconnect.initial_ms
        longest_ms = min(
            self._reconnect.max_ms, initial_ms * 2 ** min(self._failures, 30)
        )
        self._failures += 1
        delay_s = random.uniform(0, longest_ms) / 1000.0
        self._timer = self._reactor.callLater(delay_s, self._attempt)

    def _drop(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.abort()


def plain_headers(pairs: list[tuple[bytes, bytes]]) -> Headers:
    """
    Make request headers from those of a channel's key.

    :param pairs: names and values.
    """
    headers = Headers()
    for name, value in pairs:
        headers.addRawHeader(name, value)
    return headers
