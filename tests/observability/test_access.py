"""The lines of the access log."""

from __future__ import annotations

import io
import json
import os
import sys

from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.model.outcome import Outcome
from relay.observability.access import (
    AccessRecord,
    CurrentAccessLog,
    JsonAccessLog,
    NoAccessLog,
    open_access_log,
)
from relay.settings.observability import LogSettings

NOW_MS = 1_700_000_000_007


def record() -> AccessRecord:
    """An exchange with every field filled in."""
    return AccessRecord(
        method="GET",
        host="relay:8082",
        path="/sse/a",
        peer_address="10.0.0.1",
        remote_address="192.0.2.7",
        query="key=secret",
        request_id="r",
        transaction_id="t",
        api_id="a",
        plan_id="p",
        application_id="1",
        subscription_id="s",
        endpoint="e",
        status=200,
        bytes_in=1,
        bytes_out=2,
        events=3,
        ttfb_ms=4,
        duration_ms=5,
        outcome=Outcome.IDLE_TIMEOUT,
        error_key="K",
        clock="idleTimeout",
        trace_id="4bf92f",
    )


class JsonAccessLogTests(SynchronousTestCase):
    def log(self, with_query: bool = False) -> tuple[JsonAccessLog, list[str]]:
        """A log, and its lines."""
        lines: list[str] = []
        return JsonAccessLog(lines.append, with_query), lines

    def test_every_field(self) -> None:
        """One line of compact JSON has every field, in a fixed order."""
        log, lines = self.log()
        log.closed(record(), NOW_MS)
        (line,) = lines
        self.assertTrue(line.endswith("}\n"))
        self.assertEqual(line.count("\n"), 1)
        self.assertNotIn(": ", line)
        self.assertEqual(
            list(json.loads(line).items()),
            list(
                {
                    "ts": "2023-11-14T22:13:20.007Z",
                    "kind": "close",
                    "requestId": "r",
                    "transactionId": "t",
                    "apiId": "a",
                    "planId": "p",
                    "applicationId": "1",
                    "subscriptionId": "s",
                    "remoteAddress": "192.0.2.7",
                    "protocol": "HTTP/1.1",
                    "method": "GET",
                    "host": "relay:8082",
                    "path": "/sse/a",
                    "endpoint": "e",
                    "status": 200,
                    "bytesIn": 1,
                    "bytesOut": 2,
                    "events": 3,
                    "ttfbMs": 4,
                    "durationMs": 5,
                    "outcome": "idle_timeout",
                    "errorKey": "K",
                    "clock": "idleTimeout",
                    "traceId": "4bf92f",
                }.items()
            ),
        )

    def test_open(self) -> None:
        """The start of a stream is a line of its own kind."""
        log, lines = self.log()
        log.opened(AccessRecord("GET", "h", "/", "::1", "::1"), NOW_MS)
        self.assertEqual(json.loads(lines[0])["kind"], "open")
        self.assertIsNone(json.loads(lines[0])["outcome"])

    def test_query_only_if_asked_for(self) -> None:
        """Query values may be keys: they are left out by default."""
        log, lines = self.log()
        log.closed(record(), NOW_MS)
        self.assertNotIn("secret", lines[0])
        log, lines = self.log(with_query=True)
        log.closed(record(), NOW_MS)
        self.assertEqual(json.loads(lines[0])["query"], "key=secret")

    def test_one_line_whatever_the_client_sends(self) -> None:
        """Control and non-ASCII characters cannot break a line."""
        log, lines = self.log()
        bad = record()
        bad.path = '/a\n{"kind":"close"}\r\x85\u2028é"'
        log.closed(bad, NOW_MS)
        self.assertTrue(lines[0].isascii())
        self.assertEqual(len(lines[0].splitlines()), 1)
        self.assertEqual(json.loads(lines[0])["path"], bad.path)


class OpenTests(SynchronousTestCase):
    def settings(self, access: str, rotate_bytes: int = 0) -> LogSettings:
        """Log settings."""
        return LogSettings(access, rotate_bytes, access_keep=2)

    def test_off(self) -> None:
        """Without a log nothing is written, and nothing fails."""
        log = open_access_log(self.settings("off"))
        self.assertIsInstance(log, NoAccessLog)
        log.opened(record(), NOW_MS)
        log.closed(record(), NOW_MS)

    def test_standard_output(self) -> None:
        """``-`` writes at once to the real standard output."""
        out = io.StringIO()
        self.patch(sys, "__stdout__", out)
        open_access_log(self.settings("-")).closed(record(), NOW_MS)
        self.assertEqual(json.loads(out.getvalue())["requestId"], "r")

    def test_file(self) -> None:
        """A file is appended to, and readable by its owner and group only."""
        path = os.path.abspath(self.mktemp())
        for _ in range(2):
            open_access_log(self.settings(path)).closed(record(), NOW_MS)
        with open(path) as file:
            self.assertEqual(len([json.loads(line) for line in file]), 2)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)

    def test_rotated(self) -> None:
        """A full file is put aside, and only so many are kept."""
        path = os.path.abspath(self.mktemp())
        log = open_access_log(self.settings(path, rotate_bytes=1000))
        for _ in range(20):
            log.closed(record(), NOW_MS)
        self.assertTrue(os.path.exists(path + ".1"))
        self.assertTrue(os.path.exists(path + ".2"))
        self.assertFalse(os.path.exists(path + ".3"))

    def test_no_such_directory(self) -> None:
        """A path that cannot be opened is an error at the start."""
        self.assertRaises(
            OSError, open_access_log, self.settings(self.mktemp() + "/none/log")
        )

    def test_full_disk(self) -> None:
        """
        A log that cannot be written ends no exchange, and the failure is logged once.
        """
        log = open_access_log(self.settings("/dev/full"))
        with capturedLogs() as events:
            for _ in range(3):
                log.closed(record(), NOW_MS)
        (event,) = events
        self.assertIn("cannot be written", str(event["log_format"]))


class CurrentTests(SynchronousTestCase):
    """A log that is replaced while exchanges are under way."""

    def test_replace(self) -> None:
        """Later lines go to the new file; the file before is closed."""
        paths = [os.path.abspath(self.mktemp()) for _ in range(2)]
        current = CurrentAccessLog(open_access_log(LogSettings(paths[0])))
        current.closed(record(), NOW_MS)
        descriptors = len(os.listdir("/proc/self/fd"))
        current.replace(open_access_log(LogSettings(paths[1], access_query=True)))
        self.assertEqual(len(os.listdir("/proc/self/fd")), descriptors)
        current.opened(record(), NOW_MS)
        current.closed(record(), NOW_MS)
        os.rename(paths[1], f"{paths[1]}.1")
        current.reopen()
        current.closed(record(), NOW_MS)
        counts = []
        for path in (paths[0], f"{paths[1]}.1", paths[1]):
            with open(path) as file:
                lines = [json.loads(line) for line in file]
            counts.append((len(lines), "query" in lines[0]))
        self.assertEqual(counts, [(1, False), (2, True), (1, True)])
        current.replace(NoAccessLog())
        current.closed(record(), NOW_MS)
        current.close()
