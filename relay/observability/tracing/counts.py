"""What has become of the spans of a daemon."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

RESULTS = ("exported", "failed", "dropped")


class SpanCounts:
    """Counts spans by their result, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts = dict.fromkeys(RESULTS, 0)
        self.limited = 0
        """How many exchanges and calls were to be recorded and were not, because of the
        limit of each second."""

    def add(self, result: str, count: int) -> None:
        """
        Count some spans.

        :param result: of :data:`RESULTS`.
        """
        with self._lock:
            self._counts[result] += count

    def __getitem__(self, result: str) -> int:
        return self._counts[result]

    def all(self) -> Mapping[str, int]:
        """Return the number of spans of each result."""
        with self._lock:
            return dict(self._counts)
