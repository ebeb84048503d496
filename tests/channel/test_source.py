"""Tests of :mod:`relay.channel.source`."""

from __future__ import annotations

from typing import cast

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import ChannelState
from relay.channel.key import ChannelKey
from relay.channel.source import OpenChannel, Source
from relay.channel.verdict import SourceRefusal
from relay.channel.writer import Member
from tests.channel.readers import Moment, Reader


class Recorded:
    """A source and a member that note what they are told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def stop(self) -> None:
        """The source is stopped."""
        self.told.append("stop")

    def tell(self) -> None:
        """The state has changed."""
        self.told.append("tell")

    def end(self) -> None:
        """The source has ended."""
        self.told.append("end")

    def refuse(self, refusal: SourceRefusal) -> None:
        """The source refuses."""
        self.told.append(refusal.reason)

    def close(self) -> None:
        """The channel is closed."""
        self.told.append("close")


class OpenChannelTests(SynchronousTestCase):
    """A channel with its source."""

    def setUp(self) -> None:
        """Open a channel of this process alone."""
        self.channel = Moment().channel()
        self.opened = OpenChannel(ChannelKey(b"/", (), ()), self.channel, "")
        self.recorded = Recorded()

    def test_alone(self) -> None:
        """Without other processes the channel itself ends, and refuses its readers."""
        reader = Reader(self.channel).start()
        self.opened.tell()
        self.opened.refuse(SourceRefusal(403, "no"))
        self.assertEqual(self.channel.verdict.refusal, SourceRefusal(403, "no"))
        self.opened.end()
        self.assertIs(self.channel.state, ChannelState.ENDED)
        self.assertIsNotNone(reader.ended)

    def test_shared(self) -> None:
        """What happens to the source of several processes goes through the member."""
        self.opened.member = cast(Member, self.recorded)
        self.opened.source = cast(Source, self.recorded)
        self.opened.tell()
        self.opened.refuse(SourceRefusal(403, "no"))
        self.opened.end()
        self.assertIs(self.channel.state, ChannelState.OPEN)
        self.assertIsNone(self.channel.verdict.refusal)
        self.opened.stop_source()
        self.opened.stop_source()
        self.opened.close()
        told = ["tell", "no", "end", "stop", "close"]
        self.assertEqual(self.recorded.told, told)
        self.assertIs(self.channel.state, ChannelState.CLOSED)
