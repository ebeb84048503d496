"""
Log files that other programs may rotate, and that contain complete lines only.

On a full disk the system writes as much as there is room for and returns how much that
was. Twisted's log file ignores the result: half a line stays, and when there is room
again the next line is appended to it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IMODE
from threading import Lock

from twisted.logger import Logger

_log = Logger()
_ROTATED = re.compile(r"\.([1-9][0-9]*)")


class LogFile:
    """
    A file in which a line is written whole or not at all, from any thread.

    :param path: relative to the present directory; the file is created if need be.
    :param rotate_bytes: at this size the file becomes ``<path>.1`` before the next line
        is written, and those before it are numbered up; 0 never rotates.
    :param keep: how many rotated files are kept; None keeps all.
    :param mode: its permissions; None leaves those of a file that exists.
    :param shared: whether other processes write lines of theirs to the same file.
    :raises OSError: when the file cannot be opened.
    """

    def __init__(
        self,
        path: str,
        rotate_bytes: int = 1_000_000,
        keep: int | None = None,
        mode: int | None = None,
        shared: bool = False,
    ) -> None:
        self.path = os.path.abspath(path)
        self._rotate_bytes = rotate_bytes
        self._keep = keep
        self._mode = mode
        self._shared = shared
        self._lock = Lock()
        self._file = -1
        self._size = 0
        self._open()

    def _open(self) -> None:
        """Open the path, then close the file that was open."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        if self._mode is None and os.path.exists(self.path):
            self._mode = S_IMODE(os.stat(self.path).st_mode)
        opened = os.open(self.path, flags, 0o666 if self._mode is None else 0)
        if self._mode is not None:
            try:
                os.fchmod(opened, self._mode)
            except OSError:
                pass  # The file belongs to another user, or is a device.
        self.close()
        self._file, self._size = opened, os.fstat(opened).st_size

    def write(self, data: str | bytes) -> None:
        """
        Write a line.

        :param data: the line with its end; text is encoded as UTF-8.
        :raises OSError: when there is no room; the file is unchanged.
        """
        line = data.encode("utf-8") if isinstance(data, str) else data
        with self._lock, self._held():
            if self._rotate_bytes and self._size >= self._rotate_bytes:
                self._rotate()
            written = os.write(self._file, line)
            if written != len(line):
                os.ftruncate(self._file, self._size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
            self._size += written

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep other processes from the file, which one of them may have rotated."""
        if not self._shared:
            yield
            return
        fcntl.flock(self._file, fcntl.LOCK_EX)
        while self._rotate_bytes and self._was_moved():
            self._open()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._size = os.fstat(self._file).st_size
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _was_moved(self) -> bool:
        """Whether the path leads to another file by now."""
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return False
        return not os.path.samestat(found, os.fstat(self._file))

    def flush(self) -> None:
        """Do nothing: no line is buffered."""

    def close(self) -> None:
        """Close the file."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def reopen(self) -> None:
        """
        Open the path again, after logrotate has moved the file.

        When the path cannot be opened, this is logged, and the open file stays in use.
        """
        try:
            with self._lock:
                self._open()
        except OSError as error:
            _log.error(
                "{path} cannot be opened again: {reason}",
                path=self.path,
                reason=error.strerror,
            )

    def _rotate(self) -> None:
        """Move the file, and open a new one; an earlier attempt may have moved it."""
        path = Path(self.path)
        if not os.access(path.parent, os.W_OK):
            return
        if path.exists():
            for number in sorted(_numbers(path), reverse=True):
                rotated = f"{path}.{number}"
                if self._keep is not None and number >= self._keep:
                    os.remove(rotated)
                else:
                    os.rename(rotated, f"{path}.{number + 1}")
            os.rename(path, f"{path}.1")
        self._open()


def _numbers(path: Path) -> list[int]:
    """The numbers of the rotated files of a log."""
    names = (one.name.removeprefix(path.name) for one in path.parent.iterdir())
    return [int(found[1]) for name in names if (found := _ROTATED.fullmatch(name))]
