"""
The lines of the daemon's own log: their level, and their form as text or JSON.

Twisted's own messages of the level ``info``, such as the start of a factory or the end
of a port, count as ``debug``: Relay logs itself what an operator needs to know of them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from twisted.logger import (
    ILogObserver,
    LogEvent,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    PredicateResult,
    eventAsText,
    formatEvent,
)
from zope.interface import implementer

from relay.model.schema.types.timestamps import timestamp
from relay.settings.observability import LogFormat, LogLevelName

OF_TWISTED = ("twisted", "log_legacy")
"""The namespaces of Twisted's messages; the second one is that of
``twisted.python.log``."""
FIELDS = {
    "api_id": "apiId",
    "plan_id": "planId",
    "application_id": "applicationId",
    "subscription_id": "subscriptionId",
    "request_id": "requestId",
    "endpoint": "endpoint",
    "channel": "channel",
    "incident": "incident",
}
"""The values of a message that are members of a JSON line, with their names there."""
_ESCAPES = {
    code: repr(chr(code))[1:-1]
    for code in (*range(32), *range(127, 160), 0x2028, 0x2029)
    if chr(code) not in "\n\t"
} | {ord("\n"): "\n\t"}
"""Control characters of a message, which could act on a terminal or begin a line."""
_ENCODER = json.JSONEncoder(separators=(",", ":"))


@implementer(ILogObserver)
class DaemonLog:
    """
    Writes the messages of Relay, Twisted and other libraries, one line each.

    :param write: called with each line, without its end, and its level.
    :param stamped: whether lines of text begin with the time; those of JSON have it
        anyway.
    """

    def __init__(
        self,
        write: Callable[[str, Any], object],
        level: LogLevelName = "info",
        format: LogFormat = "text",
        stamped: bool = True,
    ) -> None:
        self._write = write
        self._stamped = stamped
        self._levels = LogLevelFilterPredicate()
        self.set_level(level)
        self.set_format(format)

    def set_level(self, level: LogLevelName) -> None:
        """
        Change the lowest level that is written.
        """
        lowest = LogLevel.lookupByName(level)
        self._levels.defaultLogLevel = lowest
        self._levels.clearLogLevels()
        if lowest == LogLevel.info:
            for namespace in OF_TWISTED:
                self._levels.setLogLevelForNamespace(namespace, LogLevel.warn)

    def set_format(self, format: LogFormat) -> None:
        """
        Change the form of the lines.
        """
        if format == "json":
            self._line = json_line
        else:
            self._line = stamped_line if self._stamped else text_line

    def __call__(self, event: LogEvent) -> None:
        """Write a message, if its level is high enough."""
        if self._levels(event) != PredicateResult.no:
            self._write(self._line(event), event["log_level"])


def text_line(event: LogEvent) -> str:
    """
    Write a message as text.

    :return: without a line end. Further lines of the message, such as those of a
        traceback, begin with a tab.
    """
    text = eventAsText(event, includeTimestamp=False, includeSystem=False)
    shown = text.translate(_ESCAPES).encode("utf-8", "backslashreplace").decode()
    return f"[{event['log_namespace']}#{event['log_level'].name}] {shown}"


def stamped_line(event: LogEvent) -> str:
    """
    Write a message as text behind its time.

    :return: as :func:`text_line`.
    """
    return f"{_timestamp(event)} {text_line(event)}"


def json_line(event: LogEvent) -> str:
    """
    Write a message as one JSON object.

    :return: ASCII, without a line end.
    """
    line: dict[str, Any] = {
        "ts": _timestamp(event),
        "kind": "log",
        "level": event["log_level"].name,
        "logger": event["log_namespace"],
        "message": formatEvent(event),
    }
    for key, name in FIELDS.items():
        value = event.get(key)
        if value is not None and value != "":
            line[name] = value if isinstance(value, (str, int)) else str(value)
    failure = event.get("log_failure")
    if failure is not None and "log_text" not in event:
        line["traceback"] = failure.getTraceback()
    return _ENCODER.encode(line)


def _timestamp(event: LogEvent) -> str:
    return timestamp(int(event.get("log_time", 0.0) * 1000))


class LibraryLogs(logging.Handler):
    """Passes on what libraries log through Python's ``logging``."""

    _LEVELS = (
        (logging.ERROR, LogLevel.error),
        (logging.WARNING, LogLevel.warn),
        (logging.INFO, LogLevel.info),
    )

    def emit(self, record: logging.LogRecord) -> None:
        """Log a message, in any thread."""
        level = LogLevel.debug
        for least, level_here in self._LEVELS:
            if record.levelno >= least:
                level = level_here
                break
        Logger(namespace=record.name).emit(level, "{text}", text=self.format(record))


LIBRARY_LOGS = LibraryLogs()
"""The handler of the process; to be added to the root logger."""
