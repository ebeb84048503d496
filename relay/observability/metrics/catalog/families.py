"""All families, in the order in which they are written and documented."""

from __future__ import annotations

from collections.abc import Mapping

from relay.observability.metrics.catalog.certificates import CERTIFICATES
from relay.observability.metrics.catalog.channels import CHANNELS, DELIVERIES
from relay.observability.metrics.catalog.cluster import CLUSTER
from relay.observability.metrics.catalog.node import (
    CONFIGURATION,
    DRAIN,
    PROCESS,
    STORE,
)
from relay.observability.metrics.catalog.records import RECORDS
from relay.observability.metrics.catalog.streams import CALLS, STREAMS
from relay.observability.metrics.catalog.tracing import TRACING
from relay.observability.metrics.catalog.upstream import PLANS, UPSTREAM
from relay.observability.metrics.family import Family

SECTIONS: Mapping[str, tuple[Family, ...]] = {
    "Streams": STREAMS,
    "Calls and refusals": CALLS,
    "Channels": CHANNELS,
    "Webhooks": DELIVERIES,
    "Upstream": UPSTREAM,
    "Plans": PLANS,
    "Configuration": CONFIGURATION,
    "Store": STORE,
    "Cluster": CLUSTER,
    "Certificates": CERTIFICATES,
    "Tracing": TRACING,
    "Flight records": RECORDS,
    "Drain": DRAIN,
    "Process": PROCESS,
}
FAMILIES = tuple(family for section in SECTIONS.values() for family in section)
LABELS = {
    "api": "id of the API; empty for a call that no API takes",
    "clock": "the timeout that ended the exchange, empty for none",
    "endpoint": "name of the endpoint",
    "family": "name of a family of metrics",
    "generation": "`0`, `1` or `2`: the youngest objects first",
    "host": "host name",
    "group": "name of the endpoint group",
    "key": "error key",
    "kind": "`opened` or `reused`",
    "listener": "id of the listener of the gateway",
    "name": "name of the API",
    "outcome": "why the exchange ended",
    "plan": "id of the plan; empty before a plan has admitted the caller",
    "python": "version of Python",
    "reason": "why events may be missing; empty for a resume without a gap",
    "result": "as the meaning of the family lists it",
    "server": "`gateway`, `management` or `technical`",
    "state": "as the meaning of the family lists it",
    "status": "class of the status, such as `2xx`",
    "twisted": "version of Twisted",
    "verdict": "`admitted`, or the error key of the denial",
    "version": "version of Relay",
}
"""The meaning of each label."""
