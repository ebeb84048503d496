"""A wall clock that a test can set, in a daemon of its own."""

from __future__ import annotations

import os
from pathlib import Path

_SITE = """
import os, time
_FILE = {path!r}
_time, _time_ns = time.time, time.time_ns
def _step():
    try:
        return int(open(_FILE).read() or 0)
    except OSError:
        return 0
time.time = lambda: _time() + _step()
time.time_ns = lambda: _time_ns() + _step() * 1_000_000_000
"""


class SteppedClock:
    """
    A wall clock in the hands of a test.

    :param directory: for its files.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = directory / "step"
        (directory / "sitecustomize.py").write_text(_SITE.format(path=str(self._file)))
        path = [str(directory), os.environ.get("PYTHONPATH", "")]
        self.environment = {"PYTHONPATH": os.pathsep.join(filter(None, path))}
        """What a process needs to have this clock."""

    def set(self, seconds: int) -> None:
        """Set the difference from the time of day."""
        temporary = self._file.with_suffix(".new")
        temporary.write_text(str(seconds))
        os.replace(temporary, self._file)
