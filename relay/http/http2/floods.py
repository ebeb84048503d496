"""
Addresses whose HTTP/2 connections were ended for a flood.

A client that is cut off for a flood of frames or of resets can connect again at once.
Each flood from an address therefore leaves the next connections of that address a tenth
of the budget, and from the third flood on no connection is accepted for a while. An
address from which no flood came for a minute has the full budget again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from relay.http.headers import ipv6_network

FORGIVE_S = 60.0
"""How long after its last flood an address has its full budget again."""
TOLERATED = 2
"""How many floods of an address only lessen its budgets."""
REFUSE_S = 1.0
"""How long no connection is accepted after one flood more; it doubles with each."""
LONGEST_REFUSE_S = 30.0
MOST_ADDRESSES = 10_000
"""How many are remembered; the one without a flood for the longest is forgotten."""


class _Record(NamedTuple):
    floods: int
    last_s: float


class Floods:
    """
    The floods of late, by address.

    :param seconds: the time of a monotonic clock, in seconds.
    :param ipv6_prefix: the bits of an IPv6 address that name a client.
    """

    def __init__(self, seconds: Callable[[], float], ipv6_prefix: int = 64) -> None:
        self._seconds = seconds
        self._ipv6_prefix = ipv6_prefix
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def note(self, address: str) -> None:
        """
        Count a flood.

        :param address: where it came from.
        """
        floods = self._of(address).floods + 1
        client = self._client(address)
        self._records[client] = _Record(floods, self._seconds())
        self._records.move_to_end(client)
        if len(self._records) > MOST_ADDRESSES:
            self._records.popitem(last=False)

    def share(self, address: str) -> float:
        """
        :param address: where a connection comes from.
        :return: which part of each budget the connection has, from 0.01 to 1.
        """
        return float(10 ** -min(self._of(address).floods, TOLERATED))

    def refuses(self, address: str) -> bool:
        """
        :param address: where a connection comes from.
        :return: whether it is not to be accepted just now.
        """
        floods, last_s = self._of(address)
        if floods <= TOLERATED:
            return False
        # No larger power, or the product might be no number any more.
        doublings = min(floods - TOLERATED - 1, 16)
        wait_s = min(REFUSE_S * 2.0**doublings, LONGEST_REFUSE_S)
        return self._seconds() < last_s + wait_s

    def _client(self, address: str) -> str:
        return ipv6_network(address, self._ipv6_prefix) or address

    def _of(self, address: str) -> _Record:
        client = self._client(address)
        record = self._records.get(client)
        if record is None:
            return _Record(0, 0.0)
        if self._seconds() > record.last_s + FORGIVE_S:
            del self._records[client]
            return _Record(0, 0.0)
        return record
