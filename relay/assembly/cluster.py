"""The link of a process to the engine of its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relay.cluster.link import Link
from relay.daemon.stopping import Step
from relay.observability.probes import Health, Probes
from relay.settings.cluster import ClusterSettings

if TYPE_CHECKING:
    from relay.cluster.redis.link import RedisLink


class Cluster:
    """
    The cluster that the process takes part in, if the settings name an engine.

    :param owner: this process's name.
    :raises SettingsError: when a file of the settings cannot be used.
    """

    def __init__(self, reactor: Any, settings: ClusterSettings, owner: str) -> None:
        self._link: RedisLink | None = None
        address = settings.address
        if address is not None:
            # Its libraries take 10 MB and 300 ms.
            from relay.cluster.redis.link import RedisLink

            self._link = RedisLink(
                reactor, address, owner, settings.prefix, settings.wait_replicas
            )

    @property
    def link(self) -> Link | None:
        """The link; None without an engine."""
        return self._link

    def start(self) -> None:
        """Connect to the engine."""
        if self._link is not None:
            self._link.start()

    def add_probe(self, probes: Probes) -> None:
        """Add the probe ``engine``: the engine answers."""
        link = self._link
        if link is not None:
            probes.add("engine", lambda: Health(link.problem is None, link.problem))

    def steps(self) -> list[Step]:
        """Return the steps of a stop, when nothing uses the link any more."""
        if self._link is None:
            return []
        return [Step("the engine of the cluster", self._link.stop)]
