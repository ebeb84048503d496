"""The state of deliveries, and when it is written."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.deliveries import DeliveryState
from relay.webhook.progress import FLUSH_S, Progress
from tests.webhook.desk import MemoryStore


class JournalTests(SynchronousTestCase):
    """A store in memory that can be down."""

    def setUp(self) -> None:
        """Begin with nothing."""
        self.clock = Clock()
        self.store = MemoryStore()
        self.progress = Progress(self.clock, self.store)

    def load(self, channel: str = "/a") -> DeliveryState:
        """Ask how far a subscription is."""
        return self.successResultOf(self.progress.load("api", "sub", channel))

    def test_a_batch(self) -> None:
        """Many changes are one write, within ``FLUSH_S`` seconds."""
        state = self.load()
        for number in range(100):
            self.progress.note(replace(state, position=str(number)))
            self.clock.advance(FLUSH_S / 200)
        self.assertEqual(self.store.keeps, 0)
        self.clock.advance(FLUSH_S / 2)
        self.assertEqual(self.store.keeps, 1)
        self.assertEqual(self.store.states["sub"].position, "99")
        self.clock.advance(10 * FLUSH_S)
        self.assertEqual(self.store.keeps, 1)

    def test_at_once(self) -> None:
        """A flush writes at once, and writes nothing if nothing changed."""
        self.progress.note(replace(self.load(), position="1"))
        self.successResultOf(self.progress.flush())
        self.assertEqual(self.store.states["sub"].position, "1")
        self.successResultOf(self.progress.flush())
        self.assertEqual(self.store.keeps, 1)

    def test_a_store_that_is_down(self) -> None:
        """A failed write is repeated with the newest state."""
        state = self.load()
        self.store.down = True
        self.progress.note(replace(state, position="1"))
        self.clock.advance(FLUSH_S)
        self.progress.note(replace(state, position="2"))
        self.store.down = False
        self.clock.advance(FLUSH_S)
        self.assertEqual(self.store.states["sub"].position, "2")

    def test_what_another_writes(self) -> None:
        """
        A state that was written in another transaction is not overwritten by an older
        one.
        """
        state = self.load()
        self.progress.note(replace(state, position="1"))
        self.progress.written(replace(state, position="2"))
        self.clock.advance(FLUSH_S)
        self.assertEqual(self.store.keeps, 0)
        self.assertEqual(self.load().position, "2")

    def test_another_process(self) -> None:
        """
        After the lease was lost, nothing is written, and the state is loaded again.
        """
        state = self.load()
        self.progress.note(replace(state, position="1"))
        self.progress.forget("api")
        self.clock.advance(FLUSH_S)
        self.assertEqual(self.store.keeps, 0)
        self.store.states["sub"] = replace(state, position="7")
        self.assertEqual(self.load().position, "7")

    def test_another_channel(self) -> None:
        """The place belongs to its channel; the counts are kept for another channel."""
        self.store.states["sub"] = DeliveryState("sub", "api", "/a", "7", 3)
        state = self.load("/b")
        self.assertEqual((state.position, state.delivered), (None, 3))
