"""The ``memory`` endpoint: published events are read."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.options import channel_options
from relay.connectors.memory_endpoint import memory_endpoint
from relay.http.fanout import FanoutWriter
from relay.model.api.definition import EndpointGroup
from relay.model.schema.types.request_target import RequestTarget
from tests.channel.readers import Moment, Reader, messages


class MemoryTests(SynchronousTestCase):
    """The topics of one group."""

    def setUp(self) -> None:
        """Open the group."""
        moment = Moment()
        group = EndpointGroup.read(
            {
                "name": "topics",
                "type": "memory",
                "endpoints": [{"name": "m", "type": "memory"}],
            }
        )
        sources = memory_endpoint.open(moment.clock, group)
        self.channels = Channels(
            channel_options(group),
            moment.clock,
            moment.wall_ms,
            sources.make,
            FanoutWriter,
            sources.published,
        )
        self.addCleanup(self.channels.close)

    def topic(
        self, path: bytes, query: bytes | None = None, user: bytes = b""
    ) -> Channel:
        """Find a topic, as a user does."""
        headers = Headers({b"authorization": [user]})
        return self.channels.open(
            RequestTarget.parse(path, query), headers, "192.0.2.1"
        )

    def test_a_topic_is_its_path(self) -> None:
        """The path alone selects the topic."""
        news = self.topic(b"/news", b"a=1", b"Basic a")
        self.assertIs(self.topic(b"/news", None, b"Basic b"), news)
        self.assertIsNot(self.topic(b"/sport"), news)

    def test_what_is_published_is_read(self) -> None:
        """Events are read in order, including those before the first reader."""
        first, *_ = self.topic(b"/news").publish(messages("a", "b"))
        reader = Reader(self.topic(b"/news"), first.id).start()
        topic = self.topic(b"/news")
        topic.publish(messages("c"))
        topic.flush()
        self.assertEqual(reader.seen, ["b", "c"])

    def test_a_topic_has_a_name_and_no_source(self) -> None:
        """There is nothing that could be down."""
        Reader(self.topic(b"/news")).start()
        (shown,) = self.channels.as_json()
        self.assertEqual((shown["health"], shown["subscribers"]), ("NO_SOURCE", 1))
