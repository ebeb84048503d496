"""The access log: one JSON line for each exchange, and one when a stream opens."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from twisted.logger import Logger

from relay.model.outcome import Outcome
from relay.model.schema.types.timestamps import timestamp
from relay.observability.log_file import LogFile
from relay.observability.timeline import Timeline
from relay.settings.observability import LogSettings

_ENCODER = json.JSONEncoder(separators=(",", ":"))
"""Created once: `json.dumps` would create one for each line."""


@dataclass(slots=True)
class AccessRecord:
    """One exchange; the gateway fills the record in during the exchange."""

    method: str
    host: str
    path: str
    """Without the query, which may contain keys."""
    peer_address: str
    """The address of the other end of the connection."""
    remote_address: str
    """The address of the client, behind trusted proxies."""
    network: str = ""
    """The IPv6 network whose addresses count as one client; empty for IPv4."""
    protocol: str = "HTTP/1.1"
    """``HTTP/1.0``, ``HTTP/1.1`` or ``HTTP/2``."""
    query: str | None = None
    request_id: str = ""
    transaction_id: str = ""
    api_id: str | None = None
    plan_id: str | None = None
    application_id: str | None = None
    subscription_id: str | None = None
    endpoint: str | None = None
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    events: int = 0
    ttfb_ms: int | None = None
    """From the request head to the response head."""
    duration_ms: int | None = None
    outcome: Outcome | None = None
    error_key: str | None = None
    listener: str = ""
    """The id of the listener of the gateway."""
    entrypoint: str | None = None
    """The type of the entrypoint; None before it is known."""
    begun_ms: int = 0
    """When it began, in milliseconds since the Unix epoch."""
    begun_s: float = 0.0
    """When it began, of the monotonic clock, in seconds."""
    timeline: Timeline = field(default_factory=Timeline)
    trace_id: str | None = None
    """The id of its trace, if its spans are exported."""
    trace: Any = None
    """Its trace; None while tracing is off."""
    clock: str | None = None
    """The name of the timeout that ended the exchange; None for any other end."""

    def elapsed_ms(self, now_s: float) -> int:
        """The time since it began."""
        return round((now_s - self.begun_s) * 1000)

    @property
    def client(self) -> str:
        """The address, or its network, that limits for each client address count."""
        return self.network or self.remote_address


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One attempt to deliver an event to a consumer."""

    api_id: str
    plan_id: str
    application_id: str
    subscription_id: str
    entrypoint: str
    event_id: str
    attempt: int
    """The number of the attempt, from 1 on."""
    status: int
    """The status of the answer; 0 for none."""
    bytes_out: int
    """The bytes of the body."""
    duration_ms: int
    result: str
    """``delivered``, ``retry``, ``rejected`` or ``stopped``."""
    problem: str | None
    """Why there was no answer; None if there was one."""


class AccessLog(Protocol):
    """Receives the records of exchanges and deliveries."""

    def opened(self, record: AccessRecord, now_ms: int) -> None:
        """Write that an event stream has begun."""

    def closed(self, record: AccessRecord, now_ms: int) -> None:
        """Write that an exchange is over."""

    def delivered(self, record: DeliveryRecord, now_ms: int) -> None:
        """Write that an attempt to deliver an event is over."""

    def reopen(self) -> None:
        """Open the path of the file again: another program has moved the file."""

    def close(self) -> None:
        """Close the file: no record follows."""


class CurrentAccessLog:
    """
    The access log in force, which a reload may replace.

    :param log: the first one.
    """

    def __init__(self, log: AccessLog) -> None:
        self._log = log

    def replace(self, log: AccessLog) -> None:
        """Write to another log, and close the one before."""
        before, self._log = self._log, log
        before.close()

    def opened(self, record: AccessRecord, now_ms: int) -> None:
        """Write that an event stream has begun."""
        self._log.opened(record, now_ms)

    def closed(self, record: AccessRecord, now_ms: int) -> None:
        """Write that an exchange is over."""
        self._log.closed(record, now_ms)

    def delivered(self, record: DeliveryRecord, now_ms: int) -> None:
        """Write that an attempt to deliver an event is over."""
        self._log.delivered(record, now_ms)

    def reopen(self) -> None:
        """Open the path of the file again."""
        self._log.reopen()

    def close(self) -> None:
        """Close the file."""
        self._log.close()


class JsonAccessLog:
    """
    Writes the records as lines of JSON.

    :param write: called with each line, including its line end.
    :param with_query: whether queries are written.
    :param file: its file; None if there is none.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        with_query: bool,
        file: LogFile | None = None,
    ) -> None:
        self._write = write
        self._with_query = with_query
        self._file = file

    def reopen(self) -> None:
        """Open the path of the file again."""
        if self._file is not None:
            self._file.reopen()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def opened(self, record: AccessRecord, now_ms: int) -> None:
        """Write the line of an event stream that has begun."""
        self._line("open", record, now_ms)

    def closed(self, record: AccessRecord, now_ms: int) -> None:
        """Write the line of an exchange that has ended."""
        self._line("close", record, now_ms)

    def delivered(self, record: DeliveryRecord, now_ms: int) -> None:
        """Write the result of an attempt to deliver an event."""
        line = {
            "ts": timestamp(now_ms),
            "kind": "delivery",
            "apiId": record.api_id,
            "planId": record.plan_id,
            "applicationId": record.application_id,
            "subscriptionId": record.subscription_id,
            "entrypoint": record.entrypoint,
            "eventId": record.event_id,
            "attempt": record.attempt,
            "status": record.status,
            "bytesOut": record.bytes_out,
            "durationMs": record.duration_ms,
            "result": record.result,
            "problem": record.problem,
        }
        self._write(_ENCODER.encode(line) + "\n")

    def _line(self, kind: str, record: AccessRecord, now_ms: int) -> None:
        line: dict[str, object] = {
            "ts": timestamp(now_ms),
            "kind": kind,
            "requestId": record.request_id,
            "transactionId": record.transaction_id,
            "apiId": record.api_id,
            "planId": record.plan_id,
            "applicationId": record.application_id,
            "subscriptionId": record.subscription_id,
            "remoteAddress": record.remote_address,
            "protocol": record.protocol,
            "method": record.method,
            "host": record.host,
            "path": record.path,
            "endpoint": record.endpoint,
            "status": record.status,
            "bytesIn": record.bytes_in,
            "bytesOut": record.bytes_out,
            "events": record.events,
            "ttfbMs": record.ttfb_ms,
            "durationMs": record.duration_ms,
            "outcome": record.outcome,
            "errorKey": record.error_key,
            "clock": record.clock,
            "traceId": record.trace_id,
        }
        if self._with_query:
            line["query"] = record.query
        self._write(_ENCODER.encode(line) + "\n")


class NoAccessLog:
    """Writes nothing: ``log.access = "off"``."""

    def opened(self, record: AccessRecord, now_ms: int) -> None:
        """Write nothing."""

    def closed(self, record: AccessRecord, now_ms: int) -> None:
        """Write nothing."""

    def delivered(self, record: DeliveryRecord, now_ms: int) -> None:
        """Write nothing."""

    def reopen(self) -> None:
        """Do nothing: there is no file."""

    def close(self) -> None:
        """Do nothing: there is no file."""


def open_access_log(settings: LogSettings, shared: bool = False) -> AccessLog:
    """
    Open the access log.

    :param shared: whether other processes write to the same file.
    :raises OSError: when the file cannot be opened.
    """
    if settings.access == "off":
        return NoAccessLog()
    if settings.access == "-":
        return JsonAccessLog(_Guarded(_to_stdout), settings.access_query)
    file = LogFile(
        settings.access,
        rotate_bytes=settings.access_rotate_bytes,
        keep=settings.access_keep,
        mode=0o640,
        shared=shared,
    )
    write = _Guarded(file.write)
    return JsonAccessLog(write, settings.access_query, file)


def _to_stdout(line: str) -> None:
    sys.__stdout__.write(line)  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]


class _Guarded:
    """
    A full disk must not end exchanges: the error is logged once for each time it lasts.
    """

    log = Logger()

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._failing = False

    def __call__(self, line: str) -> None:
        try:
            self._write(line)
        except OSError as error:
            if not self._failing:
                self._failing = True
                self.log.error("the access log cannot be written: {e}", e=error)
        else:
            self._failing = False
