"""
A soak: Relay under clients that come and go for minutes, and what it costs in the end.

``python -m bench.soak``, or ``make soak``. Everything is on the loopback interface, and
everything is bounded: the rate of the clients, their number, and the time. While
witnesses read streams that must lose and double nothing,

* clients come at a rate, to PROXY and MESSAGE APIs, and nine of ten leave by a reset,
* sources die amid their streams, or do not answer,
* an API is deployed anew every two seconds,
* keys are given out, used and revoked.

The figures are printed as one JSON object. The exit status is 0 when every bound was
kept, 1 when one was broken, and 2 when the run itself failed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.instruments.machine import Cores, pin, raise_file_limit
from bench.instruments.processes import BenchError, resident_bytes
from bench.instruments.programs import source
from bench.soak.clients import (
    DyingSource,
    Visit,
    Visitors,
    Witness,
    connected,
    get,
    leave,
    post,
)
from bench.soak.probe import Probe
from bench.soak.relay import SoakedRelay

WARM_S = 120.0
"""The memory of the first two minutes is not looked at, or of the first half."""
SAMPLE_S = 1.0
REDEPLOY_S = 2.0
REVOKE_S = 1.0
KEYED_STREAMS = 5
PUBLISH_S = 0.05
SETTLE_S = 30.0
"""How long descriptors may take to come back after the last client."""
BROADCAST_US = 50_000
EVENT_BYTES = 120

MOST_MB_PER_MINUTE = 0.2
MOST_P99_MS = 20.0
MOST_LEFT_DESCRIPTORS = 8
"""Connections to sources may be kept, and the store's may be more than at the start."""


@dataclass
class Figures:
    """The figures of a soak test."""

    minutes: float
    clients_per_s: float
    answers: dict[str, int] = field(default_factory=dict)
    unexpected: dict[str, int] = field(default_factory=dict)
    sources_died: int = 0
    redeployments: int = 0
    keys_revoked: int = 0
    streams_left_after_revocation: int = 0
    """How many streams went on when their key was revoked."""
    memory_mb: list[float] = field(default_factory=list)
    """One sample a minute."""
    memory_mb_per_minute: float = 0.0
    descriptors_before: int = 0
    descriptors_after: int = 0
    calls: int = 0
    """Keyless calls, each on a connection of its own."""
    failed_calls: int = 0
    call_p50_ms: float = 0.0
    call_p99_ms: float = 0.0
    call_max_ms: float = 0.0
    witnesses: dict[str, dict[str, object]] = field(default_factory=dict)

    def broken(self) -> list[str]:
        """Return a line for each bound that was exceeded."""
        found = []
        if self.memory_mb_per_minute > MOST_MB_PER_MINUTE:
            found.append(
                f"memory rises by {self.memory_mb_per_minute:.2f} MB a minute, more "
                f"than {MOST_MB_PER_MINUTE}"
            )
        left = self.descriptors_after - self.descriptors_before
        if left > MOST_LEFT_DESCRIPTORS:
            found.append(f"{left} descriptors did not come back")
        if self.call_p99_ms > MOST_P99_MS:
            found.append(
                f"p99 of a keyless call is {self.call_p99_ms:.1f} ms, more than "
                f"{MOST_P99_MS:.0f}"
            )
        if self.failed_calls or not self.calls:
            found.append(f"{self.failed_calls} of {self.calls} keyless calls failed")
        for name, seen in self.witnesses.items():
            if seen["lost"] or seen["doubled"] or seen["ended"] or not seen["events"]:
                found.append(f"the witness {name}: {seen}")
        if self.streams_left_after_revocation:
            found.append("streams went on after their key was revoked")
        if self.unexpected:
            found.append(f"unexpected answers: {self.unexpected}")
        return found


def slope_per_minute(samples: Sequence[tuple[float, float]]) -> float:
    """
    Fit a line through samples.

    :param samples: times in seconds, with values.
    :return: by how much the value rises in a minute; 0 for too few samples.
    """
    if len(samples) < 3:
        return 0.0
    times, values = zip(*samples, strict=True)
    return statistics.linear_regression(times, values).slope * 60.0


@dataclass
class Soak:
    """
    One soak.

    :param relay: the daemon, with its APIs.
    :param figures: what is found.
    """

    relay: SoakedRelay
    figures: Figures
    samples: list[tuple[float, float]] = field(default_factory=list)
    """Seconds since the beginning, and MB."""

    async def run(self, visits: Callable[[], Visit], seconds: float) -> None:
        """
        Run the clients and the disturbances for a time.

        :param visits: chooses what a client asks for.
        :param seconds: for how long.
        """
        loop, relay, figures = asyncio.get_running_loop(), self.relay, self.figures
        figures.descriptors_before = relay.descriptors()
        witnesses = [
            Witness(
                "PROXY stream",
                get(relay.path("steady", "/events?interval_us=50000&bytes=120")),
            ),
            Witness(
                "shared source", get(relay.path("shared"), "Accept: text/event-stream")
            ),
            Witness(
                "topic", get(relay.path("topics", "/w"), "Accept: text/event-stream")
            ),
        ]
        watching = [loop.create_task(one.watch(relay.port)) for one in witnesses]
        others = [
            loop.create_task(one)
            for one in (
                self._publish(),
                self._redeploy(),
                self._revoke(),
                self._sample(seconds),
            )
        ]
        visitors = Visitors(relay.port, figures.clients_per_s, visits)
        await visitors.come(loop.time() + seconds)
        for task in (*others, *watching):
            task.cancel()
        done = await asyncio.gather(*others, *watching, return_exceptions=True)
        for result in done:
            if isinstance(result, Exception):
                raise result
        figures.answers = dict(sorted(visitors.answers.items()))
        figures.unexpected = dict(visitors.unexpected)
        for one in witnesses:
            told = {"events": one.events, "lost": one.lost, "doubled": one.doubled}
            figures.witnesses[one.name] = {**told, "ended": one.ended}
        await self._settle()

    async def _publish(self) -> None:
        """Publish numbered events to the topic of a witness, one after the other."""
        number = 0
        reader, writer = await connected(self.relay.port)
        while True:
            number += 1
            writer.write(post(self.relay.path("topics", "/w"), b"%d" % number))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r")[0])
            await reader.readexactly(length)
            await asyncio.sleep(PUBLISH_S)

    async def _redeploy(self) -> None:
        while True:
            await asyncio.sleep(REDEPLOY_S)
            await asyncio.to_thread(self.relay.redeploy, "redeployed")
            self.figures.redeployments += 1

    async def _revoke(self) -> None:
        """Issue a key, open streams with it, revoke it, and check that the streams
        end."""
        while True:
            await asyncio.sleep(REVOKE_S)
            key, revoke = await asyncio.to_thread(self.relay.new_key)
            path = self.relay.path("keyed", "/events?interval_us=50000&bytes=120")
            request = get(path, f"X-Gravitee-Api-Key: {key}")
            streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
            while len(streams) < KEYED_STREAMS:
                reader, writer = await connected(self.relay.port)
                writer.write(request)
                if b" 200 " in await reader.readuntil(b"\r\n"):
                    streams.append((reader, writer))
                else:
                    # The gateway does not know the key yet.
                    leave(writer, reset=False)
                    await asyncio.sleep(0.05)
            await asyncio.to_thread(revoke)
            self.figures.keys_revoked += 1
            for reader, writer in streams:
                try:
                    await asyncio.wait_for(reader.read(-1), SETTLE_S)
                except TimeoutError:
                    self.figures.streams_left_after_revocation += 1
                except OSError:
                    pass
                leave(writer, reset=False)

    async def _sample(self, seconds: float) -> None:
        begun_s = time.monotonic()
        while True:
            now_s = time.monotonic() - begun_s
            self.samples.append((now_s, resident_bytes(self.relay.pids) / 1e6))
            warm = [one for one in self.samples if one[0] >= min(WARM_S, seconds / 2)]
            self.figures.memory_mb_per_minute = slope_per_minute(warm)
            self.figures.memory_mb = [
                round(value, 1) for _, value in self.samples[:: round(60 / SAMPLE_S)]
            ]
            await asyncio.sleep(SAMPLE_S)

    async def _settle(self) -> None:
        """Wait for the descriptors to come back."""
        figures, give_up_s = self.figures, time.monotonic() + SETTLE_S
        while True:
            figures.descriptors_after = self.relay.descriptors()
            left = figures.descriptors_after - figures.descriptors_before
            if left <= 0 or time.monotonic() > give_up_s:
                return
            await asyncio.sleep(0.1)


def visits_of(relay: SoakedRelay) -> Callable[[], Visit]:
    """Choose what clients ask for, at random."""
    events, stream = "/events?interval_us=100000&bytes=120", "Accept: text/event-stream"
    # Of a source that died before its head, and amid a change of deployments.
    dying, changing = (200, 502), (200, 503)
    some = [
        Visit("PROXY stream", get(relay.path("steady", events))),
        Visit("PROXY call", get(relay.path("steady", "/stats"))),
        Visit("dying source", get(relay.path("dying", "/")), dying),
        Visit("redeployed", get(relay.path("redeployed", events)), changing),
        Visit("shared source", get(relay.path("shared"), stream)),
        Visit("topic", get(relay.path("topics", "/t"), stream)),
        Visit("publication", post(relay.path("topics", "/t"), b"event"), (202,)),
        Visit("no key", get(relay.path("keyed", "/stats")), (401,)),
        Visit("no API", get("/nowhere"), (404,)),
        Visit("keyless call", get(relay.path("ping"))),
    ]
    return lambda: random.choice(some)


async def soak(minutes: float, per_s: float, directory: Path) -> Figures:
    """
    Run one soak.

    :param minutes: how long.
    :param per_s: how many clients come in a second.
    :param directory: empty, for the daemon's files.
    """
    cores, figures = Cores.of_this_machine(), Figures(minutes, per_s)
    dying = DyingSource()
    dying_port = await dying.start()
    with ExitStack() as stack:
        steady = stack.enter_context(
            source(cores.load, broadcast_us=BROADCAST_US, broadcast_bytes=EVENT_BYTES)
        )
        relay = stack.enter_context(
            SoakedRelay.running(directory, cores.server, steady.port, dying_port)
        )
        pin(cores.load)
        steady.start()
        probe = stack.enter_context(Probe.running(relay.port, relay.path("ping")))
        await Soak(relay, figures).run(visits_of(relay), minutes * 60.0)
        calls = probe.ended()
    dying.stop()
    figures.sources_died = dying.died
    figures.calls, figures.failed_calls = len(calls.took_ms), calls.failed
    if len(calls.took_ms) > 1:
        cuts = statistics.quantiles(calls.took_ms, n=100)
        figures.call_p50_ms, figures.call_p99_ms = cuts[49], cuts[98]
        figures.call_max_ms = max(calls.took_ms)
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command.

    :param arguments: of the command line; those of the process if None.
    :return: the exit status.
    """
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--rate", type=float, default=200.0, help="clients a second")
    chosen = parser.parse_args(arguments)
    raise_file_limit()
    try:
        with tempfile.TemporaryDirectory(prefix="relay-soak-") as directory:
            figures = asyncio.run(soak(chosen.minutes, chosen.rate, Path(directory)))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(asdict(figures), indent=2))
    broken = figures.broken()
    for one in broken:
        print(f"broken: {one}", file=sys.stderr)
    return 1 if broken else 0
