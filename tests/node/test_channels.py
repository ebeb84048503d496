"""The channels of several workers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.management.resources.gateway import NO_GATEWAY
from relay.node.channels import (
    MOST_READERS,
    PeerChannels,
    merged,
    merged_of_api,
    merged_one,
)
from relay.node.peers import Unreachable
from relay.node.private import OwnGateway, OwnRoutes
from relay.technical.channels import NodeChannels
from relay.technical.gathered import Gathered
from tests.node.case import PeersCase


def channel(name: str = "c", leads: bool = False, **members: Any) -> dict[str, Any]:
    """Describe a channel in one worker."""
    connection: dict[str, Any] = {"endpoint": "e", "problem": None, "clocks": {}}
    connections = [connection] if leads else []
    return {
        "apiId": "a",
        "channel": name,
        "state": "OPEN",
        "readers": {"total": 2, "lagging": 1},
        "log": {"first": 1, "last": 5, "entries": 5, "bytes": 50},
        "source": {"state": "UP", "problem": None, "connections": connections},
        "clocks": {},
        **members,
    }


def reader(stream_id: str, behind: int) -> dict[str, Any]:
    """Describe a reader."""
    return {"streamId": stream_id, "lag": {"events": behind, "ms": 0, "bytes": 0}}


class MergedTests(SynchronousTestCase):
    """A channel in several workers."""

    def test_of_one_worker(self) -> None:
        """It is shown as it is."""
        only = channel()
        self.assertEqual(merged([[only], []]), [only])

    def test_of_several(self) -> None:
        """The readers of all, the source of the leader, the log that is farthest."""
        log = {"first": 2, "last": 7, "entries": 6, "bytes": 60}
        found = merged([[channel(), channel("d")], [channel(leads=True, log=log)]])
        self.assertEqual([one["channel"] for one in found], ["c", "d"])
        self.assertEqual(found[0]["readers"], {"total": 4, "lagging": 2})
        self.assertEqual(len(found[0]["source"]["connections"]), 1)
        self.assertEqual(found[0]["log"], log)
        self.assertEqual(found[1], channel("d"))

    def test_readers(self) -> None:
        """Those that are farthest behind come first."""
        readers = {"total": 1, "lagging": 1, "states": {"LIVE": 1}}
        found = merged_one(
            [
                channel(positions=[reader("x", 1)], moments=[], readers=readers),
                channel(positions=[reader("y", 3)], moments=[{}], readers=readers),
            ]
        )
        self.assertEqual([one["streamId"] for one in found["positions"]], ["y", "x"])
        self.assertEqual(found["readers"]["states"], {"LIVE": 2})
        many = [reader(str(n), n) for n in range(MOST_READERS)]
        both = [channel(positions=many, moments=[]) for _ in range(2)]
        self.assertEqual(len(merged_one(both)["positions"]), MOST_READERS)

    def test_of_an_api(self) -> None:
        """The management API shows the leader's source, and all subscribers."""
        follower = {
            "channel": "c",
            "state": "OPEN",
            "subscribers": 2,
            "events": 4,
            "lastEventId": "4",
            "health": "DOWN",
            "problem": "p",
        }
        leader = {
            **follower,
            "subscribers": 3,
            "events": 5,
            "lastEventId": "5",
            "health": "UP",
            "problem": None,
            "endpoint": "e",
            "url": "u",
        }
        self.assertEqual(
            merged_of_api([[follower], [leader]]), [{**leader, "subscribers": 5}]
        )
        self.assertEqual(merged_of_api([[], []]), [])


class _View:
    """The channels of one worker."""

    def __init__(self, *channels: dict[str, Any]) -> None:
        self._channels = channels

    async def all(self, api_ids: Collection[str]) -> list[dict[str, Any]]:
        """Return those of some APIs."""
        return [one for one in self._channels if one["apiId"] in (api_ids or "a")]

    async def one(self, api_id: str, digest: str) -> dict[str, Any] | None:
        """Return one of them."""
        for found in self._channels:
            if (found["apiId"], found["channel"]) == (api_id, digest):
                return {**found, "positions": [], "moments": []}
        return None


class PeerTests(PeersCase):
    """Two workers."""

    def setUp(self) -> None:
        """Start them."""
        super().setUp()
        for view in (_View(channel("c"), channel("d")), _View(channel("c"))):
            own: Any = OwnGateway(
                None,  # type: ignore[arg-type]
                view,
                None,
                None,  # type: ignore[arg-type]
                None,  # type: ignore[arg-type]
                None,  # type: ignore[arg-type]
                NO_GATEWAY,
                None,  # type: ignore[arg-type]
                None,  # type: ignore[arg-type]
            )
            self.worker(NodeChannels(view), OwnRoutes(None, own))  # type: ignore[arg-type]
        self.channels = PeerChannels(self.peers)

    async def test_all(self) -> None:
        """Each channel once."""
        found = await self.channels.all([])
        self.assertEqual([one["channel"] for one in found], ["c", "d"])
        self.assertEqual(await self.channels.all(["x&y"]), [])
        self.absent()
        found = await self.channels.all(["a"])
        assert isinstance(found, Gathered)
        self.assertEqual((len(found), found.unreachable), (2, ("node/3",)))

    async def test_one(self) -> None:
        """A channel that is not found may be open in a worker that does not answer."""
        found = await self.channels.one("a", "c")
        assert found is not None
        self.assertEqual(found["readers"]["total"], 4)
        self.assertIsNone(await self.channels.one("a", "e"))
        self.absent()
        self.assertIsNotNone(await self.channels.one("a", "d"))
        with self.assertRaises(Unreachable):
            await self.channels.one("a", "e")
