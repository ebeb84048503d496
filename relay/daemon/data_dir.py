"""The data directory: created when it is missing, and held by one daemon."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from twisted.application.service import Service

from relay.daemon.errors import CannotStart

LOCK_NAME = "lock"


class DataDir(Service):
    """
    A data directory, which this process holds while the service runs.

    :param path: of the directory; it is created (0700) when it is missing.
    :param shared: whether other daemons with the same setting may hold it, too.
    """

    def __init__(self, path: str, shared: bool) -> None:
        self._path = path
        self._shared = shared
        self._lock: int | None = None

    def startService(self) -> None:
        """
        Create and hold the directory.

        :raises CannotStart: when it cannot be used, or another process holds it.
        """
        super().startService()
        try:
            os.makedirs(self._path, 0o700, exist_ok=True)
            lock = os.open(
                Path(self._path) / LOCK_NAME,
                os.O_RDWR | os.O_CREAT | os.O_APPEND,
                0o600,
            )
        except OSError as error:
            raise CannotStart(f"data_dir: {self._path}: {error.strerror}") from None
        kind = fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX
        try:
            # The system releases the lock when the process ends, however it ends.
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"data_dir: {self._path}: {_holders(lock)} holds it; give each daemon "
                "a directory of its own, or set process.share_data_dir for all of them"
            ) from None
        if not self._shared:
            os.ftruncate(lock, 0)
        os.write(lock, b"%d\n" % os.getpid())
        self._lock = lock

    def stopService(self) -> None:
        """Release the directory."""
        super().stopService()
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def _holders(lock: int) -> str:
    text = os.pread(lock, 4096, 0).decode("ascii", "replace")
    os.close(lock)
    pids = [int(line) for line in text.split() if line.isdigit()]
    running = dict.fromkeys(pid for pid in pids if _runs(pid))
    if not running:
        return "another process"
    return "process " + ", ".join(map(str, running))


def _runs(pid: int) -> bool:
    with contextlib.suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
