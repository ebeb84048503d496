"""
Follows an event stream over its connections, as an ``EventSource`` does.

The bytes of each read are reported as they came, and then the events that they
complete. The stream is opened again with ``Last-Event-ID`` when its response ends or
breaks off. A status that a retry is not expected to change ends it, and so does 204.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.cli.errors import Failed
from relay.cli.streams.credentials import Header
from relay.cli.streams.delays import Delays
from relay.eventstream.continuity import Continuity, ResumeMode
from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser, EventTooLong
from relay.model.api.definition import EndpointGroup
from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.connection.response_rules import DEFAULT_LIMITS
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connector import UpstreamCall
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.errors import UpstreamError
from relay.upstream.events.problem import SourceProblem, problem_of, problem_of_error
from relay.upstream.group import ConnectorGroup
from relay.upstream.request import UpstreamRequest

MAX_EVENT_BYTES = 16 * 1024 * 1024
"""The longest event; a longer one is passed over."""
HEAD_TIMEOUT_MS = 30_000
"""How long the head of a response is waited for."""

Ending = Literal["ended", "cut", "failed"]


class Following(Protocol):
    """Receives what a :class:`Follower` reads."""

    def opened(self, response: UpstreamResponse, last_event_id: str) -> None:
        """A stream was opened; the id was sent as ``Last-Event-ID``."""

    def received(self, data: bytes) -> None:
        """The bytes of one read of the body."""

    def events(self, taken: Sequence[tuple[Event, str] | None]) -> None:
        """Events, see :meth:`Continuity.take`; None where events may be missing."""

    def lost(self, how: Ending, reason: str, delay_s: float | None) -> None:
        """
        The response has ended, or an attempt has failed.

        :param delay_s: the seconds until the next attempt; None if there is none.
        """


class Source:
    """
    A URL, ready to be called.

    :param url: an http or https URL, in ASCII.
    :param headers: are sent to the origin of the URL only.
    :param ca: the path of a PEM file of authorities, or empty.
    :raises Failed: when the URL or the file cannot be used.
    """

    def __init__(
        self, reactor: Any, url: str, headers: Sequence[Header], ca: str
    ) -> None:
        self.reactor = reactor
        self._headers = headers
        ssl = {"trustStore": {"type": "PEM", "path": ca}} if ca else {}
        shared = {
            "http": {
                "connectTimeout": 10_000,
                "readTimeout": HEAD_TIMEOUT_MS,
                "idleTimeout": 0,
                "useCompression": False,
                "followRedirects": True,
                "maxConcurrentConnections": 1_000_000,
            },
            "ssl": ssl,
        }
        endpoint = {
            "name": "source",
            "type": "http-proxy",
            "inheritConfiguration": True,
            "configuration": {"target": url},
        }
        try:
            group = EndpointGroup.read(
                {
                    "name": "source",
                    "type": "http-proxy",
                    "sharedConfiguration": shared,
                    "endpoints": [endpoint],
                }
            )
            self._group = ConnectorGroup(reactor, group, DEFAULT_LIMITS)
        except (ValueError, OSError) as error:
            raise Failed(f"the URL cannot be called: {error}") from error
        # The user of the command may reach what it can reach.
        self._group.guard_redirects(AddressGuard(everywhere()))

    def call(
        self, method: bytes, headers: Sequence[Header], body: Any = None
    ) -> UpstreamCall:
        """Prepare a call, with further headers."""
        sent = Headers()
        for name, value in (*headers, *self._headers):
            sent.setRawHeaders(name.encode("ascii"), [value])
        request = UpstreamRequest(
            method,
            RequestTarget.parse(b"", None),
            sent,
            b"",
            body,
            follows_origin=True,
        )
        return self._group.connectors[0].call(request)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._group.close()


class Follower:
    """
    Follows one stream.

    :param following: receives what is read.
    :param last_event_id: the id after which the stream continues; empty for none.
    :param mode: how far the ids of the source are trusted.
    :param reconnects: whether the stream is opened again.
    :param waits: whether a first attempt that fails is repeated.
    :param idle_ms: the silence after which a connection is given up; 0 for never.
    """

    _log = Logger()

    def __init__(
        self,
        source: Source,
        following: Following,
        *,
        last_event_id: str = "",
        mode: ResumeMode = ResumeMode.TRUST,
        reconnects: bool = True,
        waits: bool = False,
        idle_ms: int = 0,
    ) -> None:
        self._source = source
        self._following = following
        self._continuity = Continuity(mode, last_event_id)
        self._parser = EventParser()
        self._delays = Delays()
        self._reconnects = reconnects
        self._waits = waits
        self._idle_ms = idle_ms
        self._opened = False
        self._retry_ms: int | None = None
        self._call: UpstreamCall | None = None
        self._response: UpstreamResponse | None = None
        self._timer: IDelayedCall | None = None
        self._over = False
        self.comments = 0
        """Comment lines so far, over all connections; heartbeats are comments."""
        self.done: Deferred[str] = Deferred(lambda _: self._release())
        """Fires with the reason when the stream has ended; fails with ``Failed``."""

    def start(self) -> Deferred[str]:
        """Open the stream."""
        self._attempt()
        return self.done

    def stop(self, reason: str) -> None:
        """End the stream here."""
        if not self._over:
            self._release()
            self.done.callback(reason)

    def body_received(self, data: bytes) -> None:
        """Report a read, and the events that it completes."""
        try:
            self._following.received(data)
            if not self._over:
                self._parse(data)
        except (Exception, SystemExit):
            # rich raises SystemExit when the reader of a pipe has left.
            self._fail(Failure())

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The source has ended its response."""
        self._lost("ended", SourceProblem("the source ended the stream"))

    def body_cut(self, reason: Failure) -> None:
        """The response broke off."""
        self._lost("cut", SourceProblem("the stream broke off"))

    def _attempt(self) -> None:
        self._timer = None
        headers: list[Header] = [
            ("Accept", b"text/event-stream"),
            ("Cache-Control", b"no-cache"),
        ]
        self._sent_id = self._continuity.last_event_id
        if self._sent_id:
            headers.append(("Last-Event-ID", self._sent_id.encode("utf-8")))
        self._call = self._source.call(b"GET", headers)
        self._call.start().addCallbacks(self._answered, self._unanswered).addErrback(
            self._fail
        )

    def _answered(self, response: UpstreamResponse) -> None:
        self._call = None
        if self._over:
            response.abort()
        elif response.code == 204:
            response.abort()
            self.stop("the source has no more events (204)")
        elif (problem := problem_of(response)) is not None:
            response.abort()
            self._unopened(problem)
        else:
            self._open(response)

    def _open(self, response: UpstreamResponse) -> None:
        self._response, self._opened = response, True
        self._delays.opened()
        self._parser = EventParser(
            max_event_bytes=MAX_EVENT_BYTES, last_event_id=self._sent_id
        )
        self._following.opened(response, self._sent_id)
        if self._continuity.connected():
            self._following.events([None])
        if not self._over:
            response.deliver(self, self._idle_ms, self._silent)

    def _unanswered(self, failure: Failure) -> None:
        self._call = None
        if self._over or failure.check(CancelledError):
            return
        failure.trap(UpstreamError)
        error: Any = failure.value
        problem = problem_of_error(error)
        self._unopened(
            SourceProblem(
                problem.reason.replace("ssl.trustStore", "--ca"), problem.refused
            )
        )

    def _unopened(self, problem: SourceProblem) -> None:
        again = self._reconnects and (self._opened or self._waits)
        if problem.refused or not again:
            self._fail(Failure(Failed(problem.reason)))
        else:
            self._again("failed", problem)

    def _silent(self) -> None:
        response, self._response = self._response, None
        if response is not None:
            response.abort()
        reason = f"the source was silent for {self._idle_ms / 1000:g} s"
        self._lost("cut", SourceProblem(reason))

    def _lost(self, how: Ending, problem: SourceProblem) -> None:
        self._response = None
        if self._over:
            return
        self._continuity.reach(self._parser.last_event_id)
        self._again(how, problem)

    def _again(self, how: Ending, problem: SourceProblem) -> None:
        delay_s = None
        if self._reconnects:
            delay_s = self._delays.next_s(problem.retry_after_s)
            self._timer = self._source.reactor.callLater(delay_s, self._attempt)
        self._following.lost(how, problem.reason, delay_s)
        if delay_s is None:
            self.stop(problem.reason)

    def _parse(self, data: bytes) -> None:
        comments = self._parser.comments
        try:
            events: Sequence[Event] = self._parser.feed(data)
            too_long = False
        except EventTooLong as error:
            events, too_long = error.events, True
        self.comments += self._parser.comments - comments
        if self._parser.retry is not None and self._parser.retry != self._retry_ms:
            self._retry_ms = self._parser.retry
            self._delays.asked(self._retry_ms)
        if events:
            taken = self._continuity.take(events)
            if taken:
                self._following.events(taken)
        if too_long and not self._over:
            self._continuity.pass_over()
            self._following.events([None])
            self._parse(b"")
        elif not too_long:
            self._continuity.reach(self._parser.last_event_id)

    def _fail(self, failure: Failure) -> None:
        if not self._over:
            self._release()
            self.done.errback(failure)

    def _release(self) -> None:
        self._over = True
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        response, self._response = self._response, None
        if response is not None:
            response.abort()


def everywhere() -> list[Any]:
    """Return the networks of all addresses."""
    from ipaddress import ip_network

    return [ip_network("0.0.0.0/0"), ip_network("::/0")]
