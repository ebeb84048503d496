"""The health and the readiness of several workers."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.node.health import (
    NO_WORKER,
    NodeProbes,
    NodeReadiness,
    merged,
    why_unready,
)
from relay.observability.probes import Health as Result, Probes
from relay.technical.health import Health
from tests.node.case import PeersCase


class MergedTests(SynchronousTestCase):
    """One result of several."""

    def test_all_are_healthy(self) -> None:
        """The figures are the largest, and those of each process are beside them."""
        parts: dict[str, dict[str, Any]] = {
            "control": {"healthy": True, "lateMs": 3, "path": "a"},
            "node/1": {"healthy": True, "lateMs": 7},
        }
        self.assertEqual(
            merged(parts).to_json(),
            {"healthy": True, "lateMs": 7, "path": "a", "processes": parts},
        )

    def test_the_worst_counts(self) -> None:
        """Each process that is not healthy is named with its message."""
        found = merged(
            {
                "control": {"healthy": True},
                "node/1": {"healthy": False, "message": "too late"},
                "node/2": {"healthy": False, "message": "later"},
            }
        )
        self.assertFalse(found.healthy)
        self.assertEqual(found.message, "node/1: too late; node/2: later")


class ReadyTests(SynchronousTestCase):
    """Whether clients should be sent to the daemon."""

    def test_ready(self) -> None:
        """A worker that starts again does not make the daemon unready."""
        self.assertEqual(why_unready({}, {"1": {}, "2": {"starting": "not yet"}}), {})

    def test_all_start(self) -> None:
        """At the start none is ready."""
        starting = {"starting": "not yet"}
        self.assertEqual(
            why_unready({}, {"1": starting, "2": starting}),
            {"starting": "1: not yet"},
        )
        self.assertEqual(why_unready({}, {}), {"workers": NO_WORKER})

    def test_any_other_reason(self) -> None:
        """It counts, as that of the control process does."""
        self.assertEqual(
            why_unready({"x": "y"}, {"1": {}, "2": {"openFiles": "full"}}),
            {"x": "y", "openFiles": "2: full"},
        )


class NodeTests(PeersCase):
    """A control process with two workers, one of which is ill."""

    def setUp(self) -> None:
        """Start them."""
        super().setUp()
        own = Probes(Clock())
        own.add("store", lambda: Result(True))
        own.add("certificates", lambda: Result(True))
        self.start(Result(True), {})
        self.start(Result(False, "broken"), {"openFiles": "full"})
        self.probes = NodeProbes(own, ("store", "follower"), self.peers)

    def start(self, store: Result, reasons: dict[str, str]) -> None:
        """Start a worker."""
        probes = Probes(Clock())
        probes.add("store", lambda: store)
        probes.add("follower", lambda: Result(True, facts={"lateMs": 1}))
        self.worker(Health(probes, lambda: reasons))

    async def test_probes(self) -> None:
        """All probes of all processes."""
        found = {name: one.to_json() for name, one in (await self.probes.run()).items()}
        self.assertEqual(list(found), ["store", "certificates", "follower"])
        self.assertEqual(list(found), self.probes.names)
        self.assertFalse(found["store"]["healthy"])
        self.assertEqual(found["store"]["message"], "node/2: broken")
        self.assertEqual(
            list(found["store"]["processes"]), ["control", "node/1", "node/2"]
        )
        self.assertEqual(found["certificates"], {"healthy": True})
        self.assertEqual(found["follower"]["lateMs"], 1)

    async def test_chosen(self) -> None:
        """Only the named probes are run."""
        self.assertEqual(list(await self.probes.run(["follower"])), ["follower"])
        found = await self.probes.run(["certificates"])
        self.assertEqual(found["certificates"].to_json(), {"healthy": True})

    async def test_no_answer(self) -> None:
        """A worker that does not answer fails its probes."""
        self.absent()
        found = await self.probes.run(["follower"])
        self.assertEqual(found["follower"].message, "node/3: no answer")
        self.assertFalse(found["follower"].healthy)

    async def test_ready(self) -> None:
        """The reasons of a worker are those of the daemon."""
        readiness = NodeReadiness(lambda: {}, self.peers)
        self.assertEqual(await readiness.reasons(), {"openFiles": "node/2: full"})
