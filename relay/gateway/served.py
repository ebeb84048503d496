"""One deployment as the gateway runs it."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from relay.model.definition import ApiDefinition
from relay.model.records import Deployment
from relay.plans import PlanChain
from relay.upstream.group import Group


class ServedApi:
    """
    A deployment made ready: plans built, targets parsed, certificates loaded.

    :param reactor: what connects and tells the time.
    :param deployment: the snapshot.
    :param definition: its API definition, parsed.
    :raises ValueError: when something in it cannot be served.
    """

    def __init__(
        self, reactor: IReactorTime, deployment: Deployment, definition: ApiDefinition
    ) -> None:
        self.id = deployment.api_id
        self.deployment_id = deployment.id
        self.name = definition.name
        self.plans = PlanChain(deployment.plans)
        listener = definition.listeners[0]
        self.places: list[tuple[str | None, bytes]] = [
            (path.host, path.path.rstrip("/").encode("ascii"))
            for path in listener.paths
        ]
        """Hosts and context-paths; a context-path has no ``/`` at its end."""
        self.listener_ids = frozenset(listener.servers or ())
        """The gateway listeners that it is bound to; empty means all."""
        self.rejects_null_byte = listener.request_validation.reject_null_byte
        # The first group is the default one; others wait for dynamic routing.
        self.group = Group(reactor, definition.endpoint_groups[0])

    def close(self) -> None:
        """Serve no new calls: close connections that nobody uses."""
        self.group.close()
