"""The Unix sockets on which workers serve the control process."""

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
        self._directory = -1
        self._sockets: list[socket.socket] = []
        self.token = secrets.token_hex(32)
        """What the workers expect as a bearer token."""

    def startService(self) -> None:
        """
        Open the sockets.

        :raises OSError: when the directory cannot be used.
        """
        super().startService()
        self._path.mkdir(mode=0o700, exist_ok=True)
        self._directory = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        for worker in range(1, self._count + 1):
            with suppress(FileNotFoundError):
                os.unlink(self._path / _name(worker))
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._sockets.append(made)
            made.bind(self.path(worker))
            os.chmod(self._path / _name(worker), 0o600)
            made.listen(_BACKLOG)

    def path(self, worker: int) -> str:
        """
        Return the path of a worker's socket for this process.

        The address of a Unix socket has at most 107 bytes, which the path of a data
        directory may exceed. This path leads through the open directory.

        :param worker: from 1.
        """
        return f"/proc/self/fd/{self._directory}/{_name(worker)}"

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
        if self._directory >= 0:
            os.close(self._directory)
            self._directory = -1


def _name(worker: int) -> str:
    return f"{worker}.sock"
