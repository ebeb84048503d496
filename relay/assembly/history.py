"""The history of a daemon: which parts count, and what is read of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from relay.daemon.memory import MemoryUse
from relay.deploy.reports import Reports
from relay.gateway.counts import Counts
from relay.gateway.services import Services
from relay.observability.history.exchanges import EndedExchanges
from relay.observability.history.history import ApiTotals, History, Vitals
from relay.reactor.loop_lag import LoopLag

MakeHistory = Callable[[Services, Reports], History]
"""Makes the history of the exchanges of a gateway."""


def daemon_history(
    lag: LoopLag,
    memory: MemoryUse,
    most_apis: Callable[[], int],
    services: Services,
    reports: Reports,
) -> History:
    """
    Return the history of a daemon, which begins when it is started.

    :param most_apis: returns how many APIs may have series of their own.
    :param services: of the exchanges that are counted from now on.
    :param reports: know which APIs are served.
    """
    ended = EndedExchanges()
    services.observers.add(ended)
    return History(
        services.reactor,
        services.live.all,
        ended,
        lambda: _counted(services.counts),
        lambda: Vitals(lag.worst_s, memory.resident_bytes),
        lambda: reports.made.keys(),
        most_apis,
        services.wall_ms,
    )


def _counted(counts: Counts) -> Iterator[ApiTotals]:
    for api_id, one in counts:
        channels = one.channels
        yield ApiTotals(api_id, channels.events, one.upstream.reconnects, channels.lags)
