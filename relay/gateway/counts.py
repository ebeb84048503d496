"""What happens in each API, in numbers that outlive its deployments."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from relay.channel.counts import ChannelCounts
from relay.tally import Tally
from relay.upstream.counts import UpstreamCounts


class ApiCounts:
    """The counts of one API."""

    __slots__ = ("channels", "upstream", "verdicts", "webhooks")

    def __init__(self) -> None:
        self.channels = ChannelCounts()
        self.upstream = UpstreamCounts()
        self.verdicts = Tally()
        """Decisions, by plan and verdict."""
        self.webhooks = Tally()
        """Attempts to deliver an event, by result; and ``dead_letter``."""


class Counts:
    """The counts of all APIs of a gateway."""

    def __init__(self) -> None:
        self._by_api: dict[str, ApiCounts] = {}

    def of(self, api_id: str) -> ApiCounts:
        """Find or make the counts of an API."""
        found = self._by_api.get(api_id)
        if found is None:
            found = self._by_api[api_id] = ApiCounts()
        return found

    def __iter__(self) -> Iterator[tuple[str, ApiCounts]]:
        return iter(list(self._by_api.items()))

    @property
    def apis(self) -> Collection[str]:
        """The ids of the APIs that have counts."""
        return self._by_api.keys()

    def forget(self, api_id: str) -> None:
        """Drop the counts of an API that is gone."""
        self._by_api.pop(api_id, None)
