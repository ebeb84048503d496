"""The families of endpoints, of their connections, and of plans."""

from __future__ import annotations

from relay.observability.metrics.family import Merge, counter, gauge

ENDPOINT = ("api", "endpoint")
POOL = ("api", "group")

ATTEMPTS = counter(
    "relay_upstream_attempts_total",
    ("api", "endpoint", "result"),
    "Calls of endpoints, by result: the class of the response's status (`2xx`), a "
    "failure (`connection_refused`, `read_timeout`, …), or `cancelled` if the client "
    "left first.",
    "A failure that rises names what is wrong with the endpoint; see the reference of "
    "error keys.",
)
ENDPOINT_EXCHANGES = gauge(
    "relay_endpoint_exchanges",
    ENDPOINT,
    "Exchanges of a PROXY API that an endpoint has now.",
    "It shows how the load balancer distributes streams.",
)
ENDPOINT_AVAILABLE = gauge(
    "relay_endpoint_available",
    ENDPOINT,
    "1 if the health checks of an endpoint let it be called, otherwise 0; only "
    "endpoints with a health check.",
    "0: `…/apis/<api_id>/health/endpoints` has the last results.",
    Merge.SMALLEST,
)
RECONNECTS = counter(
    "relay_upstream_reconnects_total",
    ("api",),
    "Times that the connection to the source of a channel was lost or refused, and "
    "another attempt was scheduled.",
    "A steady rate shows a source, or a proxy before it, that cuts streams.",
)
CONNECTIONS = counter(
    "relay_upstream_connections_total",
    ("api", "endpoint", "kind"),
    "Connections that calls were given: `opened` for a new one, `reused` for a kept "
    "one.",
    "Mostly `opened` for short calls: the endpoint closes kept connections, or "
    "`keepAlive` is off.",
)
POOL_IN_USE = gauge(
    "relay_pool_in_use",
    POOL,
    "Slots of the connection pools that calls hold. An event stream holds none.",
    "Compare with `relay_pool_limit`.",
)
POOL_LIMIT = gauge(
    "relay_pool_limit",
    POOL,
    "The option `maxConcurrentConnections`, added up over the pools of the group.",
    "Raise the option if calls wait and the endpoint can take more.",
)
POOL_WAITING = gauge(
    "relay_pool_waiting",
    POOL,
    "Calls that wait for a slot.",
    "Above 0 for long: the endpoint is too slow, or the limit is too low.",
)
POOL_IDLE = gauge(
    "relay_pool_idle",
    POOL,
    "Connections that are kept open for further calls.",
    "Many: lower `keepAliveTimeout`.",
)
VERDICTS = counter(
    "relay_plan_verdicts_total",
    ("api", "plan", "verdict"),
    "Decisions of plans: `admitted`, or the error key of the denial. A caller whose "
    "credential belongs to no plan is counted with an empty `plan`.",
    "Denials rise: a key or token has expired, or somebody tries credentials.",
)

UPSTREAM = (
    ATTEMPTS,
    CONNECTIONS,
    RECONNECTS,
    ENDPOINT_EXCHANGES,
    ENDPOINT_AVAILABLE,
    POOL_IN_USE,
    POOL_LIMIT,
    POOL_WAITING,
    POOL_IDLE,
)
PLANS = (VERDICTS,)
