"""Where the daemon's own log goes: the place that the command line names."""

from __future__ import annotations

import logging
import sys
import syslog
from collections.abc import Callable
from typing import Any, TextIO

from twisted.logger import ILogObserver, LogLevel

from relay.observability.daemon_log import LIBRARY_LOGS, DaemonLog
from relay.observability.log_file import LogFile
from relay.settings.observability import LogFormat, LogSettings
from relay.settings.source import SettingsError

_PRIORITIES = {
    LogLevel.debug: syslog.LOG_DEBUG,
    LogLevel.info: syslog.LOG_INFO,
    LogLevel.warn: syslog.LOG_WARNING,
    LogLevel.error: syslog.LOG_ERR,
    LogLevel.critical: syslog.LOG_CRIT,
}


class DaemonLogs:
    """
    The daemon's log, at the place that twistd or twist was told.

    Nothing is opened before :meth:`attach`.

    :param command: the options of twistd or twist, those before ``relay``; twist's are
        changed by :meth:`attach`.
    :param settings: the level and the form of the lines.
    :raises SettingsError: when a setting cannot have an effect.
    """

    def __init__(self, command: Any, settings: LogSettings) -> None:
        self._command = command
        self.check(settings)
        self._settings = settings
        self._file: LogFile | None = None
        self._log: DaemonLog | None = None
        """None where Relay does not write the log."""

    def check(self, settings: LogSettings) -> None:
        """
        Find out whether settings have an effect.

        :raises SettingsError: when a setting has none.
        """
        default = LogSettings()
        if self._command.get("logger"):
            for name in ("level", "format"):
                if getattr(settings, name) != getattr(default, name):
                    raise SettingsError(
                        f"log.{name}: has no effect with twistd --logger, whose"
                        " observer receives every message"
                    )

    def attach(self, application: Any) -> None:
        """
        Write the log of an application that has not started.

        :param application: of twistd or twist.
        """
        logging.getLogger().addHandler(LIBRARY_LOGS)
        command = self._command
        if "fileLogObserverFactory" in command:
            command["fileLogObserverFactory"] = self._of_twist
        elif "nodaemon" in command and not command.get("logger"):
            self._log = self._of_twistd()
            if self._log is not None:
                application.setComponent(ILogObserver, self._log)

    def change(self, settings: LogSettings) -> None:
        """
        Use another level and form from now on.
        """
        self._settings = settings
        if self._log is not None:
            self._log.set_level(settings.level)
            self._log.set_format(self._form())

    def reopen(self) -> None:
        """Open the file again, if there is one: another program has moved it."""
        if self._file is not None:
            self._file.reopen()

    def _of_twistd(self) -> DaemonLog | None:
        command = self._command
        if command.get("syslog"):
            syslog.openlog(command["prefix"], syslog.LOG_PID)
            return self._log_to(_to_syslog, stamped=False)
        path: str | None = command.get("logfile")
        if path == "-" or (command["nodaemon"] and not path):
            if not command["nodaemon"]:
                # twistd refuses the option: a detached daemon has no standard output.
                return None
            return self._log_to(_stream_writer(sys.stdout))
        self._file = LogFile(path or "twistd.log")
        return self._log_to(self._to_file)

    def _of_twist(self, file: Any) -> DaemonLog:
        self._log = self._log_to(_stream_writer(file))
        return self._log

    def _log_to(
        self, write: Callable[[str, Any], object], stamped: bool = True
    ) -> DaemonLog:
        return DaemonLog(write, self._settings.level, self._form(), stamped)

    def _form(self) -> LogFormat:
        """Write JSON where the setting or ``twist --log-format`` asks for it."""
        if self._command.get("logFormat") == "json":
            return "json"
        return self._settings.format

    def _to_file(self, line: str, level: object) -> None:
        assert self._file is not None
        self._file.write(line + "\n")


def _to_syslog(line: str, level: Any) -> None:
    for part in line.split("\n"):
        syslog.syslog(_PRIORITIES[level], part)


def _stream_writer(stream: TextIO) -> Callable[[str, object], None]:
    """
    Return a function that writes lines to a stream.

    :param stream: is not replaced when twistd redirects standard output to the log.
    """
    encoding = stream.encoding or "utf-8"

    def write(line: str, level: object) -> None:
        shown = line.encode(encoding, "backslashreplace").decode(encoding)
        stream.write(shown + "\n")
        stream.flush()

    return write
