"""The families of the daemon: its configuration and its process."""

from __future__ import annotations

from relay.observability.metrics.family import Merge, counter, gauge, histogram
from relay.reactor.loop_lag import BOUNDS_S

BUILD_INFO = gauge(
    "relay_build_info",
    ("version", "python", "twisted"),
    "Always 1; the labels are the versions of Relay, Python and Twisted.",
    "Two values among the instances of one job: a rolling update is under way.",
    Merge.LARGEST,
)
API_INFO = gauge(
    "relay_api_info",
    ("api", "name"),
    "Always 1 for each API that is served; the labels are its id and its name.",
    "Join it to name APIs: `… * on (instance, api) group_left (name) relay_api_info`.",
    Merge.LARGEST,
)
DEPLOYMENTS = gauge(
    "relay_deployments",
    ("state",),
    "APIs by the state of their deployment: `in_force` if the newest deployment is "
    "served, `rejected` if this gateway cannot serve it.",
    "`rejected` above 0: the daemon's log and `…/deployments/current` have the reason.",
    Merge.LARGEST,
)
DEPLOYMENT_OBSERVED = gauge(
    "relay_deployment_observed",
    ("api",),
    "The number of the newest deployment of an API that this gateway has read.",
    "Different among the instances: one of them does not follow the store.",
    Merge.SMALLEST,
)
DEPLOYMENT_IN_FORCE = gauge(
    "relay_deployment_in_force",
    ("api",),
    "The number of the deployment that this gateway serves; 0 for none.",
    "Below `relay_deployment_observed`: the newest deployment was rejected.",
    Merge.SMALLEST,
)
RELOAD_SUCCESSFUL = gauge(
    "relay_config_last_reload_successful",
    (),
    "1 if the last reload, or else the start, has put the settings file in force; 0 if "
    "the file had mistakes.",
    "0: the daemon runs with the settings of before; its log has the mistakes.",
    Merge.SMALLEST,
)
RELOAD_TIME = gauge(
    "relay_config_last_reload_success_timestamp_seconds",
    (),
    "When the settings file was last put in force, in seconds since the Unix epoch.",
    "Older than the last change of the file: no reload was asked for, or it failed.",
    Merge.SMALLEST,
)
STORE_UP = gauge(
    "relay_store_up",
    (),
    "1 while the store answers the change feed, 0 while it does not.",
    "0: what is deployed goes on being served; REST calls that need the store, and "
    "durable publications, get `503`.",
    Merge.SMALLEST,
)
TABLE_STALE = gauge(
    "relay_route_table_stale",
    (),
    "1 if the daemon started without the store and serves the last route table.",
    "1: the daemon's log has the reason; it joins by itself when the store answers.",
    Merge.LARGEST,
)
TABLE_TIME = gauge(
    "relay_route_table_saved_timestamp_seconds",
    (),
    "When the route table in the data directory was read from the store, in seconds "
    "since the Unix epoch; 0 while this process has not written it.",
    "0 for minutes, with `store.keep_table`: the daemon's log has the reason.",
    Merge.SMALLEST,
)
DRAINING = gauge(
    "relay_draining",
    (),
    "1 while the daemon drains or is drained, otherwise 0.",
    "1 without a deployment or restart under way: see `GET /_node/drain`.",
    Merge.LARGEST,
)
DRAIN_STREAMS = gauge(
    "relay_drain_streams_left",
    (),
    "Event streams that the drain of the daemon has still to end; 0 without a drain.",
    "It falls evenly; if it does not, see the log of the daemon.",
)
DRAIN_REMAINING = gauge(
    "relay_drain_remaining_seconds",
    (),
    "The time until the drain cuts what is left; 0 without a drain.",
    "Compare with the time that the service manager grants for a stop.",
    Merge.LARGEST,
)
LOOP_LAG = histogram(
    "relay_loop_lag_seconds",
    (),
    BOUNDS_S,
    "How late a timer of the event loop fires, sampled four times a second.",
    "Above 0.1 s: the CPU is saturated, or something holds the loop.",
)
GC_COLLECTIONS = counter(
    "relay_gc_collections_total",
    ("generation",),
    "Garbage collections, by generation.",
    "Collections of generation 2 are rare; see `relay_gc_seconds_total`.",
)
GC_SECONDS = counter(
    "relay_gc_seconds_total",
    ("generation",),
    "Time spent in garbage collections, by generation.",
    "Its rate is the share of the CPU: above 0.05 it is worth a report.",
)
CPU_SECONDS = counter(
    "relay_process_cpu_seconds_total",
    (),
    "CPU time of the process, user and system.",
    "A daemon uses at most one core for streams: near 1 per second add a daemon.",
)
RESIDENT_BYTES = gauge(
    "relay_process_resident_memory_bytes",
    (),
    "Resident memory of the process.",
    "Divide by `relay_streams_open`: see the figures of a stream in the sizing guide.",
)
VIRTUAL_BYTES = gauge(
    "relay_process_virtual_memory_bytes",
    (),
    "Virtual memory of the process.",
    "For comparison with limits of the address space only.",
)
START_TIME = gauge(
    "relay_process_start_time_seconds",
    (),
    "When the process started, in seconds since the Unix epoch.",
    "A change is a restart.",
    Merge.LARGEST,
)
OPEN_FDS = gauge(
    "relay_process_open_fds",
    (),
    "Open files of the process, sockets included.",
    "At the limit less `limits.reserved_files` no client is accepted.",
    Merge.LARGEST,
)
MAX_FDS = gauge(
    "relay_process_max_fds",
    (),
    "The limit of open files.",
    "Raise it in the unit: a stream of a PROXY API takes two.",
    Merge.SMALLEST,
)

DRAIN = (DRAINING, DRAIN_STREAMS, DRAIN_REMAINING)
CONFIGURATION = (
    RELOAD_SUCCESSFUL,
    RELOAD_TIME,
    API_INFO,
    DEPLOYMENTS,
    DEPLOYMENT_OBSERVED,
    DEPLOYMENT_IN_FORCE,
)
STORE = (STORE_UP, TABLE_STALE, TABLE_TIME)
PROCESS = (
    BUILD_INFO,
    LOOP_LAG,
    GC_COLLECTIONS,
    GC_SECONDS,
    CPU_SECONDS,
    RESIDENT_BYTES,
    VIRTUAL_BYTES,
    START_TIME,
    OPEN_FDS,
    MAX_FDS,
)
