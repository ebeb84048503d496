"""``relay tail``: print the events of a stream."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import click
from twisted.internet.defer import CancelledError
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.cli.commands import Invocation
from relay.cli.errors import Failed
from relay.cli.hrids import complete_apis
from relay.cli.output import Output, counted
from relay.cli.streams.address import resolved
from relay.cli.streams.credentials import call_options, read_ca, read_headers
from relay.cli.streams.follower import Ending, Follower, Source
from relay.cli.streams.options import Expression, follow_options
from relay.cli.streams.printing import EventPrinter
from relay.cli.streams.rates import Rates, StatusLine
from relay.eventstream.continuity import ResumeMode
from relay.eventstream.event import Event
from relay.upstream.connection.stream import UpstreamResponse

_TICK_S = 1.0
_SILENCE_S = 3.0
"""A stream without an event is noted after this time."""


class Tail:
    """
    Prints what a :class:`Follower` reads.

    :param printer: selects and prints events; None to write the bytes instead.
    :param count: ends after this number of printed events; None for no end.
    :param write: takes the bytes of each read.
    :param status: the line of rates; cleared before something is printed.
    :param clock: of the note about a stream without events.
    :param hint: ends that note, such as with a command; empty for none.
    """

    def __init__(
        self,
        output: Output,
        printer: EventPrinter | None,
        count: int | None,
        write: Callable[[bytes], object],
        status: StatusLine,
        clock: IReactorTime,
        hint: str = "",
    ) -> None:
        self._output = output
        self._printer = printer
        self._count = count
        self._write = write
        self._status = status
        self._clock = clock
        self._hint = hint
        self._silence: IDelayedCall | None = None
        self._printed = 0
        self.rates = Rates(time.monotonic())
        self.follower: Follower | None = None

    def opened(self, response: UpstreamResponse, last_event_id: str) -> None:
        """Note that the stream is open, if it is not the first time."""
        if self.rates.reconnects:
            after = f" after {last_event_id}" if last_event_id else ""
            self._note(f"reconnected{after}", "green")
        elif not self.rates.events:
            self._silence = self._clock.callLater(_SILENCE_S, self._silent)

    def _silent(self) -> None:
        self._silence = None
        self._note(f"connected, no event yet{self._hint}", "yellow")

    def end_silence(self) -> None:
        """Note nothing about a stream without events from now on."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def received(self, data: bytes) -> None:
        """Write the bytes, if they are asked for."""
        self.rates.bytes += len(data)
        if self._printer is None:
            self._status.clear()
            self._write(data)

    def events(self, taken: Sequence[tuple[Event, str] | None]) -> None:
        """Print the events that are selected."""
        if taken:
            self.end_silence()
        for one in taken:
            if one is None:
                self.rates.gaps += 1
                self._note("gap: events may be missing here", "yellow")
                continue
            event, _ = one
            self.rates.events += 1
            if self._printer is not None:
                self._status.clear()
                if not self._printer.take(event):
                    continue
            self._printed += 1
            if self._printed == self._count and self.follower is not None:
                self.follower.stop(f"printed {counted(self._printed, 'event')}")
                return

    def lost(self, how: Ending, reason: str, delay_s: float | None) -> None:
        """Note that the stream is opened again."""
        self.end_silence()
        if delay_s is None:
            self._note(reason, "yellow")
            return
        self.rates.reconnects += 1
        self._note(f"{reason}; reconnecting in {delay_s:.1f} s", "yellow")

    def _note(self, text: str, style: str) -> None:
        self._status.clear()
        self._output.note(f"relay: {text}", style)


@click.command()
@click.argument("url", shell_complete=complete_apis)
@click.option(
    "--event", "names", multiple=True, metavar="NAME", help="Only events of this type."
)
@click.option(
    "--filter",
    "condition",
    type=Expression(),
    metavar="JMESPATH",
    help="Only events whose JSON data makes this true.",
)
@click.option(
    "--query",
    type=Expression(),
    metavar="JMESPATH",
    help="Print this part of the JSON data.",
)
@click.option("--raw", is_flag=True, help="Write the bytes as they come.")
@click.option("--pretty", is_flag=True, help="Print JSON data in several lines.")
@click.option("--rates", is_flag=True, help="Show rates on the standard error.")
@click.option(
    "--resume",
    type=click.Choice([mode.value for mode in ResumeMode]),
    help="How far ids are trusted after a reconnect. [default: verify; --raw: trust]",
)
@follow_options
@call_options
@click.pass_obj
def tail(
    invocation: Invocation,
    url: str,
    names: Sequence[str],
    condition: Any,
    query: Any,
    raw: bool,
    pretty: bool,
    rates: bool,
    resume: str | None,
    since: str,
    count: int | None,
    duration: float | None,
    no_reconnect: bool,
    wait: bool,
    idle_timeout: float,
    headers: Sequence[str],
    user: str | None,
    ca: str | None,
) -> int:
    """
    Print the events of a stream as they come.

    URL is that of any event stream, or the name of an API with the path after its
    context-path. Lost connections are opened again, and continue after the last event.
    """
    from relay.cli.running import run_reactor

    if raw and (names or condition or query or pretty or invocation.json):
        raise Failed(
            "--raw writes all bytes: it excludes --event, --filter, --query, --pretty "
            "and --json"
        )
    if raw and resume == ResumeMode.VERIFY:
        raise Failed("--raw cannot leave out the event that --resume verify repeats")
    if pretty and invocation.json:
        raise Failed("--pretty and --json exclude each other")
    sent, authorities = read_headers(headers, user), read_ca(ca)
    output = Output.of(invocation)
    printer = None if raw else EventPrinter(output, names, condition, query, pretty)
    status = StatusLine(sys.stderr)
    mode = ResumeMode(resume or ("trust" if raw else "verify"))

    async def session(reactor: Any) -> None:
        target = await resolved(reactor, invocation, url)
        source = Source(reactor, target, sent, authorities)
        hint = "" if "://" in url else f"; see {doctor_of(url)}"
        shown = Tail(output, printer, count, write_bytes, status, reactor, hint)
        follower = shown.follower = Follower(
            source,
            shown,
            last_event_id=since,
            mode=mode,
            reconnects=not no_reconnect,
            waits=wait,
            idle_ms=round(idle_timeout * 1000),
        )
        timers: list[Any] = []

        def tick() -> None:
            shown.rates.heartbeats = follower.comments
            status.show(shown.rates.line(time.monotonic()))
            timers[0] = reactor.callLater(_TICK_S, tick)

        if rates:
            timers.append(reactor.callLater(_TICK_S, tick))
        if duration is not None:
            stop = follower.stop
            timers.append(reactor.callLater(duration, stop, "the time is over"))
        try:
            reason = await follower.start()
        except CancelledError:
            reason = "interrupted"
        finally:
            for timer in timers:
                if timer.active():
                    timer.cancel()
            shown.end_silence()
            status.clear()
            source.close()
        if rates:
            shown.rates.heartbeats = follower.comments
            summary = shown.rates.summary(time.monotonic())
            output.note(f"relay: {summary}: {reason}")

    return run_reactor(session)


def doctor_of(text: str) -> str:
    """
    Return the command that checks the sources of an API.

    :param text: the argument that names the API, with a path.
    """
    name = text.partition("?")[0].partition("/")[0]
    return f"relay doctor --api {shlex.quote(name)}"


def write_bytes(data: bytes) -> None:
    """Write bytes to the standard output, at once."""
    out = sys.stdout.buffer
    out.write(data)
    out.flush()
