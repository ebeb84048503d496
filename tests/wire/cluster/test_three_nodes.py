"""The leader of a channel fails, which three daemons share."""

from __future__ import annotations

from relay.cluster.link import SESSION_MS
from tests.servers.redis import MISSING
from tests.wire.cluster.trio import Trio
from tests.wire.harness.case import WireCase

CLIENTS = 300
INTERVAL_MS = 50
STOPPED_S = 4.0
"""Longer than a session lasts, so that another daemon leads meanwhile."""


class ThreeNodesTests(WireCase):
    """Another daemon leads; clients lose nothing, and get nothing twice."""

    skip = MISSING

    def setUp(self) -> None:
        """Start them with their clients: the source has one connection."""
        self.trio = Trio(self.new_directory(), CLIENTS, INTERVAL_MS)
        self.addCleanup(self.trio.end)
        self.trio.start()
        self.assertEqual(self.trio.source.most_connections(), 1)

    def test_the_leader_is_killed(self) -> None:
        """Its clients go on at another daemon."""
        self.trio.kill()
        self.trio.check()

    def test_the_leader_is_suspended(self) -> None:
        """Its clients wait, and go on when it does."""
        self.assertGreater(STOPPED_S * 1000, SESSION_MS)
        self.trio.stop(STOPPED_S)
        self.trio.check()
        self.assertEqual(self.trio.crowds[0].reconnects, [])

    def test_the_leader_is_cut_off(self) -> None:
        """What it still appends is refused, when it arrives."""
        self.trio.cut()
        self.trio.check()
        refusals = (b"*1\r\n$6\r\nFENCED\r\n", b"*1\r\n$5\r\nENDED\r\n")
        self.assertIn(self.trio.gate.answer, refusals)
