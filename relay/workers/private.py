"""The Unix sockets on which workers serve the other processes of the daemon."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path

from twisted.application.service import Service

PLACE = "private"
"""The name of the place among those of a worker."""
DIRECTORY = "workers"
_BACKLOG = 128


class PrivatePaths:
    """
    The paths of the sockets, for this process.

    The address of a Unix socket has at most 107 bytes, which the path of a data
    directory may exceed. These paths lead through the open directory.

    :param data_dir: the data directory; the sockets are in a directory of it.
    :raises OSError: when that directory cannot be opened.
    """

    def __init__(self, data_dir: str) -> None:
        self._directory = os.open(
            Path(data_dir) / DIRECTORY, os.O_RDONLY | os.O_DIRECTORY
        )

    def of(self, worker: int) -> str:
        """
        Return the path of a worker's socket.

        :param worker: from 1.
        """
        return f"/proc/self/fd/{self._directory}/{_name(worker)}"

    def close(self) -> None:
        """Close the directory."""
        os.close(self._directory)


class PrivateSockets(Service):
    """
    One listening socket for each worker, which stays open while the worker is started
    again.

    :param data_dir: the data directory; the sockets are in a directory of it.
    :param count: of workers.
    """

    def __init__(self, data_dir: str, count: int) -> None:
        self._path = Path(data_dir) / DIRECTORY
        self._count = count
        self._data_dir = data_dir
        self._paths: PrivatePaths | None = None
        self._sockets: list[socket.socket] = []
        self.token = secrets.token_hex(32)
        """What the workers expect of a process of the daemon."""

    def startService(self) -> None:
        """
        Open the sockets.

        :raises OSError: when the directory cannot be used.
        """
        super().startService()
        self._path.mkdir(mode=0o700, exist_ok=True)
        self._paths = PrivatePaths(self._data_dir)
        for worker in range(1, self._count + 1):
            with suppress(FileNotFoundError):
                os.unlink(self._path / _name(worker))
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._sockets.append(made)
            made.bind(self._paths.of(worker))
            os.chmod(self._path / _name(worker), 0o600)
            made.listen(_BACKLOG)

    def path(self, worker: int) -> str:
        """
        Return the path of a worker's socket for this process.

        :param worker: from 1.
        """
        assert self._paths is not None
        return self._paths.of(worker)

    def descriptor(self, worker: int) -> int:
        """Return the descriptor of a worker's socket."""
        return self._sockets[worker - 1].fileno()

    def stopService(self) -> None:
        """Close the sockets, and remove their files."""
        super().stopService()
        for worker, one in enumerate(self._sockets, start=1):
            one.close()
            with suppress(OSError):
                os.unlink(self._path / _name(worker))
        self._sockets.clear()
        if self._paths is not None:
            self._paths.close()
            self._paths = None


def _name(worker: int) -> str:
    return f"{worker}.sock"
