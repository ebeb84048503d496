"""Publications that are repeated because their answer was lost."""

from __future__ import annotations

import tracemalloc

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.idempotency import (
    MOST_IDS,
    REMEMBERED_S,
    Idempotency,
    KeyReused,
    publication_key,
)


class IdempotencyTests(SynchronousTestCase):
    """Remembered for ten minutes, for each topic."""

    def test_a_key_is_remembered_for_a_while(self) -> None:
        """A key is known for ``REMEMBERED_S`` seconds, and for its topic only."""
        clock = Clock()
        known = Idempotency(clock.seconds)
        known.remember("t", "k", ["a"])
        clock.advance(REMEMBERED_S - 1)
        self.assertEqual(known.find("t", "k"), ["a"])
        self.assertIsNone(known.find("other", "k"))
        clock.advance(2)
        self.assertIsNone(known.find("t", "k"))

    def test_no_more_is_remembered_than_fits(self) -> None:
        """The oldest goes first, however many ids each of them got."""
        known = Idempotency(Clock().seconds)
        for number in range(MOST_IDS // 1000 + 1):
            known.remember("t", str(number), ["id"] * 999)
        self.assertIsNone(known.find("t", "0"))
        self.assertEqual(len(known.find("t", "1") or []), 999)
        known.remember("t", "1", ["again"])
        known.remember("t", "one more", ["id"] * 997)
        self.assertEqual(known.find("t", "1"), ["again"])
        self.assertIsNotNone(known.find("t", "2"))

    def test_publications_that_were_withheld_count(self) -> None:
        """Each takes some memory, whatever its topic is called."""
        known = Idempotency(Clock().seconds)
        topic = "t" * 14_000
        known.remember(topic, "the first", [])
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        for number in range(1000):
            known.remember(topic, str(number), [])
        self.assertLess(tracemalloc.get_traced_memory()[0], 1_000_000)
        for number in range(MOST_IDS):
            known.remember("t", str(number), [])
        self.assertIsNone(known.find(topic, "the first"))
        self.assertEqual(known.find("t", "0"), [])

    def test_another_publication_under_a_key_is_no_repetition(self) -> None:
        """
        Another publication with the same key is refused, during the first and
        afterwards.
        """
        known = Idempotency(Clock().seconds)
        first: Deferred[list[str]] = Deferred()
        key = publication_key(["caller"], "k", [b"one"])
        other = publication_key(["caller"], "k", [b"two"])
        done = known.once("t", key, lambda: first)
        self.assertRaises(KeyReused, known.once, "t", other, Deferred)
        first.callback(["a"])
        self.assertEqual(self.successResultOf(done), ["a"])
        self.assertRaises(KeyReused, known.once, "t", other, Deferred)
        self.assertEqual(known.find("t", key), ["a"])

    def test_a_key_is_its_caller_s(self) -> None:
        """Different callers and keys never make the same publication key."""
        content = [b"one"]
        keys = {
            publication_key(caller, key, content)
            for caller, key in (
                (["a", "b"], "k"),
                (["ab"], "k"),
                (["a"], "bk"),
                (["a", "c"], "k"),
                (["a", "b"], "l"),
            )
        }
        self.assertEqual(len(keys), 5)

    def test_what_is_under_way_is_not_begun_again(self) -> None:
        """A repetition waits for the first publication, and has its result."""
        known = Idempotency(Clock().seconds)
        begun: list[Deferred[list[str]]] = []

        def publish() -> Deferred[list[str]]:
            begun.append(Deferred())
            return begun[-1]

        failing = [known.once("t", "k", publish) for _ in range(3)]
        begun[0].errback(OSError("full"))
        for one in failing:
            self.failureResultOf(one, OSError)
        waiting = [known.once("t", "k", publish) for _ in range(3)]
        other = known.once("other", "k", publish)
        begun[1].callback(["a"])
        waiting.append(known.once("t", "k", publish))
        self.assertEqual([self.successResultOf(one) for one in waiting], [["a"]] * 4)
        self.assertNoResult(other)
        self.assertEqual(len(begun), 3)

    def test_what_cannot_even_begin(self) -> None:
        """Leaves the key free."""
        known = Idempotency(Clock().seconds)

        def refuse() -> Deferred[list[str]]:
            raise ValueError("no event")

        for _ in range(2):
            self.assertRaises(ValueError, known.once, "t", "k", refuse)
