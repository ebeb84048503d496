"""The families of the flight records."""

from __future__ import annotations

from relay.observability.metrics.family import counter, gauge

WAITING = gauge(
    "relay_flight_records_waiting",
    (),
    "Ended exchanges that wait to be recorded; 5,000 at most.",
    "It does not fall: the store is slow or fails; the daemon's log has the reason.",
)
DROPPED = counter(
    "relay_flight_records_dropped_total",
    (),
    "Ended exchanges that are not recorded, since the store was slow or failed.",
    "Logs and analytics of that time are incomplete.",
)
RECORDS = (WAITING, DROPPED)
