"""An upstream event stream in memory, and a store that takes its time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from twisted.internet.defer import succeed
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.archive import Archive
from relay.channel.channel import Channel
from relay.channel.key import ChannelKey
from relay.channel.source import OpenChannel
from relay.connectors.sse_endpoint import (
    MOST_UNDER_WAY_BYTES,
    SseEndpointType,
    SseSource,
)
from relay.eventstream.continuity import ResumeMode
from relay.http.fanout import FanoutWriter
from relay.model.api.definition import EndpointGroup
from relay.model.api.messages.channel_options import ChannelOptions
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.counts import UpstreamCounts
from relay.upstream.target import Target
from tests.channel.readers import Moment
from tests.connectors.test_http_post_entrypoint import SlowKeeper
from tests.model.message_bodies import message_api


class Upstream:
    """A connector, the call that it makes, and the response that is had at once."""

    name = "upstream"
    target = Target.parse("http://192.0.2.7/sse?key=secret")
    headers = Headers()
    idle_timeout_ms = 0
    code = 200
    is_event_stream = True

    def __init__(self, moment: Moment) -> None:
        self.reactor = moment.clock
        self.counts = UpstreamCounts()
        self.paused = False
        self.receiver: Any = None

    def call(self, request: object) -> Any:
        """Call."""
        return SimpleNamespace(start=lambda: succeed(self), cancel=lambda: None)

    def deliver(self, receiver: object, idle_ms: int, expired: object) -> None:
        """Begin."""
        self.receiver = receiver

    def pause(self) -> None:
        """Read no more."""
        self.paused = True

    def resume(self) -> None:
        """Read on."""
        self.paused = False

    def abort(self) -> None:
        """End."""


class PressureTests(SynchronousTestCase):
    """A source must not be read faster than its events are kept."""

    def test_no_more_is_read_than_the_store_takes(self) -> None:
        """Reading goes on when it has caught up, on a new connection, too."""
        moment, keeper = Moment(), SlowKeeper()
        options = ChannelOptions.read({"history": {"durable": True}})
        channel = Channel(options, moment.clock, moment.wall_ms, FanoutWriter)
        channel.writer = Archive(keeper, moment.clock, moment.wall_ms)
        opened = OpenChannel(ChannelKey(b"", (), ()), channel, "192.0.2.1")
        upstream = Upstream(moment)
        modes = [ResumeMode.VERIFY]
        source = SseSource(opened, [cast(Any, upstream)], modes, options)
        source.start()
        event = b"id: %d\ndata: " + b"x" * 65_536 + b"\n\n"
        sent = 0
        while not upstream.paused:
            sent += 1
            upstream.receiver.body_received(event % sent)
            self.assertLess(sent * 65_536, 2 * MOST_UNDER_WAY_BYTES)
        upstream.paused = False
        upstream.receiver.body_ended([])
        moment.clock.advance(60)
        self.assertTrue(upstream.paused)
        while keeper.waiting:
            keeper.waiting.pop(0).callback(None)
            moment.clock.advance(1)
        self.assertFalse(upstream.paused)
        self.assertEqual(channel.log.next_seq, sent + 1)
        source.stop()


class LimitTests(SynchronousTestCase):
    """The limits for the heads of a source's responses."""

    def test_those_of_the_settings(self) -> None:
        """The limits are those of the settings, as for PROXY APIs."""
        body = message_api("sse")["endpointGroups"][0]
        limits = HeadLimits(12_345, 67)
        group = EndpointGroup.read(body)
        sources = SseEndpointType().limited_to(limits).open(Moment().clock, group)
        self.addCleanup(sources.close)
        self.assertEqual(sources._group.limits, limits)
