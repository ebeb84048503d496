"""The channels of one API: how long they stay, and whose they are."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.channel.archive import Archive
from relay.channel.channel import Channel
from relay.channel.channels import SWEEP_S, ChannelElsewhere, ChannelRefused, Channels
from relay.channel.entry import Entry, GapReason
from relay.channel.message import Message
from relay.channel.source import OpenChannel
from relay.channel.writer import ArchiveClosed
from relay.http.fanout import FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.schema.types.request_target import RequestTarget
from tests.channel.readers import GAP, Moment, Reader, messages
from tests.channel.test_archive import Memory


class Still:
    """A source that gives nothing by itself."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""

    def connections(self) -> tuple[()]:
        """It has none."""
        return ()


class ChannelsTestCase(SynchronousTestCase):
    """Channels in memory, with a store that a test has answer."""

    def setUp(self) -> None:
        """Begin at one moment."""
        self.moment = Moment()
        self.memory = Memory()
        self.resumed: list[str] = []

    def make(
        self, *, published: bool, durable: bool = False, linger_ms: int = 0
    ) -> Channels:
        """Make the channels of an API, as the process that comes next does."""
        archive = None
        if durable:
            archive = Archive(self.memory, self.moment.clock, self.moment.wall_ms)
        options = {"lingerMs": linger_ms, "history": {"durable": durable}}
        channels = Channels(
            ChannelOptions.read(options),
            self.moment.clock,
            self.moment.wall_ms,
            self._source,
            FanoutWriter,
            published,
            archive,
        )
        self.successResultOf(channels.load())
        return channels

    def _source(self, opened: OpenChannel) -> Still:
        self.resumed.append(opened.channel.resume_source_id)
        return Still()

    def open(self, channels: Channels) -> Channel:
        """Open the channel of one topic."""
        return channels.open(RequestTarget.parse(b"/news"), Headers(), "192.0.2.1")

    def kept(self, done: Deferred[list[Entry]]) -> list[Entry]:
        """Have the store keep a batch, and give its entries."""
        self.moment.clock.advance(0.02)
        self.memory.commit()
        return self.successResultOf(done)


class StayingTests(ChannelsTestCase):
    """The conditions under which a channel without readers is closed."""

    def test_a_channel_with_nothing_in_it(self) -> None:
        """An empty channel is closed after ``lingerMs``."""
        channels = self.make(published=True, linger_ms=1000)
        self.open(channels)
        self.moment.clock.advance(0.9)
        self.assertEqual(len(channels), 1)
        self.moment.clock.advance(0.2)
        self.assertEqual(len(channels), 0)

    def test_a_topic_with_events(self) -> None:
        """Stays for as long as it holds one, and is not looked at all the time."""
        channels = self.make(published=True)
        self.open(channels).publish(messages("a"))
        self.moment.clock.advance(0)
        due = [call.getTime() for call in self.moment.clock.getDelayedCalls()]
        self.assertGreaterEqual(min(due), self.moment.clock.seconds() + SWEEP_S)
        self.moment.clock.pump([1.0] * 119)
        self.assertEqual(len(channels), 1)
        self.moment.clock.pump([1.0] * 3)
        self.assertEqual(len(channels), 0)

    def test_what_is_on_its_way_to_the_store(self) -> None:
        """
        Events on their way to the store hold the channel open, and later ones follow
        them.
        """
        channels = self.make(published=True, durable=True)
        first = self.open(channels).submit(messages("a"))
        self.moment.clock.advance(0.02)
        second = self.open(channels).submit(messages("b"))
        self.memory.commit()
        (one,) = self.successResultOf(first)
        (two,) = self.kept(second)
        self.assertEqual((one.seq, two.seq), (1, 2))
        self.assertEqual(len({row.epoch for row in self.memory.rows}), 1)


class FailingStartTests(ChannelsTestCase):
    """A source whose start fails."""

    def test_a_source_that_cannot_start_is_tried_again_by_the_next_client(self) -> None:
        """
        The next client starts the source again, and the failed start leaves no reader
        behind.
        """
        broken = Broken()
        channels = Channels(
            ChannelOptions.read({"lingerMs": 1000}),
            self.moment.clock,
            self.moment.wall_ms,
            lambda opened: broken,
            FanoutWriter,
        )
        channel = self.open(channels)
        self.assertRaises(RuntimeError, Reader, channel)
        self.assertEqual((channel.subscribers, broken.stopped), (0, 1))
        broken.works = True
        reader = Reader(self.open(channels)).start()
        self.assertEqual((broken.started, channel.subscribers), (2, 1))
        channel.detach(reader.subscriber)
        self.moment.clock.advance(1.1)
        self.assertEqual((len(channels), broken.stopped), (0, 2))
        channels.close()


class Broken:
    """A source that cannot start until it works."""

    def __init__(self) -> None:
        self.works = False
        self.started = self.stopped = 0

    def start(self) -> None:
        """Fail."""
        self.started += 1
        if not self.works:
            raise RuntimeError("no source")

    def stop(self) -> None:
        """Count."""
        self.stopped += 1

    def connections(self) -> tuple[()]:
        """It has none."""
        return ()


class GoingOnTests(ChannelsTestCase):
    """A durable channel with a source that is opened again."""

    def publish(self, message: Message) -> str:
        """
        Publish a message to a reader, close the channel, and return the event's id.
        """
        channels = self.make(published=False, durable=True)
        channel = self.open(channels)
        reader = Reader(channel).start()
        (entry,) = self.kept(channel.submit([message]))
        channel.detach(reader.subscriber)
        channels.close()
        return entry.id

    def test_the_source_is_asked_to_go_on(self) -> None:
        """The source resumes after the last stored event."""
        last = self.publish(Message("a", id="7"))
        channel = self.open(self.make(published=False, durable=True))
        reader = Reader(channel, last).start()
        self.assertEqual(self.resumed[-1], "7")
        self.kept(channel.submit(messages("b")))
        self.moment.clock.advance(0)
        self.assertEqual(reader.seen, ["b"])

    def test_a_source_that_cannot_be_asked(self) -> None:
        """
        A source that cannot resume causes a gap before its next event, even if storing
        the gap fails once.
        """
        last = self.publish(Message("a"))
        channel = self.open(self.make(published=False, durable=True))
        reader = Reader(channel, last).start()
        lost = channel.submit(messages("b"))
        self.moment.clock.advance(0.02)
        self.memory.fail()
        self.failureResultOf(lost, OSError)
        self.kept(channel.submit(messages("c")))
        self.kept(channel.submit(messages("d")))
        self.moment.clock.advance(0)
        self.assertEqual(reader.seen, [GAP, "c", "d"])
        self.assertEqual(reader.gaps[0]["reason"], GapReason.UPSTREAM_RECONNECT)
        self.assertEqual(reader.gaps[0]["after"], last)


class ElsewhereTests(ChannelsTestCase):
    """Channels that another process has taken over."""

    def test_a_channel_that_is_asked_for(self) -> None:
        """A channel that another process serves is not opened."""
        channels = self.make(published=True)
        channels.is_here = lambda: False
        self.assertRaises(ChannelElsewhere, self.open, channels)
        self.assertEqual(len(channels), 0)

    def test_a_publication(self) -> None:
        """
        A publication is refused when another process serves the channel, even if the
        channel is still open here.
        """
        channels = self.make(published=True)
        here = [True]
        channels.is_here = lambda: here[0]
        channel = self.open(channels)
        self.successResultOf(channel.submit(messages("a")))
        here[0] = False
        self.failureResultOf(channel.submit(messages("b")), ArchiveClosed)
        self.assertEqual(channel.log.next_seq, 2)


class ClosedTests(ChannelsTestCase):
    """A channel that was closed while its readers come back."""

    def reopened(self, linger_ms: int) -> tuple[Channels, Reader, Reader]:
        """Lose all channels amid two readers; one comes back to its topic."""
        channels = self.make(published=True, linger_ms=linger_ms)
        first = Reader(self.open(channels)).start()
        other = Reader(
            channels.open(RequestTarget.parse(b"/other"), Headers(), "192.0.2.2")
        ).start()
        channels.reset()
        self.assertEqual((first.ended, other.ended), ("left", "left"))
        return channels, Reader(self.open(channels), heartbeat_ms=5000).start(), other

    def test_its_timer_does_not_close_its_successor(self) -> None:
        """The timer of a closed channel does not close the channel that replaced it."""
        channels, back, _ = self.reopened(linger_ms=10_000)
        for _ in range(80):
            self.moment.clock.advance(0.25)
        self.assertEqual(back.writes, [b":\n"] * 4)
        self.open(channels).publish(messages("late"))
        self.moment.clock.advance(0)
        self.assertEqual((back.seen, back.ended), (["late"], None))
        self.assertEqual(len(channels), 1)

    def test_its_timers_are_gone(self) -> None:
        """A closed channel leaves no timer."""
        channels, back, _ = self.reopened(linger_ms=10_000)
        back.channel.detach(back.subscriber)
        self.moment.clock.advance(10.1)
        self.assertEqual(len(channels), 0)
        channels.close()
        self.assertEqual(self.moment.clock.getDelayedCalls(), [])

    def test_its_place_is_free(self) -> None:
        """Each channel counts once for its address, however often all are lost."""
        channels = self.make(published=True)
        for _ in range(150):
            Reader(self.open(channels)).start()
            channels.reset()
        most = channels.options.max_channels_per_address
        for number in range(most):
            channels.open(RequestTarget.parse(b"/%d" % number), Headers(), "192.0.2.1")
        with self.assertRaises(ChannelRefused):
            channels.open(RequestTarget.parse(b"/more"), Headers(), "192.0.2.1")

    def test_it_takes_nothing(self) -> None:
        """A publication that held it fails, instead of being lost."""
        channels = self.make(published=True)
        channel = self.open(channels)
        channels.reset()
        self.failureResultOf(channel.submit(messages("lost")), ArchiveClosed)
