"""What is known of deliveries, and when it is written."""

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
        """Many notes are one write, within the time that is told."""
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
        """Before a clean stop."""
        self.progress.note(replace(self.load(), position="1"))
        self.successResultOf(self.progress.flush())
        self.assertEqual(self.store.states["sub"].position, "1")
        self.successResultOf(self.progress.flush())
        self.assertEqual(self.store.keeps, 1)

    def test_a_store_that_is_down(self) -> None:
        """Is asked again, with what is known by then."""
        state = self.load()
        self.store.down = True
        self.progress.note(replace(state, position="1"))
        self.clock.advance(FLUSH_S)
        self.progress.note(replace(state, position="2"))
        self.store.down = False
        self.clock.advance(FLUSH_S)
        self.assertEqual(self.store.states["sub"].position, "2")

    def test_what_another_writes(self) -> None:
        """Is not written again, lest it be older."""
        state = self.load()
        self.progress.note(replace(state, position="1"))
        self.progress.written(replace(state, position="2"))
        self.clock.advance(FLUSH_S)
        self.assertEqual(self.store.keeps, 0)
        self.assertEqual(self.load().position, "2")

    def test_another_process(self) -> None:
        """What it has written meanwhile counts, and nothing that was not written."""
        state = self.load()
        self.progress.note(replace(state, position="1"))
        self.progress.forget("api")
        self.clock.advance(FLUSH_S)
        self.assertEqual(self.store.keeps, 0)
        self.store.states["sub"] = replace(state, position="7")
        self.assertEqual(self.load().position, "7")

    def test_another_channel(self) -> None:
        """A place in one says nothing of another; the counts stay."""
        self.store.states["sub"] = DeliveryState("sub", "api", "/a", "7", 3)
        state = self.load("/b")
        self.assertEqual((state.position, state.delivered), (None, 3))
