"""
The ``sse`` endpoint: any event-stream URL as the one upstream of a channel.

A source that is down is called again until it is back: clients keep their 200 and their
heartbeats. The channel's ``sourceRefusal`` decides what clients get when the source
refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Self

from pydantic import model_validator
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.source import OpenChannel, SourceConnection
from relay.channel.verdict import SourceRefusal
from relay.channel.writer import ArchiveClosed, NotKept
from relay.connectors.interfaces import IHttpEndpoint
from relay.connectors.merged_ids import merged_id, split_id
from relay.eventstream.continuity import Continuity, ResumeMode
from relay.eventstream.event import Event
from relay.model.api.definition import EndpointGroup
from relay.model.api.endpoints.http_proxy import (
    HttpProxyConfiguration,
    SharedConfiguration,
)
from relay.model.api.kinds import EndpointType
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.marks import Mark
from relay.model.schema.refusal import refusal
from relay.model.schema.types.request_target import RequestTarget
from relay.upstream.connection.response_rules import DEFAULT_LIMITS, HeadLimits
from relay.upstream.connector import Connector
from relay.upstream.counts import UpstreamCounts
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.events.problem import SourceProblem
from relay.upstream.events.source import EventSource
from relay.upstream.group import ConnectorGroup
from relay.upstream.request import UpstreamRequest
from relay.upstream.tracing import TRACERS

MOST_UNDER_WAY_BYTES = 1 << 20
"""With more than this on its way to the store no more is read from a source."""


class SseEndpoint(HttpProxyConfiguration):
    """An event-stream URL."""

    resume: Literal["verify", "trust", "none"] = "verify"
    """How far the source's ids are believed after a reconnect."""


class SseShared(SharedConfiguration):
    """How the endpoints of an ``sse`` group are dialled, and their channels."""

    channel: ChannelOptions = ChannelOptions()

    @model_validator(mode="after")
    def _one_call_for_many_clients(self) -> Self:
        reason = "has no effect: the upstream is called for many clients at once"
        given = {
            "propagateClientHost": self.http.propagate_client_host,
            "propagateClientAcceptEncoding": self.http.propagate_client_accept_encoding,
        }
        problems = [(("http", name), reason) for name, on in given.items() if on]
        if problems:
            raise refusal(problems)
        return self


SSE_ENDPOINT = EndpointType(
    "sse",
    "Event stream",
    "MESSAGE",
    SseEndpoint,
    SseShared,
    description="The event stream at a URL, read once and shared by all clients.",
)


@implementer(IHttpEndpoint)
class SseEndpointType:
    """
    Makes ``sse`` endpoint groups.

    :param limits: the size limits of a response head.
    """

    kind = SSE_ENDPOINT

    def __init__(self, limits: HeadLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits

    def limited_to(self, limits: HeadLimits) -> SseEndpointType:
        """
        Return a type with the limits of the gateway's settings.
        """
        return SseEndpointType(limits)

    def open(self, reactor: Any, group: EndpointGroup) -> SseSources:
        """Build the sources of one group."""
        ready = ConnectorGroup(reactor, group, self._limits, SseEndpoint, SseShared)
        return SseSources(ready, group)


class SseSources:
    """Makes the sources of one group."""

    published = False

    def __init__(self, group: ConnectorGroup, definition: EndpointGroup) -> None:
        self._group = group
        shared = SseShared.read(definition.shared_configuration or {})
        self.options = shared.channel
        self._modes = [
            ResumeMode(SseEndpoint.read(endpoint.configuration).resume)
            for endpoint in sorted(definition.endpoints, key=lambda one: one.secondary)
        ]

    def make(self, opened: OpenChannel) -> SseSource:
        """Make the source of one channel."""
        return SseSource(opened, self._group.connectors, self._modes, self.options)

    def guard_redirects(self, guard: AddressGuard) -> None:
        """Follow redirects to other origins under a guard."""
        self._group.guard_redirects(guard)

    def count_in(self, counts: UpstreamCounts) -> None:
        """Count the calls of the endpoints."""
        self._group.count_in(counts)

    @property
    def groups(self) -> tuple[ConnectorGroup, ...]:
        """The group, whose connections are in use."""
        return (self._group,)

    def close(self) -> None:
        """Close unused connections."""
        self._group.close()


class SseSource:
    """
    Feeds a channel from its endpoints: the first that works, or all at once.

    :param connectors: of the endpoints, in order.
    :param modes: how far the ids of each endpoint are trusted.
    """

    def __init__(
        self,
        opened: OpenChannel,
        connectors: Sequence[Connector],
        modes: Sequence[ResumeMode],
        options: ChannelOptions,
    ) -> None:
        self.opened = opened
        self.options = options
        self._connectors = connectors
        self._modes = modes
        self._branches: list[_Branch] = []
        self._running = 0
        self.ids = [""] * len(connectors)
        """The last id of each endpoint, when they are merged."""

    def start(self) -> None:
        """Connect, and resume after the last event of a reconnecting client."""
        places = self.opened.channel.places
        resume_at = places.resume_source_id
        if self.options.mode == "merge":
            self.ids = split_id(resume_at, len(self._connectors))
            self._branches = [
                _Branch(self, number, [connector], Continuity(mode, self.ids[number]))
                for number, (connector, mode) in enumerate(
                    zip(self._connectors, self._modes, strict=True)
                )
            ]
        else:
            line = Continuity(self._modes[0], resume_at, places.proof)
            self._branches = [_Branch(self, None, self._connectors, line)]
        self._running = len(self._branches)
        if self.options.source_refusal == "status":
            self.opened.channel.verdict.ask()
        for branch in self._branches:
            branch.source.start()

    def stop(self) -> None:
        """Close the connections."""
        branches, self._branches = self._branches, []
        for branch in branches:
            branch.source.stop()

    def connections(self) -> list[SourceConnection]:
        """Describe the connections to the endpoints."""
        return [branch.connection for branch in self._branches]

    def request(self) -> UpstreamRequest:
        """Make the request; only the channel's key goes upstream."""
        key = self.opened.key
        headers = Headers()
        for name, value in key.headers:
            headers.addRawHeader(name, value)
        target = RequestTarget.parse(key.path, key.raw_query)
        request = UpstreamRequest(b"GET", target, headers, b"", None)
        if (call := TRACERS.begin_call("GET", self.opened.trace_names)) is not None:
            request.marks = request.trace = call
        return request

    def branch_ended(self) -> None:
        """One endpoint has ended its stream for good."""
        self._running -= 1
        if not self._running:
            self.opened.end()
        self.judge()

    def judge(self) -> None:
        """Set the verdict of the channel, once it is known."""
        channel = self.opened.channel
        verdict = channel.verdict
        if self.options.source_refusal == "hold":
            return
        if any(branch.stands for branch in self._branches):
            if verdict.pending or verdict.refusal is not None:
                verdict.settle()
                self.opened.tell()
            return
        problems = [branch.problem for branch in self._branches]
        first = problems[0]
        if first is None or None in problems:
            return
        if all(one is not None and one.refused for one in problems):
            refusal = SourceRefusal(first.status, first.reason, first.challenges)
            self.opened.refuse(refusal)
        elif verdict.pending:
            verdict.settle()
            self.opened.tell()


class _Branch:
    """
    One upstream reader, which publishes its events.

    :param number: of the endpoint, when several are merged; None otherwise.
    """

    log = Logger()

    def __init__(
        self,
        owner: SseSource,
        number: int | None,
        connectors: Sequence[Connector],
        continuity: Continuity,
    ) -> None:
        self._owner = owner
        self._number = number
        self.problem: SourceProblem | None = None
        """The problem of the source; None when it has none, or none is known yet."""
        self.stands = False
        """Whether the source is connected, or has ended."""
        self._told: dict[str, str] = {}
        """The state that was logged last, by endpoint."""
        self._lost = False
        """Whether events could not be stored and the gap is not published yet."""
        self._under_way_bytes = 0
        """How much was read and is not stored yet."""
        self._endpoint = connectors[0]
        self.source = EventSource(
            connectors,
            owner.request,
            continuity,
            owner.options.reconnect,
            owner.options.max_event_bytes,
            self,
        )

    @property
    def connection(self) -> SourceConnection:
        """The connection to the endpoint that was called last."""
        reason = None if self.problem is None else self.problem.reason
        return SourceConnection(self._endpoint.name, reason, self.source.clocks())

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """Publish the events of one read together."""
        self._submit(
            [
                GapReason.UPSTREAM_RECONNECT if one is None else self._message(*one)
                for one in taken
            ]
        )

    def _submit(self, items: list[Message | GapReason]) -> None:
        if self._lost:
            self._lost = False
            items = [GapReason.UPSTREAM_RECONNECT, *items]
        done = self._owner.opened.channel.feed(items)
        done.addErrback(self._not_kept, len(items))
        if not done.called:
            size = sum(one.held_bytes for one in items if isinstance(one, Message))
            self._under_way_bytes += size
            done.addCallback(self._is_kept, size)
            if self._under_way_bytes > MOST_UNDER_WAY_BYTES:
                self.source.pause()

    def _is_kept(self, _: object, size: int) -> None:
        before = self._under_way_bytes
        self._under_way_bytes -= size
        if self._under_way_bytes <= MOST_UNDER_WAY_BYTES < before:
            self.source.resume()

    def _not_kept(self, failure: Failure, count: int) -> None:
        """
        Events that could not be stored are not delivered; a gap precedes the next.
        """
        self._lost = True
        if failure.check(NotKept, ArchiveClosed):
            # The writer logs a failure once, not for each read of the source.
            return
        self.log.error(
            "API {api}, channel {channel}: {count} entries could not be kept: {reason}",
            **self._owner.opened.log_names,
            count=count,
            reason=failure.getErrorMessage(),
        )

    def _message(self, event: Event, own_id: str) -> Message:
        if self._number is not None and own_id:
            self._owner.ids[self._number] = own_id
            own_id = merged_id(self._owner.ids)
        return Message(event.data, event.type, own_id)

    def gap(self) -> None:
        """Publish a gap: events may be missing."""
        self._submit([GapReason.UPSTREAM_RECONNECT])

    def passed_over(self) -> None:
        """Publish a gap in place of a dropped event, and log it."""
        self._submit([GapReason.EVENT_TOO_LONG])
        self._tell(self._endpoint, "an event above maxEventBytes was left out", True)

    def ended(self) -> None:
        """End: the source has answered 204."""
        self.stands = True
        self._owner.opened.channel.journal.note(Mark.SOURCE_ENDED)
        self._owner.branch_ended()

    def turned_away(self, problem: SourceProblem, endpoint: Connector) -> None:
        """Note and log why the next endpoint is called."""
        self._note(problem, endpoint)
        self._tell(endpoint, problem.reason, problem.refused)

    def health(self, problem: SourceProblem | None, endpoint: Connector) -> None:
        """Store the state for the management API, and note and log a change."""
        self.problem, self.stands = problem, problem is None
        self._endpoint = endpoint
        opened = self._owner.opened
        opened.health = problem.reason if problem is not None else None
        opened.refused = problem is not None and problem.refused
        opened.endpoint, opened.url = endpoint.name, endpoint.target.shown
        self._note(problem, endpoint)
        self._tell(endpoint, opened.health or "connected", opened.refused)
        opened.tell()
        self._owner.judge()

    def _note(self, problem: SourceProblem | None, endpoint: Connector) -> None:
        journal = self._owner.opened.channel.journal
        if problem is None:
            journal.note(Mark.SOURCE_CONNECTED, endpoint.name, endpoint.target.shown)
        else:
            mark = Mark.SOURCE_REFUSED if problem.refused else Mark.SOURCE_LOST
            journal.note(mark, endpoint.name, problem.reason)

    def _tell(self, endpoint: Connector, state: str, warning: bool) -> None:
        """Log a change of the state of an endpoint; repetitions are not logged."""
        if self._told.get(endpoint.name) == state:
            return
        if self.stands:
            self._told.clear()
        self._told[endpoint.name] = state
        self.log.emit(
            LogLevel.warn if warning else LogLevel.info,
            "API {api}, channel {channel}, endpoint {endpoint} ({url}): {state}",
            **self._owner.opened.log_names,
            endpoint=endpoint.name,
            url=endpoint.target.shown,
            state=state,
        )


sse_endpoint = SseEndpointType()
