"""Makes the channels of an endpoint group, alone or with the other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from relay.channel.archive import Archive, Keeper
from relay.channel.channels import Channels
from relay.channel.options import channel_options
from relay.channel.ownership import Owners
from relay.channel.source import OpenChannel
from relay.channel.writer import Member
from relay.cluster.link import ChannelName, Link
from relay.cluster.replica import Replica
from relay.connectors.interfaces import IEndpoint, PublicationReceiver
from relay.deploy.shared_channels import SharedChannels
from relay.gateway.services import Services
from relay.http.fanout import FanoutWriter
from relay.model.api.definition import EndpointGroup
from relay.outbound import Outbound
from relay.upstream.counts import Counted
from relay.upstream.dial.guard import Guarded


class ChannelKeepers(Owners, Protocol):
    """Where leases and histories of channels are kept."""

    id_secret: bytes
    """The key that signs event ids: the same in all processes on one store."""

    def keeper(self, api_id: str) -> Keeper:
        """Return the store of the histories of one API."""


class ChannelMaker:
    """
    Makes the channels of endpoint groups.

    :param endpoints: types of MESSAGE endpoints, by id.
    :param outbound: its guard is for redirects of sources.
    :param store: of the leases and histories of channels.
    :param link: to the processes that share the channels; None if none does.
    """

    def __init__(
        self,
        services: Services,
        endpoints: Mapping[str, IEndpoint],
        outbound: Outbound,
        store: ChannelKeepers,
        link: Link | None,
    ) -> None:
        self._services = services
        self._endpoints = endpoints
        self._outbound = outbound
        self._store = store
        self._link = link

    def make(
        self,
        api_id: str,
        group: EndpointGroup,
        release: Callable[[SharedChannels], None],
    ) -> SharedChannels:
        """
        Make the channels of a group.

        :param release: called with the channels when a use of them has ended.
        :raises ValueError: when something in the group cannot be used.
        """
        services, link = self._services, self._link
        reactor = services.reactor
        sources = self._endpoints[group.type].open(reactor, group)
        if isinstance(sources, Guarded):
            sources.guard_redirects(self._outbound.guard)
        counts = services.counts.of(api_id)
        if isinstance(sources, Counted):
            sources.count_in(counts.upstream)
        options = channel_options(group)
        archive = None
        if options.history.durable and link is None:
            keeper = self._store.keeper(api_id)
            archive = Archive(keeper, reactor, services.wall_ms, api_id)
        channels = Channels(
            options,
            reactor,
            services.wall_ms,
            sources.make,
            FanoutWriter,
            sources.published,
            archive,
            api_id,
            self._store.id_secret,
            counts.channels,
            None
            if link is None
            else partial(self._join, link, api_id, sources.published),
        )
        if isinstance(sources, PublicationReceiver):
            channels.receiver = sources.receive
        return SharedChannels(
            group,
            channels,
            sources,
            reactor,
            self._store,
            release,
            spans_machines=link is not None and link.spans_machines,
        )

    def _join(
        self,
        link: Link,
        api_id: str,
        published: bool,
        opened: OpenChannel,
        start: Callable[[OpenChannel], None],
    ) -> Member:
        name = ChannelName(api_id, opened.key.digest)
        reactor = self._services.reactor
        return Replica(link.channels, name, opened, start, reactor, published)
