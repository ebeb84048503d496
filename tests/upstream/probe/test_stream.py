"""What a stream shows of its source."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.probe.stream import (
    LONGEST_SHOWN,
    MOST_BYTES,
    MOST_SHOWN,
    ObservedStream,
)


class StreamTests(SynchronousTestCase):
    """Reading a stream at times that the test sets."""

    def setUp(self) -> None:
        self.now_ms = 100
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.stream = ObservedStream(
            lambda: self.now_ms, lambda name, members: self.told.append((name, members))
        )

    def take(self, at_ms: int, data: bytes) -> bool:
        """Read some bytes at a time since the head."""
        self.now_ms = 100 + at_ms
        return self.stream.take(data)

    def test_events(self) -> None:
        """An event is reported with its fields."""
        self.take(1, b"id: 7\nevent: news\nretry: 10\ndata: a\n")
        self.assertEqual(self.told, [])
        self.take(2, b"data: b\n\n")
        self.assertEqual(
            self.told,
            [
                (
                    "event",
                    {
                        "number": 1,
                        "event": "news",
                        "data": "a\nb",
                        "characters": 3,
                        "id": "7",
                        "retry": 10,
                    },
                )
            ],
        )

    def test_heartbeats(self) -> None:
        """The interval is the longest time between two heartbeats."""
        self.assertFalse(self.take(0, b":welcome\n\n"))
        self.assertTrue(self.take(60_000, b":\n"))
        self.assertTrue(self.take(119_000, b":\n"))
        self.now_ms += 5
        silence = self.stream.silence()
        self.assertEqual(silence.heartbeat_ms, 60_000)
        self.assertEqual(silence.longest_ms, 60_000)
        self.assertEqual(silence.probed_ms, 119_005)
        self.assertEqual(
            [one for _, one in self.told],
            [
                {"number": 1},
                {"number": 2, "intervalMs": 60_000},
                {"number": 3, "intervalMs": 59_000},
            ],
        )

    def test_heartbeats_that_are_events(self) -> None:
        """Events of some types are heartbeats."""
        for at_ms, kind in ((0, b"ping"), (4000, b"heartbeat"), (8000, b"KeepAlive")):
            self.take(at_ms, b"event: %s\ndata: {}\n\n" % kind)
        self.assertEqual((self.stream.heartbeats, self.stream.events), (3, 3))
        self.assertEqual(self.stream.silence().heartbeat_ms, 4000)

    def test_silence(self) -> None:
        """Events interrupt a silence; the one at the end counts."""
        self.take(1000, b"data: a\n\n")
        self.now_ms += 7000
        silence = self.stream.silence()
        self.assertIsNone(silence.heartbeat_ms)
        self.assertEqual(silence.longest_ms, 7000)

    def test_bounds(self) -> None:
        """What is reported has a bound, and what is read, too."""
        self.take(0, b"data: %s\n\n" % (b"x" * (LONGEST_SHOWN + 1)))
        ((_, shown),) = self.told
        self.assertEqual(len(shown["data"]), LONGEST_SHOWN)
        self.assertEqual(shown["characters"], LONGEST_SHOWN + 1)
        self.take(1, b"data: a\n\n" * (MOST_SHOWN + 5))
        for at_ms in range(MOST_SHOWN + 5):
            self.take(at_ms, b":\n")
        self.assertEqual(len(self.told), 2 * MOST_SHOWN)
        self.assertEqual(self.stream.events, MOST_SHOWN + 6)
        self.assertFalse(self.stream.is_full)
        self.take(2, b"data: " + b"x" * MOST_BYTES)
        self.assertTrue(self.stream.is_full)
