"""Drops the series of APIs that are no longer served."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Protocol

from twisted.internet.interfaces import IReactorTime

from relay.observability.metrics.samples import Samples
from relay.observability.metrics.series import OTHER

KEPT_S = 60.0
"""How long the series of an API are kept after it is gone, so that its last values are
scraped."""


class ApiCounts(Protocol):
    """Counts by API."""

    @property
    def apis(self) -> Collection[str]:
        """The ids of the APIs that something was counted of."""

    def forget(self, api_id: str) -> None:
        """Drop the counts of an API."""


class GoneApis:
    """
    Drops counts at a scrape, a while after their API is gone.

    :param present: returns the ids of the APIs that are served, or have exchanges.
    :param counts: all that count by API.
    """

    def __init__(
        self,
        clock: IReactorTime,
        present: Callable[[], Collection[str]],
        counts: Collection[ApiCounts],
    ) -> None:
        self._clock = clock
        self._present = present
        self._counts = counts
        self._gone_s: dict[str, float] = {}

    def collect(self, into: Samples) -> Iterator[None]:
        """Drop what is due; there are no samples."""
        now_s = self._clock.seconds()
        known = {api for one in self._counts for api in one.apis}
        gone = known - set(self._present()) - {"", OTHER}
        self._gone_s = {api: self._gone_s.get(api, now_s) for api in gone}
        for api, since_s in self._gone_s.items():
            if now_s - since_s >= KEPT_S:
                for one in self._counts:
                    one.forget(api)
        yield
