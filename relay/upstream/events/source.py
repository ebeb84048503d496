"""
A reader of one event-stream URL that reconnects whenever its connection ends.

The client side of the WHATWG ``EventSource`` (HTML, 9.2): it reconnects with back-off,
resumes by ``Last-Event-ID``, follows redirects within its origin, and reports whole
events only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.eventstream.continuity import Continuity
from relay.eventstream.event import Event
from relay.model.api.messages.channel_options import ReconnectOptions
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connector import Connector, UpstreamCall
from relay.upstream.errors import UpstreamError
from relay.upstream.events.backoff import Backoff
from relay.upstream.events.problem import SourceProblem, problem_of, problem_of_error
from relay.upstream.events.reader import EventReader
from relay.upstream.request import UpstreamRequest


class EventListener(Protocol):
    """Receives the events and the end of an :class:`EventSource`."""

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """The events of one piece; see :meth:`Continuity.take`."""

    def gap(self) -> None:
        """Events may be missing at this place."""

    def passed_over(self) -> None:
        """An event at this place was longer than allowed, and is dropped."""

    def ended(self) -> None:
        """The source has answered 204, and has no more events."""

    def turned_away(self, problem: SourceProblem, endpoint: Connector) -> None:
        """An endpoint sends no events, and the next one is called."""

    def health(self, problem: SourceProblem | None, endpoint: Connector) -> None:
        """
        The state of the connection: None when it is open, else the problem.

        A problem is a refusal only when all endpoints have refused.
        """


class EventSource:
    """
    Reads the first of some endpoints that answers with an event stream.

    :param connectors: the endpoints, best first. When one fails the next is tried at
        once, and after the last there is a pause.
    :param request: makes the request, without ``Last-Event-ID``.
    :param continuity: the state of the event ids so far.
    :param reconnect: the ``reconnect`` options of the channel.
    :param max_event_bytes: the longest event; a longer one is dropped.
    :param listener: receives the events and the state of the connection.
    """

    log = Logger()

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
        self._backoff = Backoff(reconnect)
        self._max_event_bytes = max_event_bytes
        self._listener = listener
        self._transient: SourceProblem | None = None
        """The last problem in this round that is not a refusal; None without one."""
        self._call: UpstreamCall | None = None
        self._reader: EventReader | None = None
        self._timer: IDelayedCall | None = None
        self._healthy_since_s = 0.0
        self._stopped = True
        self._paused = False

    def start(self) -> None:
        """Connect now."""
        self._stopped = False
        self._attempt()

    def stop(self) -> None:
        """Drop the connection, and do not reconnect."""
        self._stopped = True
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        self._drop()

    def pause(self) -> None:
        """Pause reading, and suspend the idle timeout."""
        self._paused = True
        if self._reader is not None:
            self._reader.pause()

    def resume(self) -> None:
        """Resume reading."""
        self._paused = False
        if self._reader is not None:
            self._reader.resume()

    def clocks(self) -> dict[str, float | None]:
        """
        Return the seconds until each timeout expires, by the name of the timeout.

        :return: with None for a timeout that does not run now.
        """
        clocks = {} if self._call is None else self._call.clocks()
        if self._timer is not None:
            clocks["reconnect"] = self._timer.getTime() - self._reactor.seconds()
        if self._reader is not None:
            clocks["idleTimeout"] = self._reader.idle_left_s
        return clocks

    def _attempt(self) -> None:
        self._timer = None
        try:
            self._call = self._connectors[self._turn].call(self._request())
            answered: Deferred[None] = self._call.start().addCallback(self._answered)
        except Exception:
            self.log.failure("a source could not be called")
            self._failed(SourceProblem("the source could not be called"))
        else:
            answered.addErrback(self._unanswered)

    def _request(self) -> UpstreamRequest:
        request = self._make_request()
        request.follows_origin = True
        headers = request.headers
        headers.setRawHeaders(b"accept", [b"text/event-stream"])
        headers.setRawHeaders(b"cache-control", [b"no-cache"])
        last_event_id = self._continuity.last_event_id
        if last_event_id:
            headers.setRawHeaders(b"last-event-id", [last_event_id.encode("utf-8")])
        return request

    def _answered(self, response: UpstreamResponse) -> None:
        self._call = None
        if self._stopped:
            response.abort()
        elif response.code == 204:
            response.abort()
            self._stopped = True
            self._listener.ended()
        elif (problem := problem_of(response)) is not None:
            response.abort()
            self._failed(problem)
        else:
            self._open(response)

    def _unanswered(self, failure: Failure) -> None:
        self._call = None
        if self._stopped or failure.check(CancelledError):
            return
        if isinstance(failure.value, UpstreamError):
            self._failed(problem_of_error(failure.value))
        else:
            self.log.failure("the answer of a source could not be taken", failure)
            self._drop()
            self._failed(SourceProblem("the source's answer could not be taken"))

    def _open(self, response: UpstreamResponse) -> None:
        endpoint = self._connectors[self._turn]
        reader = self._reader = EventReader(
            self._reactor,
            response,
            self._continuity,
            self._max_event_bytes,
            self,
            self._broken,
        )
        self._turn, self._transient = 0, None
        self._healthy_since_s = self._reactor.seconds()
        self._listener.health(None, endpoint)
        if self._continuity.connected():
            self._listener.gap()
        response.deliver(reader, endpoint.idle_timeout_ms, self._idle_expired)
        if self._paused:
            reader.pause()

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """Report the events of the reader."""
        self._listener.events(taken)

    def passed_over(self) -> None:
        """Report that an event was too long."""
        self._listener.passed_over()

    def retry(self, retry_ms: int) -> None:
        """Use the source's reconnection time from now on."""
        self._backoff.asked(retry_ms)

    def _idle_expired(self) -> None:
        self._drop()
        self._broken(SourceProblem("the source was silent for longer than idleTimeout"))

    def _broken(self, problem: SourceProblem) -> None:
        """Handle the end of an established connection."""
        self._reader = None
        self._backoff.stood(self._reactor.seconds() - self._healthy_since_s)
        self._retry(problem, self._connectors[0])

    def _failed(self, problem: SourceProblem) -> None:
        """An endpoint sent no stream: call the next one."""
        endpoint = self._connectors[self._turn]
        if not problem.refused:
            self._transient = problem
        self._turn += 1
        if self._turn < len(self._connectors):
            self._listener.turned_away(problem, endpoint)
            self._attempt()
        else:
            transient, self._transient, self._turn = self._transient, None, 0
            self._retry(transient or problem, endpoint)

    def _retry(self, problem: SourceProblem, endpoint: Connector) -> None:
        """Reconnect after a delay that grows with every failure."""
        if self._stopped:
            return
        endpoint.counts.reconnects += 1
        delay_s = self._backoff.next_s(problem.refused, problem.retry_after_s)
        self._timer = self._reactor.callLater(delay_s, self._attempt)
        # Last: the listener may stop the source.
        self._listener.health(problem, endpoint)

    def _drop(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.stop()
