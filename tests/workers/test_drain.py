"""The drain of several workers, which stand in for processes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from relay.workers.drain import WorkersDrain
from relay.workers.worker import Load


class DrainTests(SynchronousTestCase):
    """Two workers."""

    def setUp(self) -> None:
        """Let both serve."""
        self.begun: list[tuple[float, float]] = []
        self.done = 0
        self.workers = [
            SimpleNamespace(is_ready=True, is_drained=False, load=Load(3, 1)),
            SimpleNamespace(is_ready=True, is_drained=False, load=Load(2, 0)),
        ]
        self.drain = WorkersDrain(
            cast(Any, self.workers),
            lambda *times: self.begun.append(times),
            4.0,
            14.0,
            self.finish,
        )

    def finish(self) -> None:
        """Count the ends."""
        self.done += 1

    def test_progress(self) -> None:
        """What is left is the sum, and the longest time."""
        self.assertEqual(self.drain.progress(), Load(5, 1, 4.0, 14.0))
        self.drain.start()
        self.assertEqual(self.begun, [(4.0, 14.0)])
        self.workers[0].load = Load(2, 1, 3.0, 13.0, 0.5)
        self.workers[1].load = Load(1, 0, 2.0, 12.0, 0.25)
        self.assertEqual(self.drain.progress(), Load(3, 1, 3.0, 13.0, 0.75))

    def test_the_end(self) -> None:
        """It is over when each worker is drained or has ended."""
        self.workers[0].is_drained = True
        self.workers[1].is_ready = False
        self.drain.look()
        self.assertEqual(self.done, 0, "not begun")
        self.workers[1].is_ready = True
        self.drain.start()
        self.assertFalse(self.workers[0].is_drained, "of an earlier drain")
        self.workers[0].is_drained = True
        self.drain.look()
        self.assertEqual(self.done, 0)
        self.workers[1].is_ready = False
        self.drain.look()
        self.drain.look()
        self.assertEqual(self.done, 1)

    def test_cancelled(self) -> None:
        """A drain that was cancelled reports no end."""
        self.drain.start()
        self.drain.cancel()
        for one in self.workers:
            one.is_drained = True
        self.drain.look()
        self.assertEqual(self.done, 0)
