"""The reports of a gateway on its served deployments, written to the store."""

from socket import gethostname

from twisted.internet.defer import Deferred

from relay.store.store import Store
from relay.store.tables.cluster.gateways import Reports


class GatewayRegistry:
    """The reports of one gateway.

    :param store: started.
    :param gateway_id: names the gateway among all on this store.
    """

    def __init__(self, store: Store, gateway_id: str) -> None:
        self._store = store
        self.gateway_id = gateway_id
        self._host = gethostname()

    def report(self, reports: Reports) -> Deferred[None]:
        """Write reports, and note that the gateway runs.

        :param reports: by API id.
        """
        return self._store.write(
            lambda tx: tx.gateways.report(self.gateway_id, self._host, reports)
        )

    def leave(self) -> Deferred[None]:
        """Note that the gateway has ended."""
        return self._store.write(lambda tx: tx.gateways.left(self.gateway_id))
