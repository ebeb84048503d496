"""
Log files that other programs may rotate, and that contain complete lines only.

On a full disk the system writes as much as there is room for and returns how much that
was. Twisted's log file ignores the result: half a line stays, and when there is room
again the next line is appended to it.
"""

from __future__ import annotations

import errno
import os

from twisted.logger import Logger
from twisted.python.logfile import BaseLogFile, LogFile

_log = Logger()


class WholeLineLogFile(LogFile):
    """
    A file that rotates as Twisted's does, and in which a line is written whole or not
    at all.
    """

    def write(self, data: str | bytes) -> None:
        """
        Write a line.

        :param data: the line with its end; text is encoded as UTF-8.
        :raises OSError: when there is no room; the file is unchanged.
        """
        if self._file.closed:
            # It could not be opened after the last rotation.
            self._openFile()
        if self.shouldRotate():
            self.flush()
            self.rotate()
        line = data.encode("utf-8") if isinstance(data, str) else data
        written = self._file.write(line)
        if written != len(line):
            self._file.truncate(self.size)
            self._file.seek(self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
        self.size += written


def keep_lines_whole() -> None:
    """
    Patch the log file of twistd, which is open before any service starts, to keep its
    lines whole, too.
    """
    setattr(LogFile, "write", WholeLineLogFile.write)  # noqa: B010


def reopen(file: BaseLogFile) -> None:
    """
    Close a log file and open its path again, after logrotate has moved the file.

    When the path cannot be opened, this is logged, and the open file stays in use.
    """
    try:
        # Try first: the file would be closed already when its path cannot be opened.
        open(file.path, "ab").close()
    except OSError as error:
        _log.error(
            "{path} cannot be opened again: {reason}",
            path=file.path,
            reason=error.strerror,
        )
        return
    file.reopen()
