"""Tests of the copy of a log."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import ChannelName
from relay.cluster.redis.copies import Copy, remember
from relay.model.api.messages.channel_options import HistoryOptions
from tests.cluster.followers import Recorder


def entry(place: str, item: bytes, epoch: bytes = b"e") -> tuple[bytes, list[bytes]]:
    """An entry as a stream has it."""
    fields = [b"i", item, b"e", epoch, b"t", b"5", b"b", b"1"]
    return place.encode(), fields


class CopyTests(SynchronousTestCase):
    """What comes from the stream of a log."""

    def setUp(self) -> None:
        """Take a log with one entry, which nobody leads."""
        self.follower = Recorder()
        self.copy = Copy(ChannelName("a", "d"), HistoryOptions(), self.follower)
        self.copy.restore([b"e", 2, b"", b"", b"1-0", [entry("1-0", b"one")], b"0 e"])

    def test_entries_that_continue_it_are_added(self) -> None:
        """Those that it has are not added again."""
        added = self.copy.add([entry("1-0", b"one"), entry("2-0", b"two")], {})
        self.assertTrue(added)
        self.assertEqual(self.follower.items, [b"one", b"two"])

    def test_a_hole_or_another_epoch_calls_for_the_whole_log(self) -> None:
        """What came before it is given."""
        lines = [entry("2-0", b"two"), entry("4-0", b"four")]
        self.assertFalse(self.copy.add(lines, {}))
        self.assertEqual(self.follower.items, [b"one", b"two"])
        self.assertFalse(self.copy.add([entry("3-0", b"three", b"f")], {}))
        self.assertEqual(self.follower.items, [b"one", b"two"])

    def test_a_newer_token_deposes(self) -> None:
        """An older one, which was read late, does not."""
        self.copy.fence = 10
        self.copy.add([(b"1-1", [b"l", b"other", b"t", b"9"])], {})
        self.assertEqual(self.copy.fence, 10)
        self.copy.add([(b"1-2", [b"l", b"other", b"t", b"11"])], {})
        self.assertIsNone(self.copy.fence)
        self.assertEqual(self.follower.calls, ["restored", "deposed"])

    def test_a_leader_that_has_ended_leads_no_more(self) -> None:
        """Its election may be read after its end."""
        ended: dict[bytes, None] = {}
        remember(ended, b"gone")
        self.copy.add([(b"1-1", [b"l", b"gone", b"t", b"9"])], ended)
        self.assertEqual(self.follower.calls, ["restored", "leaderless"])

    def test_the_loss_is_told_once(self) -> None:
        """After the leader is deposed."""
        self.copy.fence = 10
        self.copy.lose()
        self.copy.lose()
        self.assertEqual(self.follower.calls, ["restored", "deposed", "lost"])

    def test_ended_sessions_are_forgotten(self) -> None:
        """The oldest first."""
        ended: dict[bytes, None] = {}
        for number in range(1001):
            remember(ended, b"%d" % number)
        self.assertEqual(len(ended), 1000)
        self.assertNotIn(b"0", ended)
