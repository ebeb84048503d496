"""
Which process delivers a subscription, among those that share its channel.

Each subscription has a lease of its own: any process may deliver it, one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.internet.defer import succeed
from twisted.internet.interfaces import IReactorTime

from relay.channel.ownership import ChannelLease, Owners

PREFIX = "webhook:"
"""The prefix of the names of the leases."""


class DeliveryLease(ChannelLease):
    """The lease of the delivery of one subscription."""

    failure = "{id}: the lease of its delivery: {reason}"
    recovery = "{id}: the lease of its delivery: renewed again"
    loss = "{id}: this process no longer delivers the subscription"


class Turns:
    """
    The leases of the subscriptions that this process delivers, or waits for.

    :param owners: where the leases are kept; None if no other process shares channels
        with this one, which then delivers all subscriptions.
    :param moved: called with the ids of an API and of a subscription to it when this
        process has got or lost the lease.
    """

    def __init__(
        self,
        clock: IReactorTime,
        owners: Owners | None,
        moved: Callable[[str, str], None],
    ) -> None:
        self._clock = clock
        self._owners = owners
        self._moved = moved
        self._leases: dict[str, dict[str, DeliveryLease]] = {}
        """The leases, by API and subscription."""

    def take(self, subscription_id: str, api_id: str) -> bool:
        """
        Ask for a subscription, unless that was done.

        :return: whether this process delivers it.
        """
        if self._owners is None:
            return True
        of_api = self._leases.setdefault(api_id, {})
        if subscription_id not in of_api:
            lease = of_api[subscription_id] = DeliveryLease(
                self._clock,
                self._owners,
                f"{PREFIX}{subscription_id}",
                lambda: succeed(None),
                lambda: None,
            )
            lease.on_change = partial(self._moved, api_id, subscription_id)
        return of_api[subscription_id].here

    def has(self, subscription_id: str, api_id: str) -> bool:
        """Whether this process delivers a subscription now."""
        if self._owners is None:
            return True
        found = self._leases.get(api_id, {}).get(subscription_id)
        return found is not None and found.here

    def of(self, api_id: str) -> list[str]:
        """Return the subscriptions to an API that were asked for."""
        return list(self._leases.get(api_id, ()))

    def give_back(self, subscription_id: str, api_id: str) -> None:
        """Let another process deliver a subscription at once."""
        of_api = self._leases.get(api_id, {})
        lease = of_api.pop(subscription_id, None)
        if not of_api:
            self._leases.pop(api_id, None)
        if lease is not None:
            lease.on_change = None
            lease.close()

    def close(self) -> None:
        """Let other processes deliver all subscriptions."""
        for api_id in list(self._leases):
            for subscription_id in self.of(api_id):
                self.give_back(subscription_id, api_id)
