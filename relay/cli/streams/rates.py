"""Counts of a stream, and the line that shows them."""

from __future__ import annotations

from typing import TextIO

WINDOW_S = 5.0
"""The time over which rates are measured."""
_UNITS = ("B", "kB", "MB", "GB")


class Rates:
    """
    Counts, and rates over the last seconds.

    :param now_s: the time of the monotonic clock.
    """

    def __init__(self, now_s: float) -> None:
        self.events = 0
        self.bytes = 0
        self.heartbeats = 0
        self.reconnects = 0
        self.gaps = 0
        self._begun_s = now_s
        self._samples: list[tuple[float, int, int]] = [(now_s, 0, 0)]

    def line(self, now_s: float) -> str:
        """Return the counts and rates as a line; called about once in a second."""
        while len(self._samples) > 1 and self._samples[1][0] <= now_s - WINDOW_S:
            del self._samples[0]
        then_s, events, size = self._samples[0]
        self._samples.append((now_s, self.events, self.bytes))
        window_s = max(now_s - then_s, 0.001)
        return (
            f"{(self.events - events) / window_s:.1f} events/s, "
            f"{byte_text((self.bytes - size) / window_s)}/s; {self.summary(now_s)}"
        )

    def summary(self, now_s: float) -> str:
        """Return the counts so far."""
        return (
            f"{self.events} events, {byte_text(self.bytes)}, "
            f"{self.heartbeats} heartbeats, {self.reconnects} reconnects, "
            f"{self.gaps} gaps in {now_s - self._begun_s:.1f} s"
        )


class StatusLine:
    """
    One line at the end of a terminal that is written again and again.

    Nothing is written if the file is no terminal.

    :param file: the standard error.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._shown = False
        self.is_terminal = file.isatty()

    def show(self, text: str) -> None:
        """Write the line in the place of the last one."""
        if self.is_terminal:
            import shutil

            width = max(shutil.get_terminal_size().columns - 1, 10)
            self._file.write(f"\r\x1b[K{text[:width]}")
            self._file.flush()
            self._shown = True

    def clear(self) -> None:
        """Remove the line, before something else is printed."""
        if self._shown:
            self._file.write("\r\x1b[K")
            self._file.flush()
            self._shown = False


def byte_text(size: float) -> str:
    """Write a number of bytes with three digits."""
    for unit in _UNITS:
        if size < 1000 or unit == _UNITS[-1]:
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
