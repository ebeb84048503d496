"""The link of a process to the engine of its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relay.cluster.link import Link
from relay.cluster.local.client import HubClient
from relay.cluster.local.link import LocalLink
from relay.daemon.stopping import Step
from relay.observability.probes import Health, Probes
from relay.settings.cluster import ClusterSettings

if TYPE_CHECKING:
    from relay.cluster.redis.link import RedisLink


class Cluster:
    """
    The cluster that the process takes part in, if the settings name an engine.

    :param owner: this process's name.
    :param hub: the path of the daemon's hub, which is used unless the settings name an
        engine; None for a daemon of one process.
    :raises SettingsError: when a file of the settings cannot be used.
    """

    def __init__(
        self,
        reactor: Any,
        settings: ClusterSettings,
        owner: str,
        hub: str | None = None,
    ) -> None:
        self._redis: RedisLink | None = None
        self._local: LocalLink | None = None
        self._client: HubClient | None = None
        address = settings.address
        if address is not None:
            # Its libraries take 10 MB and 300 ms.
            from relay.cluster.redis.link import RedisLink

            self._redis = RedisLink(
                reactor, address, owner, settings.prefix, settings.wait_replicas
            )
        elif hub is not None:
            self._local = LocalLink(owner, reactor)
            self._client = HubClient(reactor, self._local, hub)

    @property
    def link(self) -> Link | None:
        """The link; None without an engine."""
        return self._redis or self._local

    def start(self) -> None:
        """Connect to the engine."""
        if self._redis is not None:
            self._redis.start()
        if self._client is not None:
            self._client.startService()

    def add_probe(self, probes: Probes) -> None:
        """Add the probe ``engine``: the engine answers."""
        link = self.link
        if link is not None:
            probes.add("engine", lambda: Health(link.problem is None, link.problem))

    def steps(self) -> list[Step]:
        """Return the steps of a stop, when nothing uses the link any more."""
        if self._redis is not None:
            return [Step("the engine of the cluster", self._redis.stop)]
        return [] if self._client is None else [Step("the hub", self._leave)]

    async def _leave(self) -> None:
        if self._client is not None:
            self._client.stopService()
