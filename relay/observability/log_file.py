"""Log files that another program rotates."""

from __future__ import annotations

from twisted.logger import Logger
from twisted.python.logfile import BaseLogFile

_log = Logger()


def reopen(file: BaseLogFile) -> None:
    """
    Close a log file and open its path again: logrotate has moved the file.

    When the path cannot be opened, which is told in the log, the file goes on as it is.

    :param file: the log file.
    """
    try:
        # Or it would be closed by the time that this turns out.
        open(file.path, "ab").close()
    except OSError as error:
        _log.error(
            "{path} cannot be opened again: {reason}",
            path=file.path,
            reason=error.strerror,
        )
        return
    file.reopen()
