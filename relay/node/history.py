"""
The samples of a daemon with several workers.

Theory of operation. Each worker takes its samples at times of its own. The samples of
the daemon are those of whole periods: to each, every worker contributes its newest
sample of the period, or of the one before it if its timer was late. A period is over
for the daemon when its end is :data:`LATE_MS` ago: what a client was shown of it does
not change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall

from relay.node.peers import Peers
from relay.observability.history.history import PERIOD_S
from relay.technical.history import Wanted

PERIOD_MS = round(PERIOD_S * 1000)
LATE_MS = 500
"""How late a sample of a period may be asked for, in milliseconds."""
LARGEST = ("lagP50Ms", "lagP99Ms", "loopLagMs")
"""The series of which the largest value of all workers is shown; others are added."""
_LOOK_S = 2.0
_Column = Sequence[float | None]


def merged(
    parts: Sequence[Mapping[str, Any]], wanted: Wanted, since_ms: int, now_ms: int
) -> dict[str, Any]:
    """
    Return the samples of a daemon, made of those of its workers.

    :param parts: the samples of each worker as columns.
    :param since_ms: those until then are left out.
    :param now_ms: periods that are not over by then are left out.
    """
    ends = _periods(parts, since_ms, now_ms)
    places = [[_place(part["timestamps"], end) for end in ends] for part in parts]

    def column(columns: Sequence[_Column | None], name: str) -> list[float | None]:
        return [
            _value(
                [
                    None if one is None or (at := place[number]) is None else one[at]
                    for one, place in zip(columns, places, strict=True)
                ],
                name,
            )
            for number in range(len(ends))
        ]

    shown: dict[str, Any] = {"intervalMs": PERIOD_MS, "timestamps": ends}
    if wanted.apis is None:
        shown["series"] = {
            name: column([part["series"].get(name) for part in parts], name)
            for name in wanted.names
        }
        return shown
    shown["apis"] = {}
    for api_id in wanted.apis:
        found = [part["apis"].get(api_id) for part in parts]
        shown["apis"][api_id] = (
            None
            if found and all(one is None for one in found)
            else {
                name: column(
                    [None if one is None else one.get(name) for one in found], name
                )
                for name in wanted.names
            }
        )
    return shown


def _periods(
    parts: Sequence[Mapping[str, Any]], since_ms: int, now_ms: int
) -> list[int]:
    """Return the ends of the periods of which there are samples."""
    taken = [at_ms for part in parts for at_ms in part["timestamps"]]
    if not taken:
        return []
    first = -(-min(taken) // PERIOD_MS) * PERIOD_MS
    last = min(
        -(-max(taken) // PERIOD_MS) * PERIOD_MS,
        (now_ms - LATE_MS) // PERIOD_MS * PERIOD_MS,
    )
    return [end for end in range(first, last + 1, PERIOD_MS) if end > since_ms]


def _place(timestamps: Sequence[int], end_ms: int) -> int | None:
    """Return the place of the newest sample of a period, or of the one before it."""
    number = bisect_right(timestamps, end_ms) - 1
    if number < 0 or timestamps[number] <= end_ms - 2 * PERIOD_MS:
        return None
    return number


def _value(values: Sequence[float | None], name: str) -> float | None:
    known = [one for one in values if one is not None]
    if not known:
        return None
    return max(known) if name in LARGEST else round(sum(known), 3)


class PeerSamples:
    """
    The samples of all workers.

    :param clock: of the looks for further samples.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self, peers: Peers, clock: IReactorTime, wall_ms: Callable[[], int]
    ) -> None:
        self._peers = peers
        self._wall_ms = wall_ms
        self._followers: list[Callable[[], object]] = []
        self._looks: LoopingCall = LoopingCall(self._look)
        self._looks.clock = clock

    async def document(self, wanted: Wanted, since_ms: int) -> dict[str, Any]:
        """
        Return samples as columns.

        :param since_ms: those until then are left out.
        """
        # The newest sample of a worker may be of the period before.
        query = f"sinceMs={max(since_ms - 2 * PERIOD_MS, 0)}"
        query += f"&series={','.join(wanted.names)}"
        if wanted.apis is not None:
            query += f"&apis={quote(','.join(wanted.apis))}"
        answers = await self._peers.ask_all("GET", "/history", query)
        shown = merged(answers.contents, wanted, since_ms, self._wall_ms())
        if answers.unreachable:
            shown["unreachable"] = list(answers.unreachable)
        return shown

    def follow(self, callback: Callable[[], object]) -> None:
        """Call back when there may be further samples, from now on."""
        self._followers.append(callback)
        if not self._looks.running:
            self._looks.start(_LOOK_S, now=False)

    def unfollow(self, callback: Callable[[], object]) -> None:
        """Call back no more; may be called again."""
        if callback in self._followers:
            self._followers.remove(callback)
        if not self._followers and self._looks.running:
            self._looks.stop()

    def _look(self) -> None:
        for callback in list(self._followers):
            callback()
