"""The channels of one endpoint group, which deployments of an API share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.internet.interfaces import IReactorTime

from relay.channel.channels import Channels
from relay.channel.ownership import ChannelLease, Owners
from relay.connectors.interfaces import Sources
from relay.model.api.definition import EndpointGroup


class SharedChannels:
    """
    The channels of one group, and the number of deployments that use them.

    :param owners: the store of leases.
    :param release: called with the channels when a use has ended.
    :param spans_machines: whether processes of all machines share the channels.
    """

    def __init__(
        self,
        group: EndpointGroup,
        channels: Channels,
        sources: Sources,
        clock: IReactorTime,
        owners: Owners,
        release: Callable[[SharedChannels], None],
        *,
        spans_machines: bool = False,
    ) -> None:
        self._spans_machines = spans_machines
        self.group = group
        self.channels = channels
        self.sources = sources
        self.lease: ChannelLease | None = None
        self.users = 0
        self._release = release
        self._clock = clock
        self._owners = owners

    def hold(self) -> Callable[[], None]:
        """
        Use the channels.

        :return: ends the use.
        """
        self.users += 1
        return partial(self._release, self)

    @property
    def exclusive(self) -> bool:
        """Whether only the processes of one machine may open them."""
        kept = self.channels.published or self.channels.durable
        return kept and not self._spans_machines

    def delivery_lease(self, api_id: str) -> ChannelLease | None:
        """
        Return the lease of the processes that deliver to the consumers of the API; None
        if all processes that share its channels may.
        """
        return None if self._spans_machines else self.open_lease(api_id)

    def open_lease(self, api_id: str) -> ChannelLease:
        """
        Return the lease of the API: of its channels where they are exclusive, of the
        deliveries to its consumers otherwise.
        """
        if self.lease is None:
            channels = self.channels
            self.lease = ChannelLease(
                self._clock,
                self._owners,
                api_id,
                channels.load,
                channels.reset if self.exclusive else _keep,
            )
        return self.lease


def _keep() -> None:
    """Keep channels that each process opens for itself."""
