"""Read a capture, record by record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from relay.captures.format import (
    LONGEST_LINE,
    CaptureError,
    Head,
    Record,
    decode,
    decode_head,
)


class CaptureReader:
    """
    Reads a capture from its first line on, and keeps one line at most.

    A last line without its line end is where the file was cut: it is left out, and
    :attr:`is_cut` says so.

    :param file: a binary file at its beginning; owned by the caller.
    :raises CaptureError: when the file is no capture.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 1
        self._at_us = 0
        self.is_cut = False
        """Whether the file ends within a line."""
        line = file.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise CaptureError("the file is not a capture of Relay")
        self.head: Head = decode_head(line)
        """The first line."""

    def __iter__(self) -> Iterator[Record]:
        """
        Read the records that follow.

        :raises CaptureError: with the number of the line.
        """
        while line := self._file.readline(LONGEST_LINE):
            self._number += 1
            if not line.endswith(b"\n"):
                if len(line) < LONGEST_LINE:
                    self.is_cut = True
                    return
                raise CaptureError(f"line {self._number}: longer than {LONGEST_LINE}")
            try:
                record = decode(line)
            except CaptureError as error:
                raise CaptureError(f"line {self._number}: {error}") from None
            if record.at_us < self._at_us:
                raise CaptureError(f"line {self._number}: atMs is before line above")
            self._at_us = record.at_us
            yield record

    def tell(self) -> int:
        """Return the offset of the next line in the file, in bytes."""
        return self._file.tell()

    def seek(self, offset: int) -> None:
        """
        Continue at another line; numbers of lines count from there on.

        :param offset: as :meth:`tell` has returned it.
        """
        self._file.seek(offset)
        self._at_us = 0
