"""Invented results, for the tests of reports and verdicts."""

from __future__ import annotations

from bench.instruments.programs import Figures
from bench.instruments.steadiness import CHANGE
from bench.result import Result
from bench.scenario import Limit, Streams, Target

FIGURES: Figures = {
    "events_per_s": 1000,
    "lost": 0,
    "late": 0,
    "cpu_us_per_event": 40.0,
    "cpu_share": 0.25,
    "latency_p50_us": 100.0,
    "latency_p99_us": 200.0,
    "latency_p99_9_us": 300.0,
    "memory_kb_per_stream": 20.0,
    "cpu_us_per_open": 300.0,
    "opened_per_s": 2000,
    "tls": "TLSv1.3",
    CHANGE: 1.5,
}


def compared(target: Target, *ours: float) -> Result:
    """Return the result of some rounds of Relay beside a peer at 20 us an event."""
    scenario = Streams(
        "quiet",
        "some streams",
        10,
        1000,
        80,
        1,
        rounds=len(ours),
        peers=("nginx", "direct"),
        limits=(Limit("lost", 0),),
        targets=(target,),
    )
    result = Result(scenario, {"cpu": "some", "sysctl": {"a": 1}})
    costs = {"relay": list(ours), "nginx": [20.0] * len(ours)}
    for server, each in costs.items():
        result.rounds[server] = [{**FIGURES, "cpu_us_per_event": one} for one in each]
        result.servers[server] = {"version": f"{server} 1", "settings": "defaults"}
    return result
