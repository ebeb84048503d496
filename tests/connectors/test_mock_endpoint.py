"""The ``mock`` endpoint, on a clock that only the test moves."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.message import Message
from relay.channel.options import channel_options
from relay.connectors.interfaces import PublicationReceiver
from relay.connectors.mock_endpoint import mock_endpoint
from relay.http.fanout import FanoutWriter
from relay.model.api.definition import EndpointGroup
from relay.model.schema.types.request_target import RequestTarget
from tests.channel.readers import GAP, Moment, Reader

LINGER_MS = 5000


class MockTests(SynchronousTestCase):
    """One channel with an event each second."""

    def setUp(self) -> None:
        """Begin at one moment."""
        self.moment = Moment()

    def open(self, **configuration: Any) -> Channel:
        """Open the channel of a group whose events are as configured."""
        group = EndpointGroup.read(
            {
                "name": "mock",
                "type": "mock",
                "sharedConfiguration": {"channel": {"lingerMs": LINGER_MS}},
                "endpoints": [
                    {"name": "m", "type": "mock", "configuration": configuration}
                ],
            }
        )
        sources = mock_endpoint.open(self.moment.clock, group)
        self.channels = Channels(
            channel_options(group),
            self.moment.clock,
            self.moment.wall_ms,
            sources.make,
            FanoutWriter,
            sources.published,
        )
        assert isinstance(sources, PublicationReceiver)
        self.channels.receiver = sources.receive
        return self.again()

    def again(self) -> Channel:
        """Find the channel."""
        return self.channels.open(RequestTarget.parse(b""), Headers(), "192.0.2.1")

    def seconds(self, count: int) -> None:
        """Advance the clock by a number of intervals."""
        self.moment.clock.pump([1.0] * count)

    def test_without_an_interval(self) -> None:
        """There is an event in every turn of the reactor, up to the last."""
        reader = Reader(self.open(messageInterval=0, messageCount=3)).start()
        self.moment.clock.pump([0.0] * 5)
        self.assertEqual(reader.seen, ["mock message"] * 3)

    def test_publications_are_dropped(self) -> None:
        """Publications are accepted, and reach no reader."""
        channel = self.open(messageCount=0)
        reader = Reader(channel).start()
        entries = self.successResultOf(channel.submit([Message("a")]))
        channel.flush()
        self.assertEqual((entries, reader.seen), ([], []))
        self.assertFalse(channel.log.holds_any)

    def test_one_at_every_interval(self) -> None:
        """The first after one, with its number in the content."""
        channel = self.open(messageContent="{counter} and {counter}")
        reader = Reader(channel).start()
        self.moment.clock.advance(0.9)
        self.assertEqual(reader.seen, [])
        self.moment.clock.advance(0.1)
        self.assertEqual(reader.seen, ["0 and 0"])
        self.seconds(2)
        self.assertEqual(reader.seen, ["0 and 0", "1 and 1", "2 and 2"])

    def test_another_interval_and_plain_content(self) -> None:
        """Content without a place for the number repeats."""
        channel = self.open(messageInterval=250, messageContent="same")
        reader = Reader(channel).start()
        self.moment.clock.pump([0.25] * 3)
        self.assertEqual(reader.seen, ["same"] * 3)

    def test_headers_and_metadata(self) -> None:
        """Go with every event."""
        pair = {"name": "a", "value": "b"}
        channel = self.open(headers=[pair], metadata=[{"name": "c"}])
        Reader(channel).start()
        self.seconds(1)
        (entry,) = channel.log.entries(1, 1)
        assert entry.message is not None
        self.assertEqual(entry.message.headers, {"a": "b"})
        self.assertEqual(entry.message.metadata, {"c": ""})

    def test_a_number_of_events(self) -> None:
        """The source ends with the last one."""
        reader = Reader(self.open(messageContent="{counter}", messageCount=2)).start()
        self.seconds(1)
        self.assertIsNone(reader.ended)
        self.seconds(1)
        self.assertEqual((reader.seen, reader.ended), (["0", "1"], "finished"))

    def test_no_events(self) -> None:
        """A source without events ends at once."""
        reader = Reader(self.open(messageCount=0)).start()
        self.seconds(1)
        self.assertEqual((reader.seen, reader.ended), ([], "finished"))

    def test_nothing_is_made_for_nobody(self) -> None:
        """No event is made before the first reader or after the last one."""
        channel = self.open()
        self.seconds(3)
        channel = self.again()
        reader = Reader(channel).start()
        self.seconds(2)
        channel.detach(reader.subscriber)
        self.seconds(20)
        self.assertEqual(len(self.channels), 0)
        self.assertLessEqual(channel.log.next_seq, 1 + 2 + LINGER_MS / 1000)
        self.channels.close()
        self.assertEqual(self.moment.clock.getDelayedCalls(), [])

    def test_a_client_that_comes_back(self) -> None:
        """A client continues with the next number on a new channel."""
        reader = Reader(self.open(messageContent="{counter}")).start()
        self.seconds(3)
        self.channels.close()
        channel = self.open(messageContent="{counter}", messageCount=5)
        again = Reader(channel, reader.last_event_id).start()
        self.seconds(4)
        self.assertEqual((again.seen, again.ended), (["3", "4"], "finished"))

    def test_a_client_with_an_id_of_another_source(self) -> None:
        """An id of another source is a gap."""
        source_id = "YQ"
        again = Reader(self.open(messageContent="{counter}"), f"aaaaaaaa-1.{source_id}")
        again.start()
        self.seconds(1)
        self.assertEqual(again.seen, [GAP, "0"])
