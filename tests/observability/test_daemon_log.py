"""The lines of the daemon's log."""

from __future__ import annotations

import json
import logging
from typing import Any

from hypothesis import given, strategies as st
from twisted.logger import Logger, LogLevel, LogPublisher, globalLogPublisher
from twisted.python import log as legacy
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.daemon_log import (
    LIBRARY_LOGS,
    DaemonLog,
    json_line,
    stamped_line,
    text_line,
)


def event(text: str, level: Any = LogLevel.info, **values: Any) -> dict[str, Any]:
    """Make an event as Relay's loggers do."""
    return {
        "log_format": text,
        "log_level": level,
        "log_namespace": "relay.part.Class",
        "log_time": 1_700_000_000.25,
        **values,
    }


def failure() -> Failure:
    """Make a failure with a traceback."""
    try:
        raise ValueError("first line\nsecond line")
    except ValueError:
        return Failure()


class LevelTests(SynchronousTestCase):
    """What is written at which level."""

    def setUp(self) -> None:
        """Make a log, and what logs to it."""
        self.lines: list[tuple[str, str]] = []
        self.log = DaemonLog(self.keep)
        publisher = LogPublisher(self.log)
        self.relay = Logger("relay.part", observer=publisher)
        self.twisted = Logger("twisted.internet.protocol", observer=publisher)

    def keep(self, line: str, level: Any) -> None:
        """Keep the message of a line, and its level."""
        self.lines.append((line.rpartition("] ")[2], level.name))

    def emit_all(self) -> list[str]:
        """Log with each level, by Relay and by Twisted."""
        self.lines.clear()
        for level in ("debug", "info", "warn", "error", "critical"):
            self.relay.emit(LogLevel.levelWithName(level), f"relay {level}")
            self.twisted.emit(LogLevel.levelWithName(level), f"twisted {level}")
        return [line for line, _ in self.lines]

    def test_levels(self) -> None:
        """A level shows itself and those above; Twisted's ``info`` is ``debug``."""
        critical = ["relay critical", "twisted critical"]
        error = ["relay error", "twisted error", *critical]
        warn = ["relay warn", "twisted warn", *error]
        info = ["relay info", *warn]
        self.assertEqual(self.emit_all(), info)
        self.log.set_level("warn")
        self.assertEqual(self.emit_all(), warn)
        self.log.set_level("error")
        self.assertEqual(self.emit_all(), error)
        self.log.set_level("debug")
        debug = ["relay debug", "twisted debug", "relay info", "twisted info"]
        self.assertEqual(self.emit_all(), [*debug, *warn])
        self.log.set_level("info")
        self.assertEqual(self.emit_all(), info)

    def test_the_writer_knows_the_level(self) -> None:
        """It is called with the level of each line."""
        self.relay.warn("x")
        self.assertEqual(self.lines, [("x", "warn")])

    def test_legacy_messages(self) -> None:
        """``twisted.python.log.msg`` is ``debug``; ``err`` is always written."""
        globalLogPublisher.addObserver(self.log)
        self.addCleanup(globalLogPublisher.removeObserver, self.log)
        legacy.msg("(TCP Port 1 Closed)")
        self.assertEqual(self.lines, [])
        legacy.err(failure(), "a mistake")
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assertIn(("critical"), [level for _, level in self.lines])
        self.log.set_level("debug")
        legacy.msg("(TCP Port 1 Closed)")
        self.assertEqual(self.lines[-1], ("(TCP Port 1 Closed)", "info"))

    def test_libraries(self) -> None:
        """Messages of Python's ``logging`` have their level and their logger's name."""
        globalLogPublisher.addObserver(self.log)
        self.addCleanup(globalLogPublisher.removeObserver, self.log)
        root = logging.getLogger()
        root.addHandler(LIBRARY_LOGS)
        self.addCleanup(root.removeHandler, LIBRARY_LOGS)
        library = logging.getLogger("some.library")
        self.log.set_format("json")
        self.lines.clear()
        library.warning("100 %s {braces}", "%")
        library.error("an error")
        shown = [json.loads(line) for line, _ in self.lines]
        self.assertEqual(
            [(one["logger"], one["level"], one["message"]) for one in shown],
            [
                ("some.library", "warn", "100 % {braces}"),
                ("some.library", "error", "an error"),
            ],
        )


class TextTests(SynchronousTestCase):
    """Lines of text."""

    def test_a_line(self) -> None:
        """It has the time in UTC, the logger, the level and the message."""
        self.assertEqual(
            stamped_line(event("API {api_id}: serving", api_id="a")),
            "2023-11-14T22:13:20.250Z [relay.part.Class#info] API a: serving",
        )

    def test_a_traceback_is_whole(self) -> None:
        """Its lines follow, each behind a tab."""
        line = text_line(event("it failed", LogLevel.critical, log_failure=failure()))
        first, *further = line.split("\n")
        self.assertEqual(first, "[relay.part.Class#critical] it failed")
        self.assertIn("\tbuiltins.ValueError: first line", further)
        self.assertTrue(all(one.startswith("\t") for one in further))

    @given(st.text())
    def test_no_value_begins_a_line(self, value: str) -> None:
        """What a client sends cannot look like a line of the log."""
        line = text_line(event("path {path}", path=value))
        _, *further = line.splitlines()
        for one in further:
            self.assertTrue(one.startswith("\t"), one)
        self.assertNotIn("\x1b", line)
        line.encode("utf-8")


class JsonTests(SynchronousTestCase):
    """Lines of JSON."""

    def test_a_line(self) -> None:
        """The ids of the message are members of their own."""
        shown = json.loads(
            json_line(
                event(
                    "API {api_id}: {state}",
                    api_id="a",
                    request_id="r",
                    state="secret",
                    plan_id=None,
                )
            )
        )
        self.assertEqual(
            shown,
            {
                "ts": "2023-11-14T22:13:20.250Z",
                "kind": "log",
                "level": "info",
                "logger": "relay.part.Class",
                "message": "API a: secret",
                "apiId": "a",
                "requestId": "r",
            },
        )

    def test_a_traceback_is_a_member(self) -> None:
        """One object, with the traceback."""
        line = json_line(event("it failed", LogLevel.critical, log_failure=failure()))
        shown = json.loads(line)
        self.assertEqual(shown["message"], "it failed")
        self.assertIn("ValueError: first line\nsecond line", shown["traceback"])
        self.assertNotIn("\n", line)

    @given(st.text())
    def test_any_text_is_one_line(self, value: str) -> None:
        """Of ASCII, which reads as the text."""
        line = json_line(event("{value}", value=value))
        self.assertTrue(line.isascii())
        self.assertNotIn("\n", line)
        self.assertEqual(json.loads(line)["message"], value)
