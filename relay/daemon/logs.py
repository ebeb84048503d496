"""The daemon's own log, which twistd opens: opened again after a rotation."""

from __future__ import annotations

from twisted.logger import globalLogPublisher
from twisted.python.logfile import BaseLogFile

from relay.observability.log_file import reopen


def reopen_daemon_log() -> None:
    """Open the log files of twistd again."""
    for observer in list(getattr(globalLogPublisher, "_observers", ())):
        file = getattr(observer, "_outFile", None)
        if isinstance(file, BaseLogFile):
            reopen(file)
