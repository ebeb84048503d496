"""The samples of several workers."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.node.history import LATE_MS, PERIOD_MS, PeerSamples, merged
from relay.technical.history import NodeHistory, Wanted
from tests.node.case import PeersCase

STREAMS = Wanted(None, ("streams", "loopLagMs"))
BASE_MS = 1_000_000 * PERIOD_MS


def part(*samples: tuple[int, float | None, float]) -> dict[str, Any]:
    """Write the samples of a worker: times after the base, streams, and lags."""
    return {
        "timestamps": [BASE_MS + at_ms for at_ms, _, _ in samples],
        "series": {
            "streams": [streams for _, streams, _ in samples],
            "loopLagMs": [lag for _, _, lag in samples],
        },
    }


def shown(*parts: dict[str, Any], since: int = 0, now: int = 10**6) -> Any:
    """Merge samples, with times after the base."""
    since_ms = BASE_MS + since if since else 0
    found = merged(parts, STREAMS, since_ms, BASE_MS + now)
    return (
        [at_ms - BASE_MS for at_ms in found["timestamps"]],
        found["series"]["streams"],
        found["series"]["loopLagMs"],
    )


class MergedTests(SynchronousTestCase):
    """Samples that were taken at different times."""

    def test_whole_periods(self) -> None:
        """Values are added, or the largest is taken, at the end of each period."""
        found = shown(
            part((3_000, 1, 5), (13_000, 2, 6), (23_010, 3, 7)),
            part((9_000, 10, 6), (19_000, 20, 5), (29_000, 30, 9)),
        )
        self.assertEqual(found, ([10_000, 20_000, 30_000], [11, 22, 33], [6, 6, 9]))

    def test_a_late_timer(self) -> None:
        """A worker without a sample in a period has that of the period before."""
        found = shown(part((9_990, 1, 1), (20_005, 2, 1)), part((5_000, 5, 1)))
        self.assertEqual(found, ([10_000, 20_000, 30_000], [6, 6, 2], [1, 1, 1]))

    def test_a_worker_that_is_gone(self) -> None:
        """Nothing is known of it two periods later."""
        found = shown(part((5_000, 1, 1), (35_000, 2, 1)), part((5_000, 5, 1)))
        self.assertEqual(found[0], [10_000, 20_000, 30_000, 40_000])
        self.assertEqual(found[1], [6, 6, None, 2])

    def test_since(self) -> None:
        """Periods until then are left out."""
        samples = part((5_000, 1, 1), (15_000, 2, 1))
        self.assertEqual(shown(samples, since=10_000)[0], [20_000])
        self.assertEqual(shown(samples, since=20_000)[0], [])

    def test_what_is_shown_does_not_change(self) -> None:
        """A period is shown when it is over."""
        samples = part((5_000, 1, 1), (15_000, 2, 1))
        self.assertEqual(shown(samples, now=20_000 + LATE_MS - 1)[0], [10_000])
        self.assertEqual(shown(samples, now=20_000 + LATE_MS)[0], [10_000, 20_000])

    def test_nothing(self) -> None:
        """At first there are no samples."""
        self.assertEqual(shown(part(), part()), ([], [], []))
        self.assertEqual(shown(), ([], [], []))

    def test_apis(self) -> None:
        """An API is known if one of the workers knows it."""
        at = {"timestamps": [BASE_MS + 5_000]}
        found = merged(
            [
                {**at, "apis": {"a": {"streams": [1]}, "b": None, "c": None}},
                {
                    **at,
                    "apis": {"a": {"streams": [2]}, "b": {"streams": [4]}, "c": None},
                },
            ],
            Wanted(("a", "b", "c"), ("streams",)),
            0,
            BASE_MS + 10**6,
        )
        self.assertEqual(
            found["apis"], {"a": {"streams": [3]}, "b": {"streams": [4]}, "c": None}
        )


class _Sampled:
    """The samples of one worker."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self.asked: list[tuple[Wanted, int]] = []

    def document(self, wanted: Wanted, since_ms: int) -> dict[str, Any]:
        """Return them, and note what is asked for."""
        self.asked.append((wanted, since_ms))
        return self._document

    def follow(self, callback: object) -> None:
        """Never called."""

    def unfollow(self, callback: object) -> None:
        """Never called."""


class PeerTests(PeersCase):
    """Two workers, and one that does not answer."""

    async def test_document(self) -> None:
        """What is asked for is passed on, from two periods before."""
        clock = Clock()
        workers = [
            _Sampled({**part((5_000, n, n)), "apis": {"a&b": {"streams": [n]}}})
            for n in (1, 2)
        ]
        for one in workers:
            self.worker(NodeHistory(one, clock))
        self.absent()
        samples = PeerSamples(self.peers, clock, lambda: BASE_MS + 10**6)
        found = await samples.document(STREAMS, BASE_MS)
        self.assertEqual(
            found,
            {
                "intervalMs": PERIOD_MS,
                "timestamps": [BASE_MS + 10_000],
                "series": {"streams": [3], "loopLagMs": [2]},
                "unreachable": ["node/3"],
            },
        )
        self.assertEqual(workers[0].asked, [(STREAMS, BASE_MS - 2 * PERIOD_MS)])
        found = await samples.document(Wanted(("a&b",), ("streams",)), 0)
        self.assertEqual(found["apis"], {"a&b": {"streams": [3]}})
        self.assertEqual(workers[1].asked[-1], (Wanted(("a&b",), ("streams",)), 0))

    async def test_follow(self) -> None:
        """While somebody follows, samples are looked for now and then."""
        clock, looks = Clock(), list[int]()
        samples = PeerSamples(self.peers, clock, lambda: 0)

        def look() -> None:
            looks.append(1)

        samples.follow(look)
        clock.advance(2)
        clock.advance(2)
        samples.unfollow(look)
        samples.unfollow(look)
        clock.advance(2)
        self.assertEqual(len(looks), 2)
        self.assertEqual(clock.getDelayedCalls(), [])
