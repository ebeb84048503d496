"""The data directory: made when it is missing, and held by one daemon."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from relay.daemon.errors import CannotStart

LOCK_NAME = "lock"


class DataDir:
    """
    A data directory that this process holds until it ends.

    :param path: of the directory; it is created (0700) when it is missing.
    :param shared: whether other daemons may hold it, too, if they say the same.
    :raises CannotStart: when it cannot be used, or another process holds it.
    """

    def __init__(self, path: str, shared: bool) -> None:
        try:
            os.makedirs(path, 0o700, exist_ok=True)
            self._lock = os.open(
                Path(path) / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600
            )
        except OSError as error:
            raise CannotStart(f"data_dir: {path}: {error.strerror}") from None
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            # The lock is the process's: it goes with it, however it ends.
            fcntl.flock(self._lock, kind | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"data_dir: {path}: {self._holders()} holds it; give each daemon a "
                "directory of its own, or set process.share_data_dir for all of them"
            ) from None
        if not shared:
            os.ftruncate(self._lock, 0)
        os.write(self._lock, b"%d\n" % os.getpid())

    def close(self) -> None:
        """Let another daemon have the directory."""
        os.close(self._lock)

    def _holders(self) -> str:
        text = os.pread(self._lock, 4096, 0).decode("ascii", "replace")
        os.close(self._lock)
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
