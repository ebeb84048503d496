"""``relay publish``: publish events to an ``http-post`` entrypoint."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import Any
from uuid import uuid4

import click

from relay.cli.commands import Invocation
from relay.cli.errors import Failed
from relay.cli.hrids import complete_apis
from relay.cli.output import Output
from relay.cli.streams.address import resolved, shown_url
from relay.cli.streams.credentials import (
    Header,
    call_options,
    read_ca,
    read_headers,
)
from relay.cli.streams.delays import Delays
from relay.reactor.daemon_thread import run_in_thread

MOST_BATCH = 1_000
"""The default of ``maxBatchEvents`` of the entrypoint."""
LONGEST_LINE = 1024 * 1024
"""The longest line of the input, in bytes; ``maxEventBytes`` is the same by default."""
LONGEST_DATA = 64 * 1024 * 1024
"""The longest data of one event that is read, in bytes."""
RETRIED = frozenset((408, 425, 429, 502, 503, 504))
"""Statuses after which the same publication may succeed."""
_TIMEOUT_S = 60
_READ_BYTES = 65_536


@dataclass(frozen=True)
class Publication:
    """
    One request.

    :param key: its ``Idempotency-Key``: a repetition is not published again.
    """

    content_type: str
    body: bytes
    key: str
    event_id: str = ""
    event_type: str = ""

    def headers(self) -> list[Header]:
        """Return the headers of the request."""
        named = {
            "Accept": "application/json",
            "Content-Type": self.content_type,
            "Idempotency-Key": self.key,
            "Relay-Event-Id": self.event_id,
            "Relay-Event-Type": self.event_type,
        }
        return [(name, text.encode()) for name, text in named.items() if text]


def single(data: bytes, event_type: str, event_id: str, key: str) -> Publication:
    """Make the publication of one event; data that is not UTF-8 is sent as bytes."""
    try:
        data.decode("utf-8")
        content_type = "text/plain;charset=utf-8"
    except UnicodeDecodeError:
        content_type = "application/octet-stream"
    return Publication(content_type, data, key, event_id, event_type)


def batch_of(
    lines: Sequence[bytes], first: int, event_type: str, as_events: bool, key: str
) -> Publication | None:
    """
    Make the publication of some lines of an input.

    :param lines: with their line ends.
    :param first: the number of the first line.
    :param as_events: whether a line is an event in JSON, or the data of one.
    :param key: the beginning of the key; the number of the first line follows.
    :return: None for empty lines that are no events.
    :raises Failed: for a line that is no UTF-8 or too long.
    """
    events: list[bytes] = []
    for number, line in enumerate(lines, first):
        if len(line) > LONGEST_LINE:
            raise Failed(f"line {number} is longer than {LONGEST_LINE} bytes")
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise Failed(f"line {number} is not UTF-8") from None
        if not as_events:
            event = {"data": text} | ({"type": event_type} if event_type else {})
            events.append(json.dumps(event, ensure_ascii=False).encode())
        elif text:
            events.append(text.encode())
    if not events:
        return None
    body = b"\n".join([*events, b""])
    return Publication("application/x-ndjson", body, f"{key}-{first}")


class Lines:
    """
    Reads the lines of a file in a thread, a bounded number of them ahead.

    :param reactor: is called by the thread.
    :param handle: the descriptor of the file. A buffered file could not be closed while
        the thread waits for its input.
    :param most: how many lines are taken at once, at most.
    """

    def __init__(self, reactor: Any, handle: int, most: int) -> None:
        self._reactor = reactor
        self._handle = handle
        self._most = most
        self._queue: Queue[bytes] = Queue(most)
        self._waiting: Any = None
        self._problem: OSError | None = None

    def start(self) -> None:
        """Start the thread, which does not keep the process from ending."""
        run_in_thread("input", self._read)

    async def some(self) -> list[bytes]:
        """Return the lines that are there, or wait for one; none at the end."""
        from twisted.internet.defer import Deferred

        while self._queue.empty():
            self._waiting = Deferred()
            await self._waiting
        lines: list[bytes] = []
        while len(lines) < self._most and not self._queue.empty():
            line = self._queue.get_nowait()
            if not line:
                # The end is met again by the next call.
                self._queue.put_nowait(line)
                break
            lines.append(line)
        if self._problem is not None and not lines:
            raise Failed(f"cannot read the input: {self._problem.strerror}")
        return lines

    def _read(self) -> None:
        rest = b""
        try:
            while data := os.read(self._handle, _READ_BYTES):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._put(line + b"\n")
                if len(rest) > LONGEST_LINE:
                    break
        except OSError as error:
            self._problem = error
        if rest:
            self._put(rest)
        self._put(b"")

    def _put(self, line: bytes) -> None:
        self._queue.put(line)
        self._reactor.callFromThread(self._wake)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.callback(None)


class Publisher:
    """
    Sends publications, and repeats those that the gateway could not take now.

    :param http: a client of treq.
    :param retries: how often one publication is repeated.
    :param note: takes a line for the user.
    """

    def __init__(
        self,
        reactor: Any,
        http: Any,
        url: str,
        headers: Sequence[Header],
        retries: int,
        note: Any,
    ) -> None:
        self._reactor = reactor
        self._http = http
        self._url = url
        self._headers = headers
        self._retries = retries
        self._note = note

    async def send(self, publication: Publication) -> Any:
        """
        Publish.

        :return: the decoded answer, None without one.
        :raises Failed: when the gateway refuses, or did not take it in all attempts.
        """
        from twisted.internet.task import deferLater

        delays = Delays()
        for left in range(self._retries, -1, -1):
            status, answer, wait_s = await self._attempt(publication)
            if 200 <= status < 300:
                return answer
            reason = _reason(status, answer)
            if not left or (status and status not in RETRIED):
                raise Failed(f"{shown_url(self._url)}: {reason}")
            delay_s = delays.next_s(wait_s)
            self._note(f"relay: {reason}; retrying in {delay_s:.1f} s")
            await deferLater(self._reactor, delay_s)
        raise AssertionError("the last attempt returns or fails")

    async def _attempt(self, publication: Publication) -> tuple[int, Any, float]:
        """
        Make one call.

        :return: the status, 0 without a response; the answer, or the reason; the
            ``Retry-After`` in seconds.
        """
        from twisted.internet.defer import CancelledError
        from twisted.web.http_headers import Headers

        from relay.cli.client import reason_of
        from relay.upstream.events.retry_after import read_retry_after

        headers = Headers()
        for name, value in (*publication.headers(), *self._headers):
            headers.setRawHeaders(name.encode("ascii"), [value])
        try:
            response = await self._http.post(
                self._url,
                headers=headers,
                data=publication.body,
                allow_redirects=False,
                timeout=_TIMEOUT_S,
            )
            content = await response.content()
        except CancelledError:
            raise
        except Exception as error:
            return 0, reason_of(error), 0.0
        asked = response.headers.getRawHeaders("retry-after", [None])[0]
        try:
            answer = json.loads(content) if content else None
        except ValueError:
            answer = content[:500].decode("utf-8", "replace")
        return response.code, answer, read_retry_after(asked, None)


def _reason(status: int, answer: Any) -> str:
    if not status:
        return str(answer)
    message = answer.get("message") if isinstance(answer, dict) else answer
    key = f" {answer['key']}" if isinstance(answer, dict) and "key" in answer else ""
    told = f": {message}" if message else ""
    return f"the gateway answered {status}{key}{told}"


@click.command()
@click.argument("url", shell_complete=complete_apis)
@click.argument("data", required=False)
@click.option("--file", "path", metavar="FILE", help="The data of one event.")
@click.option("--lines", is_flag=True, help="Each line of the input is the data.")
@click.option("--events", is_flag=True, help="Each line is an event in JSON.")
@click.option("--event", "event_type", default="", metavar="NAME", help="The type.")
@click.option("--id", "event_id", default="", metavar="ID", help="The id of the event.")
@click.option(
    "--idempotency-key",
    "key",
    default="",
    metavar="KEY",
    help="A repetition with this key is not published again. [default: a random one]",
)
@click.option(
    "--batch",
    type=click.IntRange(1, MOST_BATCH),
    default=100,
    show_default=True,
    metavar="N",
    help="The most events of one request, with --lines and --events.",
)
@click.option(
    "--retry",
    "retries",
    type=click.IntRange(0, 1000),
    default=3,
    show_default=True,
    metavar="N",
    help="How often a request is repeated that the gateway could not take.",
)
@call_options
@click.pass_obj
def publish(
    invocation: Invocation,
    url: str,
    data: str | None,
    path: str | None,
    lines: bool,
    events: bool,
    event_type: str,
    event_id: str,
    key: str,
    batch: int,
    retries: int,
    headers: Sequence[str],
    user: str | None,
    ca: str | None,
) -> int:
    """
    Publish events to an http-post entrypoint.

    URL is that of the entrypoint, or the name of an API with the path after its
    context-path. Without DATA, --file, --lines and --events, the standard input is the
    data of one event.
    """
    from relay.cli.running import run_reactor

    ways = [data is not None, path is not None, lines, events]
    if sum(ways) > 1:
        raise Failed("DATA, --file, --lines and --events exclude each other")
    if event_id and (lines or events):
        raise Failed("--id is for one event")
    if event_type and events:
        raise Failed("--events: an event has its own type")
    _check_texts(event_type, event_id, key)
    sent = read_headers(headers, user)
    output = Output.of(invocation)
    key = key or str(uuid4())

    async def publications(reactor: Any) -> AsyncIterator[Publication]:
        if not (lines or events):
            yield single(_data(data, path), event_type, event_id, key)
            return
        source = Lines(reactor, sys.stdin.fileno(), batch)
        source.start()
        first = 1
        while some := await source.some():
            one = batch_of(some, first, event_type, events, key)
            first += len(some)
            if one is not None:
                yield one

    async def session(reactor: Any) -> None:
        from relay.cli.client import open_client
        from relay.cli.profiles import Profile

        target = await resolved(reactor, invocation, url)
        client, pool = open_client(Profile(target, ca=read_ca(ca)), reactor)
        publisher = Publisher(reactor, client.http, target, sent, retries, output.note)
        try:
            async for publication in publications(reactor):
                answer = await publisher.send(publication)
                if invocation.json:
                    output.data_line(answer)
                else:
                    for one in (answer or {}).get("ids", ()):
                        output.line(str(one))
        finally:
            await pool.closeCachedConnections()

    return run_reactor(session)


def _check_texts(event_type: str, event_id: str, key: str) -> None:
    for name, text in (
        ("--event", event_type),
        ("--id", event_id),
        ("--idempotency-key", key),
    ):
        if not text.isprintable():
            raise Failed(f"{name} must be one line of text")


def _data(data: str | None, path: str | None) -> bytes:
    if data is not None:
        return data.encode("utf-8", "surrogateescape")
    try:
        if path is None:
            found = sys.stdin.buffer.read(LONGEST_DATA + 1)
        else:
            with open(path, "rb") as file:
                found = file.read(LONGEST_DATA + 1)
    except OSError as error:
        raise Failed(f"cannot read {path or 'the input'}: {error.strerror}") from None
    if len(found) > LONGEST_DATA:
        raise Failed(f"the data is longer than {LONGEST_DATA} bytes")
    return found
