"""
The ``sse`` endpoint: any event-stream URL as the one upstream of a channel.

Clients that read the channel keep their 200 and their heartbeats whatever becomes of
the upstream: it is called again until it is back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.channel.archive import NotKept
from relay.channel.channels import OpenChannel
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.connectors.interfaces import IEndpoint
from relay.eventstream.event import Event
from relay.model.channel_options import ChannelOptions
from relay.model.definition import EndpointGroup
from relay.model.message_kinds import SSE_ENDPOINT
from relay.model.message_options import SseEndpoint, SseShared
from relay.upstream.connector import Connector, UpstreamRequest
from relay.upstream.continuity import Continuity, ResumeMode
from relay.upstream.event_source import EventSource
from relay.upstream.group import Group
from relay.upstream.response_rules import HeadLimits

MOST_UNDER_WAY_CHARS = 1 << 20
"""With more data than this on its way to the store no more is read from a source."""


@implementer(IEndpoint)
class SseEndpointType:
    """Makes ``sse`` endpoint groups."""

    kind = SSE_ENDPOINT

    def open(
        self, reactor: Any, group: EndpointGroup, limits: HeadLimits
    ) -> SseSources:
        """Make a group ready."""
        return SseSources(Group(reactor, group, limits, SseEndpoint, SseShared), group)


class SseSources:
    """
    Makes the sources of one group.

    :param group: the group, ready to be called.
    :param definition: its definition.
    """

    published = False

    def __init__(self, group: Group, definition: EndpointGroup) -> None:
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

    def close(self) -> None:
        """Close unused connections."""
        self._group.close()


class SseSource:
    """
    Feeds a channel from its endpoints: the first that works, or all at once.

    :param opened: the channel, and what of its clients goes upstream.
    :param connectors: the endpoints, in order.
    :param modes: how far the ids of each are believed.
    :param options: the channel's options.
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
        """Connect, after the event that a returning client has."""
        resume_at = self.opened.channel.resume_source_id
        if self.options.mode == "merge":
            self.ids = _split(resume_at, len(self._connectors))
            self._branches = [
                _Branch(self, number, [connector], mode, self.ids[number])
                for number, (connector, mode) in enumerate(
                    zip(self._connectors, self._modes, strict=True)
                )
            ]
        else:
            self._branches = [
                _Branch(self, None, self._connectors, self._modes[0], resume_at)
            ]
        self._running = len(self._branches)
        for branch in self._branches:
            branch.source.start()

    def stop(self) -> None:
        """Drop the connections."""
        branches, self._branches = self._branches, []
        for branch in branches:
            branch.source.stop()

    def request(self) -> UpstreamRequest:
        """Make the request: only what is in the channel's key goes upstream."""
        key = self.opened.key
        headers = Headers()
        for name, value in key.headers:
            headers.addRawHeader(name, value)
        return UpstreamRequest(b"GET", key.path, key.raw_query, headers, b"", None)

    def branch_ended(self) -> None:
        """One endpoint has nothing more to give."""
        self._running -= 1
        if not self._running:
            self.opened.channel.end()


class _Branch:
    """
    One reader of upstream events, and what becomes of them.

    :param owner: the source that it is part of.
    :param number: which of several merged endpoints it is; None when there is one.
    """

    log = Logger()

    def __init__(
        self,
        owner: SseSource,
        number: int | None,
        connectors: Sequence[Connector],
        mode: ResumeMode,
        resume_at: str,
    ) -> None:
        self._owner = owner
        self._number = number
        self._name = connectors[0].name
        self._lost = False
        """Whether events could not be kept, which is still to be told."""
        self._under_way_chars = 0
        """How much was read and is not yet kept."""
        self.source = EventSource(
            connectors,
            owner.request,
            Continuity(mode, resume_at),
            owner.options.reconnect,
            owner.options.max_event_bytes,
            self,
        )

    def events(self, taken: list[tuple[Event, str] | None]) -> None:
        """Publish what one read brought, in one go."""
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
        done = self._owner.opened.channel.submit(items)
        done.addErrback(self._not_kept, len(items))
        if not done.called:
            size = sum(len(one.data) for one in items if isinstance(one, Message))
            self._under_way_chars += size
            done.addCallback(self._is_kept, size)
            if self._under_way_chars > MOST_UNDER_WAY_CHARS:
                self.source.pause()

    def _is_kept(self, _: object, size: int) -> None:
        before = self._under_way_chars
        self._under_way_chars -= size
        if self._under_way_chars <= MOST_UNDER_WAY_CHARS < before:
            self.source.resume()

    def _not_kept(self, failure: Failure, count: int) -> None:
        """What could not be kept is not delivered; the next events tell the gap."""
        self._lost = True
        if failure.check(NotKept):
            # Told once by the archive, not for each read of the source.
            return
        self.log.error(
            "channel {digest}: {count} entries could not be kept: {reason}",
            digest=self._owner.opened.key.digest,
            count=count,
            reason=failure.getErrorMessage(),
        )

    def _message(self, event: Event, own_id: str) -> Message:
        if self._number is not None and own_id:
            self._owner.ids[self._number] = own_id
            own_id = json.dumps(self._owner.ids, separators=(",", ":"))
        return Message(event.data, event.type, own_id)

    def gap(self) -> None:
        """Tell that events may be missing."""
        self._submit([GapReason.UPSTREAM_RECONNECT])

    def ended(self) -> None:
        """The source has answered 204."""
        self._owner.branch_ended()

    def health(self, problem: str | None) -> None:
        """Keep the state for who asks, and tell a change of it in the log."""
        opened = self._owner.opened
        if problem != opened.health:
            opened.health = problem
            self.log.info(
                "channel {digest}, endpoint {name}: {state}",
                digest=opened.key.digest,
                name=self._name,
                state=problem or "connected",
            )


def _split(merged: str, count: int) -> list[str]:
    """Take a merged id apart into those of the endpoints."""
    try:
        ids = json.loads(merged)
    except ValueError:
        ids = None
    if not isinstance(ids, list) or len(ids) != count:
        return [""] * count
    return [one if isinstance(one, str) else "" for one in ids]


sse_endpoint = SseEndpointType()
