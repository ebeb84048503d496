"""A histogram of durations, in bounded memory."""

from __future__ import annotations

from math import ceil, log

LEAST_MS = 0.01
"""The upper bound of the first bucket, in milliseconds."""
_STEP = 2 ** (1 / 8)
"""The ratio of two bounds: a quantile is at most a tenth too high."""
_BUCKETS = 270
"""Up to a day and more."""
_BAR = 40
_QUANTILES = (50, 90, 99, 99.9)


class Histogram:
    """Counts durations in buckets whose bounds grow by a ratio."""

    def __init__(self) -> None:
        self._counts = [0] * _BUCKETS
        self.count = 0
        self.max_ms = 0.0
        self.min_ms = 0.0
        self._sum_ms = 0.0

    def add(self, duration_ms: float) -> None:
        """Count a duration; a negative one counts as 0."""
        duration_ms = max(duration_ms, 0.0)
        self._counts[_bucket(duration_ms)] += 1
        self.min_ms = min(self.min_ms, duration_ms) if self.count else duration_ms
        self.max_ms = max(self.max_ms, duration_ms)
        self.count += 1
        self._sum_ms += duration_ms

    def quantile(self, percent: float) -> float:
        """Return the milliseconds that so many percent do not exceed."""
        wanted = max(ceil(self.count * percent / 100), 1)
        seen = 0
        for bucket, count in enumerate(self._counts):
            seen += count
            if seen >= wanted:
                return min(_bound_ms(bucket), self.max_ms)
        return self.max_ms

    def to_json(self) -> dict[str, float] | None:
        """Return count, mean and quantiles in milliseconds; None without durations."""
        if not self.count:
            return None
        found = {
            "count": self.count,
            "minMs": round(self.min_ms, 3),
            "meanMs": round(self._sum_ms / self.count, 3),
        }
        for percent in _QUANTILES:
            name = f"p{percent:g}".replace(".", "")
            found[f"{name}Ms"] = round(self.quantile(percent), 3)
        return {**found, "maxMs": round(self.max_ms, 3)}

    def lines(self) -> list[str]:
        """Draw it: one line for each doubling that has durations, with a bar."""
        drawn: dict[int, int] = {}
        for bucket, count in enumerate(self._counts):
            if count:
                drawn[-(-bucket // 8)] = drawn.get(-(-bucket // 8), 0) + count
        if not drawn:
            return []
        most = max(drawn.values())
        return [
            f"{'≤ ' + _text(_bound_ms(row * 8)):>12} ms {drawn.get(row, 0):>9} "
            f"{'█' * ceil(drawn.get(row, 0) * _BAR / most)}".rstrip()
            for row in range(min(drawn), max(drawn) + 1)
        ]

    def summary(self) -> str:
        """Return the quantiles in a line."""
        told = [f"p{one:g} {_text(self.quantile(one))}" for one in _QUANTILES]
        return f"{', '.join(told)}, max {_text(self.max_ms)} ms"


def _bucket(duration_ms: float) -> int:
    if duration_ms <= LEAST_MS:
        return 0
    return min(ceil(log(duration_ms / LEAST_MS, _STEP) - 1e-9), _BUCKETS - 1)


def _bound_ms(bucket: int) -> float:
    return LEAST_MS * _STEP**bucket


def _text(duration_ms: float) -> str:
    return f"{duration_ms:.2f}" if duration_ms < 10 else f"{duration_ms:.0f}"
