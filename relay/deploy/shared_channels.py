"""The channels of one endpoint group, which deployments of an API share."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from relay.channel.channels import Channels
from relay.connectors.interfaces import Sources
from relay.gateway.ownership import ChannelLease, Owners
from relay.model.api.definition import EndpointGroup


class SharedChannels:
    """
    The channels of one group, and how many deployments use them.

    :param group: the group's definition.
    :param channels: its channels.
    :param sources: makes what feeds them.
    :param clock: what tells the time and calls later.
    :param owners: where leases are kept.
    """

    def __init__(
        self,
        group: EndpointGroup,
        channels: Channels,
        sources: Sources,
        clock: IReactorTime,
        owners: Owners,
    ) -> None:
        self.group = group
        self.channels = channels
        self.sources = sources
        self.custody: ChannelLease | None = None
        self.users = 0
        self._clock = clock
        self._owners = owners

    @property
    def exclusive(self) -> bool:
        """Whether only one process may have them."""
        return self.channels.published or self.channels.durable

    def lease(self, api_id: str) -> ChannelLease:
        """
        Give the lease of the API: of its channels, where only one process may have
        them, and else of calling its consumers.

        :param api_id: the API.
        """
        if self.custody is None:
            channels = self.channels
            self.custody = ChannelLease(
                self._clock,
                self._owners,
                api_id,
                channels.load,
                channels.reset if self.exclusive else _keep,
            )
        return self.custody


def _keep() -> None:
    """Go on with channels that every process has for itself."""
