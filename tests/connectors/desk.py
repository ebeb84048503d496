"""Calls of a MESSAGE API in memory: an entrypoint, real channels, no sockets."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from twisted.web.http_headers import Headers

from relay.channel.archive import Archive
from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.source import OpenChannel
from relay.connectors.interfaces import EntrypointContext
from relay.gateway.endings import ENDINGS, Ending
from relay.gateway.message import Entrypoint, MessageCall
from relay.gateway.sent_events import SentEvents
from relay.http.body import RequestBody
from relay.http.client_stream import Ledger, RequestHead
from relay.http.fanout import FanoutWriter, Lane
from relay.http.refusals import Refusal
from relay.model.api.cors import CorsOptions
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.outcome import Outcome
from relay.model.schema.types.request_target import RequestTarget
from relay.observability.access import AccessRecord
from relay.plans.verdict import Admission
from tests.channel.readers import Moment


class Stream:
    """The client's side of a call, which records what is read and sent."""

    def __init__(self) -> None:
        self.paused = False
        self.body: RequestBody | None = None
        self.ledger = Ledger()

    def pause_reading(self) -> None:
        """Read no more."""
        self.paused = True

    def resume_reading(self) -> None:
        """Read again."""
        self.paused = False

    def pause_body(self) -> None:
        """Read no more of a body."""

    def resume_body(self) -> None:
        """Read on."""


class Desk:
    """
    One call and its response.

    It stands where :class:`relay.gateway.exchange.Exchange` stands in the daemon.
    """

    def __init__(self, request: RequestHead, stream: Stream) -> None:
        self.request = request
        self.stream = stream
        self.record = AccessRecord("GET", "relay", "/", "192.0.2.1", "192.0.2.1")
        self.events = SentEvents(stream.ledger, self.record.timeline)
        self.leaves_evenly = False
        self.feed: Any = None
        self.admission: Admission | None = None
        self.cors: CorsOptions | None = None
        self.receive: Callable[[bytes], None] | None = None
        """What takes the client's bytes, once protocols were switched."""
        self.status = 0
        self.headers = Headers()
        self.written = b""
        self.outcome: Outcome | None = None
        self.clock: str | None = None
        self.refusal: Refusal | None = None

    @property
    def over(self) -> bool:
        """Whether it has its outcome."""
        return self.outcome is not None

    @property
    def begun(self) -> bool:
        """Whether its response has begun."""
        return self.status != 0

    @property
    def json(self) -> Any:
        """The body, as JSON."""
        return json.loads(self.written)

    def begin(
        self, code: int, phrase: bytes, headers: Headers, event_stream: bool
    ) -> None:
        """Take the head."""
        self.status, self.headers = code, headers

    def upgrade(self, headers: Headers, receiver: Callable[[bytes], None]) -> None:
        """Switch protocols."""
        self.status, self.headers, self.receive = 101, headers, receiver

    def write(self, data: bytes) -> None:
        """Take some of the body."""
        self.written += data

    def fanout_target(self) -> Desk:
        """Take bytes that are made for many, too."""
        return self

    chunked = False
    socket_send = None
    lane: Lane | None = None

    def waits(self) -> bool:
        """Keep nothing for later."""
        return False

    def queue(self, framed: bytes) -> None:
        """Take what a socket did not."""
        self.written += framed

    def write_shared(self, data: bytes, chunk: bytes) -> None:
        """Take such bytes."""
        self.written += data

    def count(self, events: int, size_bytes: int) -> None:
        """Note how many events they were."""
        self.stream.ledger.events += events

    def answer(
        self,
        code: int,
        phrase: bytes,
        headers: Headers,
        body: bytes = b"",
        *,
        event_stream: bool = False,
        outcome: Outcome = Outcome.COMPLETED,
        clock: str | None = None,
    ) -> None:
        """Take a whole response."""
        self.begin(code, phrase, headers, event_stream)
        self.write(body)
        self._end(outcome)

    def refuse(self, refusal: Refusal) -> None:
        """End with a refusal."""
        if not self.over:
            self.refusal, self.status = refusal, refusal.status
        self._end(refusal.outcome)

    def end(
        self, outcome: Outcome, key: str | None = None, clock: str | None = None
    ) -> None:
        """End the call as the table of endings states."""
        row = ENDINGS[outcome]
        self.clock = clock
        if not self.begun and row.refusal is not None:
            self.refuse(row.refusal)
        elif row.after_head is Ending.GOODBYE and self.feed and not self.over:
            self.write(self.feed.goodbye(outcome) or b"")
        self._end(outcome)

    def _end(self, outcome: Outcome) -> None:
        if self.outcome is None:
            self.outcome = outcome
            if self.feed is not None:
                self.feed.release()


class Api:
    """
    The channels of one API, and its entrypoint.

    :param connector: the entrypoint's connector.
    :param configuration: its configuration.
    :param channel: the group's channel options, as in a definition.
    :param published: whether the events come from publishers.
    :param archive: where histories are kept.
    """

    def __init__(
        self,
        connector: Any,
        configuration: dict[str, Any] | None = None,
        channel: dict[str, Any] | None = None,
        *,
        published: bool = True,
        archive: Callable[[Moment], Archive] | None = None,
    ) -> None:
        self.moment = Moment()
        self.clock = self.moment.clock
        options = dict(channel or {})
        if archive is not None:
            options["history"] = {**options.get("history", {}), "durable": True}
        self.channels = Channels(
            ChannelOptions.read(options),
            self.clock,
            self.moment.wall_ms,
            lambda opened: _NoSource(opened),
            FanoutWriter,
            published,
            archive(self.moment) if archive is not None else None,
        )
        self.entrypoint: Entrypoint = connector.build(
            configuration or {},
            EntrypointContext(self.clock, self.channels, frozenset()),
        )

    @property
    def channel(self) -> Channel:
        """The only open channel."""
        (channel,) = self.channels
        return channel

    def call(
        self,
        query: str | None = None,
        *,
        method: bytes = b"GET",
        body: bytes | None = None,
        path: bytes = b"/news",
        version: bytes = b"HTTP/1.1",
        admission: Admission | None = None,
        **fields: str | list[str],
    ) -> Desk:
        """
        Call the API.

        :param query: the raw query.
        :param body: the request's body.
        :param admission: who calls.
        :param fields: headers; ``_`` stands for ``-``; a list is several lines.
        """
        headers = Headers()
        for name, given in fields.items():
            for value in [given] if isinstance(given, str) else given:
                headers.addRawHeader(name.replace("_", "-").encode(), value.encode())
        reading = Stream()
        sent = None
        if body is not None:
            sent = RequestBody(cast(Any, reading), len(body))
            sent.received(body)
            sent.ended()
        desk = Desk(RequestHead(method, path, version, headers), reading)
        reading.body = sent
        desk.admission = admission
        raw = query.encode() if query is not None else None
        call = MessageCall(
            cast(Any, desk), RequestTarget.parse(path, raw), self.channels
        )
        if self.entrypoint.prefers(call) is None:
            raise AssertionError("the entrypoint does not take the call")
        desk.cors = self.entrypoint.cors
        self.entrypoint.attach(call)
        return desk


class _NoSource:
    """A source that gives nothing by itself."""

    def __init__(self, opened: OpenChannel) -> None:
        self.opened = opened

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""

    def connections(self) -> tuple[()]:
        """It has none."""
        return ()
