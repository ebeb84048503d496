"""The lock-out of addresses after failed logins."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from relay.management.http.errors import TooManyAttempts

LONGEST_S = 3600.0
"""The longest lock-out."""
CAPACITY = 10_000
"""Number of addresses that are kept; the oldest is dropped for another."""


@dataclass(slots=True)
class _Attempts:
    until_s: float
    failed: int = 0
    pending: int = 0
    locks: int = 0
    """The number of lock-outs so far."""


class FailedLogins:
    """Counts failed logins by address, within windows that begin with the first one.

    An address with too many failures is locked out until its window ends. After that
    each failure locks it out at once, for twice as long as before, until an equally
    long time has passed without a failure.

    An attempt counts from its start, so that many concurrent attempts are not verified
    before the first has failed. Addresses of one IPv6 /64 count as one, since a host
    usually has all of them.

    :param most: failures of an address in a window.
    :param capacity: number of addresses that are kept.
    """

    def __init__(
        self,
        clock: IReactorTime,
        most: int,
        window_ms: int,
        capacity: int = CAPACITY,
    ) -> None:
        self._clock = clock
        self.limit(most, window_ms)
        self._capacity = capacity
        self._addresses: OrderedDict[str, _Attempts] = OrderedDict()

    def limit(self, most: int, window_ms: int) -> None:
        """Set the limits; a window that has begun ends as it would have.

        :param most: failures of an address in a window.
        """
        self._most = most
        self._window_s = window_ms / 1000

    def check(self, address: str) -> None:
        """
        :raises TooManyAttempts: when the address is locked out.
        """
        attempts = self._current(_network(address))
        if attempts is not None and (
            attempts.failed + attempts.pending >= self._allowed(attempts)
        ):
            left_s = max(1, math.ceil(attempts.until_s - self._clock.seconds()))
            raise TooManyAttempts(
                f"Too many failed logins from this address; try again in {left_s} s",
                left_s,
            )

    def begin(self, address: str) -> None:
        """Count an attempt, before its result is known.

        :raises TooManyAttempts: when the address is locked out.
        """
        self.check(address)
        network = _network(address)
        attempts = self._current(network)
        if attempts is None:
            if len(self._addresses) >= self._capacity:
                self._addresses.popitem(last=False)
            attempts = _Attempts(self._clock.seconds() + self._window_s)
            self._addresses[network] = attempts
        attempts.pending += 1

    def end(self, address: str, failed: bool) -> None:
        """Record the result of an attempt that was counted at its start."""
        network = _network(address)
        # The address may have been dropped, or its window have ended, meanwhile.
        attempts = self._addresses.get(network)
        if attempts is None:
            return
        attempts.pending = max(0, attempts.pending - 1)
        attempts.failed += failed
        if failed and attempts.locks:
            attempts.until_s = self._clock.seconds() + self._length_s(attempts.locks)
        if not (attempts.failed or attempts.pending):
            del self._addresses[network]

    def __len__(self) -> int:
        """
        :returns: the number of addresses that are kept.
        """
        return len(self._addresses)

    def _current(self, network: str) -> _Attempts | None:
        attempts = self._addresses.get(network)
        now_s = self._clock.seconds()
        if attempts is None or now_s < attempts.until_s:
            return attempts
        next_s = self._length_s(attempts.locks + 1)
        refused = attempts.failed >= self._allowed(attempts)
        if refused and now_s < attempts.until_s + next_s:
            attempts.locks += 1
        elif not attempts.pending:
            del self._addresses[network]
            return None
        attempts.failed = 0
        attempts.until_s = now_s + self._length_s(attempts.locks)
        return attempts

    def _allowed(self, attempts: _Attempts) -> int:
        return 1 if attempts.locks else self._most

    def _length_s(self, locks: int) -> float:
        longest_s = max(self._window_s, LONGEST_S)
        # Limit the exponent: a larger power would overflow.
        return min(self._window_s * 2.0 ** min(locks, 32), longest_s)


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return address
