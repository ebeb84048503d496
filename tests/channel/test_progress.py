"""Tests of :mod:`relay.channel.progress`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.channel.progress import progress_in
from relay.channel.subscribers.subscriber import State
from tests.channel.readers import Moment, messages


class ProgressTests(SynchronousTestCase):
    """How far a subscriber has read."""

    def setUp(self) -> None:
        """Fill a log with three events, a second apart."""
        self.moment = Moment()
        self.channel = self.moment.channel()
        self.entries = []
        for text in ("a", "b", "c"):
            self.entries += self.channel.publish(messages(text))
            self.moment.clock.advance(1)

    def test_place_not_known(self) -> None:
        """A subscriber that waits for its place is nowhere, and behind by nothing."""
        log = self.channel.log
        found = progress_in(log, State.WAITING_FOR_PLACE, None, 2.5, 0)
        self.assertEqual(
            (found.place, found.event_id, found.behind, found.heartbeat_s),
            (None, None, 0, 2.5),
        )

    def test_behind(self) -> None:
        """What it lacks is counted in events, bytes and time."""
        log, now_ms = self.channel.log, self.moment.wall_ms()
        found = progress_in(log, State.PAUSED, 2, None, now_ms)
        self.assertEqual((found.place, found.event_id), (1, self.entries[0].id))
        self.assertEqual((found.behind, found.behind_ms), (2, 2000))
        self.assertEqual(found.behind_bytes, log.bytes_behind(2))

    def test_nothing_missing(self) -> None:
        """A live subscriber lacks nothing."""
        found = progress_in(self.channel.log, State.LIVE, 4, None, 0)
        self.assertEqual((found.behind, found.behind_ms, found.behind_bytes), (0, 0, 0))
        self.channel.publish([Message("d", id="x")])
        found = progress_in(self.channel.log, State.LIVE, 5, None, 0)
        self.assertEqual(found.event_id, self.channel.log.last_event_id)
