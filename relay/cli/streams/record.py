"""``relay record``: write a capture of an event stream."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

import click
from twisted.internet.defer import CancelledError

from relay.captures.format import (
    Head,
    Lost,
    Opened,
    Received,
    Record,
    Stopped,
    recorded_headers,
)
from relay.captures.writer import CaptureWriter
from relay.cli.commands import Invocation
from relay.cli.errors import Failed
from relay.cli.hrids import complete_apis
from relay.cli.output import Output, counted
from relay.cli.streams.address import resolved, shown_url
from relay.cli.streams.credentials import call_options, read_ca, read_headers
from relay.cli.streams.follower import Ending, Follower, Source
from relay.cli.streams.options import Size, follow_options
from relay.cli.streams.rates import Rates, StatusLine
from relay.eventstream.event import Event
from relay.upstream.connection.stream import UpstreamResponse

_ONLY_OWNER = 0o600
_TICK_S = 1.0


class Recorder:
    """
    Writes what a :class:`Follower` reads.

    The file is created at the head of the first response.

    :param path: of the capture; ``-`` for the standard output.
    :param replaces: whether a file that exists is replaced.
    :param count: ends after this number of events; None for no end.
    :param most_bytes: ends before the capture becomes larger; None for no limit.
    """

    def __init__(
        self,
        url: str,
        path: str,
        replaces: bool,
        count: int | None = None,
        most_bytes: int | None = None,
    ) -> None:
        self._url = url
        self._path = path
        self._replaces = replaces
        self._count = count
        self._most_bytes = most_bytes
        self._started_at = datetime.now(UTC)
        self._begun_ns = time.monotonic_ns()
        self._file: BinaryIO | None = None
        self._writer: CaptureWriter | None = None
        self.rates = Rates(time.monotonic())
        self.responses = 0
        self.follower: Follower | None = None

    @property
    def size(self) -> int:
        """The size of the capture so far."""
        return 0 if self._writer is None else self._writer.bytes

    def opened(self, response: UpstreamResponse, last_event_id: str) -> None:
        """Write the head of a response."""
        at_us = self._now_us()
        self.responses += 1
        headers = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, values in response.headers.getAllRawHeaders()
            for value in values
        ]
        kept = recorded_headers(headers)
        self._write(Opened(at_us, response.code, kept, last_event_id))

    def received(self, data: bytes) -> None:
        """Write the bytes of a read."""
        record = Received(self._now_us(), data)
        self.rates.bytes += len(data)
        if self._most_bytes is not None and self.size >= self._most_bytes:
            self._stop("the capture is full")
        else:
            self._write(record)

    def events(self, taken: Sequence[tuple[Event, str] | None]) -> None:
        """Count events."""
        for one in taken:
            if one is None:
                self.rates.gaps += 1
            else:
                self.rates.events += 1
        if self._count is not None and self.rates.events >= self._count:
            self._stop(f"recorded {counted(self.rates.events, 'event')}")

    def lost(self, how: Ending, reason: str, delay_s: float | None) -> None:
        """Mark the end of a response, or a failed attempt."""
        self.rates.reconnects += delay_s is not None
        if self._writer is not None:
            self._write(Lost(self._now_us(), how, reason))

    def end(self, reason: str) -> None:
        """Write the end, and close the file."""
        file, self._file = self._file, None
        if file is None:
            return
        self._write(Stopped(self._now_us(), reason))
        try:
            if self._path != "-" and _is_regular(file.fileno()):
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            file.close()

    def _stop(self, reason: str) -> None:
        if self.follower is not None:
            self.follower.stop(reason)

    def _now_us(self) -> int:
        return (time.monotonic_ns() - self._begun_ns) // 1000

    def _write(self, record: Record) -> None:
        try:
            if self._writer is None:
                self._file = self._created()
                started = self._started_at.isoformat(timespec="milliseconds")
                head = Head(started.replace("+00:00", "Z"), shown_url(self._url))
                self._writer = CaptureWriter(self._file, head)
            self._writer.write(record)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._unwritable(error) from None

    def _created(self) -> BinaryIO:
        if self._path == "-":
            return open(sys.stdout.fileno(), "wb", buffering=0, closefd=False)
        flags = os.O_TRUNC if self._replaces else os.O_EXCL
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | flags, _ONLY_OWNER)
        if _is_regular(handle):
            # A file that is replaced may have been readable for others.
            os.fchmod(handle, _ONLY_OWNER)
        return open(handle, "wb", buffering=0)

    def _unwritable(self, error: OSError) -> Failed:
        return Failed(f"cannot write {self._path}: {error.strerror}")


def _is_regular(handle: int) -> bool:
    return stat.S_ISREG(os.fstat(handle).st_mode)


@click.command()
@click.argument("url", shell_complete=complete_apis)
@click.option(
    "-o", "--output", "path", required=True, metavar="FILE", help="- for the output."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option(
    "--max-bytes", type=Size(), metavar="SIZE", help="End when FILE has this size."
)
@follow_options
@call_options
@click.pass_obj
def record(
    invocation: Invocation,
    /,
    url: str,
    path: str,
    force: bool,
    max_bytes: int | None,
    headers: Sequence[str],
    user: str | None,
    ca: str | None,
    **follow: Any,
) -> int:
    """
    Record an event stream: its bytes as they come, and their times.

    URL is that of any event stream, or the name of an API. Reconnects are marked in the
    file. Ctrl-C ends the recording.
    """
    from relay.cli.running import run_reactor

    if path != "-" and os.path.exists(path) and not force:
        raise Failed(f"{path} exists; --force replaces it")
    sent = read_headers(headers, user)
    authorities = read_ca(ca)
    output = Output.of(invocation)
    if invocation.json and path == "-":
        raise Failed("--json: the standard output is the capture")

    async def session(reactor: Any) -> None:
        target = await resolved(reactor, invocation, url)
        recorder = Recorder(target, path, force, follow.pop("count"), max_bytes)
        source = Source(reactor, target, sent, authorities)
        reason = await follow_until(reactor, source, recorder, **follow)
        told = f"{recorder.rates.summary(time.monotonic())}: {reason}"
        if invocation.json:
            rates = recorder.rates
            output.data(
                {
                    "file": path,
                    "events": rates.events,
                    "bytes": rates.bytes,
                    "heartbeats": rates.heartbeats,
                    "responses": recorder.responses,
                    "gaps": rates.gaps,
                    "reason": reason,
                }
            )
        else:
            output.note(f"{path}: {told}")

    return run_reactor(session)


async def follow_until(
    reactor: Any,
    source: Source,
    recorder: Recorder,
    *,
    since: str,
    duration: float | None,
    no_reconnect: bool,
    wait: bool,
    idle_timeout: float,
) -> str:
    """
    Record until the stream, the time or the user ends it.

    :return: the reason.
    """
    status = StatusLine(sys.stderr)
    follower = recorder.follower = Follower(
        source,
        recorder,
        last_event_id=since,
        reconnects=not no_reconnect,
        waits=wait,
        idle_ms=round(idle_timeout * 1000),
    )
    timers: list[Any] = []

    def tick() -> None:
        recorder.rates.heartbeats = follower.comments
        status.show(recorder.rates.line(time.monotonic()))
        timers[0] = reactor.callLater(_TICK_S, tick)

    timers.append(reactor.callLater(_TICK_S, tick))
    if duration is not None:
        timers.append(reactor.callLater(duration, follower.stop, "the time is over"))
    reason = "the recording failed"
    try:
        reason = await follower.start()
    except CancelledError:
        reason = "interrupted"
    except Failed as error:
        reason = error.message
        raise
    finally:
        for timer in timers:
            if timer.active():
                timer.cancel()
        status.clear()
        recorder.rates.heartbeats = follower.comments
        source.close()
        recorder.end(reason)
    return reason
