"""The list of the workers."""

from __future__ import annotations

from os import getpid

from twisted.internet.task import Clock

from relay.node.facts import WorkerList
from relay.technical.node import Node, NodeFacts
from tests.node.case import PeersCase


class ListTests(PeersCase):
    """Two workers, one of which does not answer."""

    async def test_list(self) -> None:
        """Of the other one only the id is known."""
        self.worker(Node(NodeFacts.of_start("node/1", 1_000, Clock())))
        self.absent()
        self.assertEqual(
            await WorkerList(self.peers)(),
            [
                {
                    "id": "node/1",
                    "pid": getpid(),
                    "startedAt": "1970-01-01T00:00:01.000Z",
                    "uptimeMs": 0,
                },
                {"id": "node/2"},
            ],
        )
