"""The families of the cluster that a daemon takes part in."""

from __future__ import annotations

from relay.observability.metrics.family import Merge, gauge

ENGINE_UP = gauge(
    "relay_engine_up",
    (),
    "1 while the engine of the cluster answers, otherwise 0; absent without a cluster.",
    "0: publications are refused; the daemon's log and `GET /_node/health` have the "
    "reason.",
    Merge.SMALLEST,
)
CLUSTER = (ENGINE_UP,)
