"""The address of a hub's socket."""

from __future__ import annotations

import os


class SocketAddress:
    """
    A path that is short enough for the address of a Unix socket.

    Such an address has at most 107 bytes, which the path of a data directory may
    exceed. The address therefore leads through the open directory.

    :param path: of the socket.
    """

    def __init__(self, path: str) -> None:
        self._directory, self._name = os.path.split(path)
        self._descriptor = -1

    def open(self) -> str:
        """
        Return the address, which holds until :meth:`close`.

        :raises OSError: when the directory cannot be opened.
        """
        if self._descriptor < 0:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
            self._descriptor = os.open(self._directory, flags)
        return f"/proc/self/fd/{self._descriptor}/{self._name}"

    def close(self) -> None:
        """Close the directory."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
