"""What happens to the calls of the endpoints of one API, in numbers."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from relay.tally import Tally
from relay.upstream.errors import UpstreamError

CANCELLED = "cancelled"
"""The result of a call whose client left before the response head."""
_PREFIX = "GATEWAY_CLIENT_"


class UpstreamCounts:
    """Counts over all endpoints of one API."""

    __slots__ = ("attempts", "connections", "reconnects")

    def __init__(self) -> None:
        self.attempts = Tally()
        """Requests that were sent, or could not be: by endpoint and result."""
        self.connections = Tally()
        """Connections of calls, by endpoint: ``opened`` or ``reused``."""
        self.reconnects = 0
        """Times that the connection of a source was lost, or not made."""

    def answered(self, endpoint: str, status: int) -> None:
        """Count an attempt that was answered."""
        self.attempts.count(endpoint, f"{status // 100}xx")

    def failed(self, endpoint: str, error: UpstreamError) -> None:
        """Count an attempt without an answer."""
        self.attempts.count(endpoint, error.key.removeprefix(_PREFIX).lower())


@runtime_checkable
class Counted(Protocol):
    """An object whose calls of endpoints are counted."""

    def count_in(self, counts: UpstreamCounts) -> None:
        """
        Count the calls from now on.

        :param counts: of the API.
        """
