"""``relay bench``: measure a source with many clients."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import click
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

from relay.cli.commands import Invocation
from relay.cli.errors import Failed
from relay.cli.hrids import complete_apis
from relay.cli.output import Output
from relay.cli.streams.address import resolved, shown_url
from relay.cli.streams.bench_report import SENT, BenchClient, Report
from relay.cli.streams.credentials import (
    Header,
    call_options,
    read_ca,
    read_headers,
)
from relay.cli.streams.follower import Follower, Source
from relay.cli.streams.options import Duration, Expression

RESERVED_FILES = 64
"""Files that are not for clients: libraries, the output, publishers."""
MOST_CLIENTS = 50_000
LONGEST_S = 3600.0
_TICK_S = 0.2
_PUBLISH_SHARE = 0.05
"""How often events are published: those of this time at once, in seconds."""


def check_clients(clients: int) -> None:
    """
    Refuse more clients than the process may have connections.

    :raises Failed: with the limit.
    """
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if clients + RESERVED_FILES > limit:
        raise Failed(
            f"{clients} clients need {clients + RESERVED_FILES} open files, and the "
            f"limit is {limit}: raise it by ulimit -n (up to {most})"
        )


def is_loopback(url: str) -> bool:
    """Whether a URL is that of this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@click.command()
@click.argument("url", shell_complete=complete_apis)
@click.option(
    "--clients",
    type=click.IntRange(1, MOST_CLIENTS),
    default=10,
    show_default=True,
    metavar="N",
    help="How many streams are open at the same time.",
)
@click.option(
    "--duration",
    type=Duration(),
    default=10,
    metavar="TIME",
    help="How long, from the first call on. [default: 10s]",
)
@click.option(
    "--ramp",
    type=Duration(),
    default=0,
    metavar="TIME",
    help="Open the streams evenly within this time. [default: 0s]",
)
@click.option(
    "--timestamp",
    type=Expression(),
    metavar="JMESPATH",
    help="The time of an event in its JSON data, to measure the latency.",
)
@click.option(
    "--publish",
    "publish_to",
    metavar="URL",
    help="Publish events with timestamps to this entrypoint.",
)
@click.option(
    "--rate",
    type=click.FloatRange(0.01, 100_000),
    metavar="N",
    help="Events per second that are published. [default: 10]",
)
@click.option("--yes", is_flag=True, help="Call another machine without asking.")
@call_options
@click.pass_obj
def bench(
    invocation: Invocation,
    url: str,
    clients: int,
    duration: float,
    ramp: float,
    timestamp: Any,
    publish_to: str | None,
    rate: float | None,
    yes: bool,
    headers: Sequence[str],
    user: str | None,
    ca: str | None,
) -> int:
    """
    Open many streams, and measure events, bytes, times to the head and latencies.

    URL is that of an event stream, or the name of an API with the path after its
    context-path.
    """
    from relay.cli.running import run_reactor

    if publish_to is not None and timestamp is not None:
        raise Failed("--publish writes its own timestamps: it excludes --timestamp")
    if rate is not None and publish_to is None:
        raise Failed("--rate is for --publish")
    if not 0 < duration <= LONGEST_S or ramp > duration:
        raise Failed("--duration is 1h at most, and --ramp is not longer")
    check_clients(clients)
    sent, authorities = read_headers(headers, user), read_ca(ca)
    output = Output.of(invocation)
    report = Report(timestamp)

    async def session(reactor: Any) -> None:
        target = await resolved(reactor, invocation, url)
        publish_url = None
        if publish_to is not None:
            publish_url = await resolved(reactor, invocation, publish_to)
        for one in filter(None, (target, publish_url)):
            if not is_loopback(one) and not yes:
                raise Failed(
                    f"{shown_url(one)} is another machine; --yes puts the load on it"
                )
        source = Source(reactor, target, sent, authorities)
        run = Bench(reactor, source, report, clients, ramp)
        try:
            await run.measure(
                duration,
                None if publish_url is None else (publish_url, rate or 10.0),
                sent,
                authorities,
                output,
            )
        finally:
            source.close()
        if not report.opened:
            reason = next(iter(report.reasons), "there was no response in time")
            raise Failed(f"no stream was opened: {reason}")
        report.show(output)

    return run_reactor(session)


class Bench:
    """
    Runs the clients for a time.

    :param clients: how many.
    :param ramp_s: the time within which they begin.
    """

    def __init__(
        self, reactor: Any, source: Source, report: Report, clients: int, ramp_s: float
    ) -> None:
        self._reactor = reactor
        self._source = source
        self._report = report
        self._count = clients
        self._ramp_s = ramp_s
        self._clients: list[BenchClient] = []
        self._timers: dict[str, Any] = {}

    async def measure(
        self,
        duration_s: float,
        publishing: tuple[str, float] | None,
        headers: Sequence[Header],
        ca: str,
        output: Output,
    ) -> None:
        """
        Open the streams, and close them after the time, or at Ctrl-C.

        :param publishing: a URL, and events per second; None to publish nothing.
        """
        over: Deferred[None] = Deferred()
        begun_s = time.monotonic()
        self._timers["end"] = self._reactor.callLater(duration_s, over.callback, None)
        publisher = None
        if publishing is not None:
            publisher = Deferred.fromCoroutine(
                self._publish(*publishing, headers, ca, output)
            )
            publisher.addErrback(partial(_fail, over))
        self._begin_next(begun_s)
        progress = self._progress(output, duration_s, begun_s)
        try:
            await over
        except CancelledError:
            pass
        finally:
            self._report.duration_s = time.monotonic() - begun_s
            for timer in self._timers.values():
                if timer.active():
                    timer.cancel()
            if progress is not None:
                progress.stop()
            if publisher is not None:
                publisher.cancel()
            for client in self._clients:
                if client.follower is not None:
                    client.follower.stop("the time is over")
                client.closed()

    def _begin_next(self, begun_s: float) -> None:
        """Begin the clients that are due."""
        while len(self._clients) < self._count:
            due_s = begun_s + self._ramp_s * len(self._clients) / self._count
            wait_s = due_s - time.monotonic()
            if wait_s > 0:
                self._timers["ramp"] = self._reactor.callLater(
                    wait_s, self._begin_next, begun_s
                )
                return
            client = BenchClient(self._report)
            self._clients.append(client)
            client.follower = Follower(self._source, client)
            done: Deferred[Any] = client.follower.start()
            done.addErrback(partial(_give_up, client))

    def _progress(self, output: Output, duration_s: float, begun_s: float) -> Any:
        """Show a bar on the standard error, if it is a terminal."""
        if not sys.stderr.isatty():
            return None
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=output.notes,
            transient=True,
            auto_refresh=False,
        )
        task = progress.add_task("", total=duration_s)
        progress.start()

        def tick() -> None:
            report, now_s = self._report, time.monotonic()
            progress.update(
                task,
                completed=now_s - begun_s,
                description=f"{report.open} streams, {report.events} events",
            )
            progress.refresh()
            self._timers["tick"] = self._reactor.callLater(_TICK_S, tick)

        tick()
        return progress

    async def _publish(
        self, url: str, rate: float, headers: Sequence[Header], ca: str, output: Output
    ) -> None:
        """Publish events evenly, those of a twentieth of a second at once."""
        from twisted.internet.task import deferLater

        from relay.cli.client import open_client
        from relay.cli.profiles import Profile
        from relay.cli.streams.publish import MOST_BATCH, Publication, Publisher

        client, pool = open_client(Profile(url, ca=ca), self._reactor)
        publisher = Publisher(self._reactor, client.http, url, headers, 0, output.note)
        begun_s = time.monotonic()
        try:
            while True:
                next_s = begun_s + (self._report.published + 1) / rate
                wait_s = next_s - time.monotonic()
                if wait_s > 0:
                    await deferLater(self._reactor, max(wait_s, _PUBLISH_SHARE / 2))
                due = int((time.monotonic() - begun_s) * rate) - self._report.published
                number = min(max(due, 1), MOST_BATCH)
                event = {"type": "bench", "data": {SENT: time.time() * 1000}}
                line = json.dumps(event).encode()
                body = b"\n".join([line] * number)
                await publisher.send(
                    Publication("application/x-ndjson", body, str(uuid4()))
                )
                self._report.published += number
        finally:
            await pool.closeCachedConnections()


def _fail(over: Deferred[None], failure: Failure) -> None:
    """End the measurement, unless it is over."""
    if not over.called:
        over.errback(failure)


def _give_up(client: BenchClient, failure: Failure) -> None:
    """Count a client that does not reconnect."""
    error = failure.value
    client.failed(error.message if isinstance(error, Failed) else str(error))
