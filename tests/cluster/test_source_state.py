"""Tests of :mod:`relay.cluster.source_state`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.key import ChannelKey
from relay.channel.source import OpenChannel
from relay.channel.verdict import SourceRefusal
from relay.cluster.source_state import SourceState
from relay.model.marks import Mark
from tests.channel.readers import Moment


class SourceStateTests(SynchronousTestCase):
    """The state of a source between processes."""

    def setUp(self) -> None:
        """Open two channels."""
        self.leader, self.replica = (
            OpenChannel(ChannelKey(b"/", (), ()), Moment().channel(), "")
            for _ in range(2)
        )

    def passed_on(self, **told: object) -> SourceState:
        """Show in the replica what the leader's source is."""
        state = SourceState.of(self.leader, **told)  # type: ignore[arg-type]
        read = SourceState.read(state.write())
        self.assertEqual(read, state)
        read.show_in(self.replica)
        return read

    def marks(self) -> list[Mark]:
        """Return what was noted in the replica."""
        return [one.mark for one in self.replica.channel.journal.moments]

    def test_connected(self) -> None:
        """A replica shows the endpoint that the leader has called."""
        self.leader.health, self.leader.endpoint = None, "default"
        self.leader.url = "http://source/"
        self.passed_on()
        replica = self.replica
        shown = (replica.health, replica.endpoint, replica.url)
        self.assertEqual(shown, (None, "default", "http://source/"))
        self.assertEqual(self.marks(), [Mark.SOURCE_CONNECTED])

    def test_down(self) -> None:
        """A source that is down, or refuses, does so in all processes."""
        self.leader.health, self.leader.endpoint = "connection refused", "default"
        self.passed_on()
        self.assertEqual(self.replica.health, "connection refused")
        self.leader.refused = True
        self.passed_on()
        self.assertTrue(self.replica.refused)
        self.assertEqual(self.marks(), [Mark.SOURCE_LOST, Mark.SOURCE_REFUSED])

    def test_verdict(self) -> None:
        """A verdict that is not known is pending; a refusal keeps its challenges."""
        self.leader.channel.verdict.ask()
        self.assertTrue(self.passed_on().pending)
        refusal = SourceRefusal(401, "no", (b'Basic realm="\xe9"',))
        found = self.passed_on(refusal=refusal)
        self.assertEqual((found.pending, found.refusal), (False, refusal))

    def test_ended(self) -> None:
        """The end of a source is noted."""
        self.assertTrue(self.passed_on(ended=True).ended)
        self.assertEqual(self.marks(), [Mark.SOURCE_ENDED])
