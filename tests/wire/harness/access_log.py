"""The access log of a daemon under test."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any


class AccessLog:
    """
    Reads each line of an access log once.

    :param path: of the log; the file need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: list[dict[str, Any]] = []
        self._read = 0
        self._lock = threading.Lock()

    def lines(self) -> list[dict[str, Any]]:
        """Return the whole lines so far."""
        if self._path.exists():
            with self._lock, self._path.open("rb") as file:
                file.seek(self._read)
                whole, end, _ = file.read().rpartition(b"\n")
                self._read += len(whole + end)
                self._lines += [json.loads(line) for line in whole.splitlines()]
        return self._lines[:]

    def find(self, members: dict[str, object]) -> dict[str, Any] | None:
        """Return the first line with these members, or None."""
        for line in self.lines():
            if all(line[name] == value for name, value in members.items()):
                return line
        return None
