"""The flight records of a gateway: what records its exchanges."""

from __future__ import annotations

from collections.abc import Callable

from twisted.application.service import MultiService, Service
from twisted.internet.defer import Deferred, succeed

from relay.gateway.services import Services
from relay.observability.flights import FlightRecorder
from relay.settings.observability import RecordSettings
from relay.settings.schema import Settings
from relay.store.flight_store import FlightStore
from relay.store.store import Store


class DaemonRecords(MultiService):
    """
    Records the exchanges that begin from now on.

    :param services: of the gateway; their observers are added to.
    :param owner: this process's name among those that share the store.
    :param with_query: whether queries are recorded.
    """

    def __init__(
        self,
        settings: RecordSettings,
        services: Services,
        store: Store,
        owner: str,
        with_query: bool,
    ) -> None:
        super().__init__()
        reactor = services.reactor
        self.recorder: FlightRecorder | None = None
        """None if nothing is recorded."""
        if settings.keep_hours:
            self.recorder = FlightRecorder(
                reactor, services.wall_ms, FlightStore(store, owner), owner, with_query
            )
            self.recorder.setServiceParent(self)
            services.observers.add(self.recorder)

    def take(self, settings: Settings) -> None:
        """Take other settings, for all records from now on."""
        if self.recorder is not None:
            self.recorder.with_query = settings.log.access_query

    @property
    def flush(self) -> Callable[[str], Deferred[None]]:
        """What writes the records that wait; see :meth:`FlightRecorder.flush`."""
        if self.recorder is None:
            return lambda request_id: succeed(None)
        return self.recorder.flush

    def stopService(self) -> Deferred[None]:
        """
        Write what waits, and stop.

        :return: fires once it is written, or could not be.
        """
        Service.stopService(self)
        return succeed(None) if self.recorder is None else self.recorder.stopService()
