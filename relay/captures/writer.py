"""Write a capture, record by record."""

from __future__ import annotations

from typing import BinaryIO

from relay.captures.format import Head, Record, Stopped, encode, encode_head


class CaptureWriter:
    """
    Writes each record at once, and keeps none.

    :param file: an unbuffered binary file; owned by the caller.
    :param head: the first line.
    """

    def __init__(self, file: BinaryIO, head: Head) -> None:
        self._file = file
        self._at_us = 0
        self._stopped = False
        self.bytes = 0
        """The size of the capture so far."""
        self._write(encode_head(head))

    def write(self, record: Record) -> None:
        """
        Write one record. Its time is not before that of the record before.

        :raises OSError: when the file cannot be written.
        :raises ValueError: after the record that ends the capture, or for an earlier
            time.
        """
        if self._stopped or record.at_us < self._at_us:
            raise ValueError("the record is out of order")
        self._at_us = record.at_us
        self._stopped = isinstance(record, Stopped)
        self._write(encode(record))

    def _write(self, line: bytes) -> None:
        left = memoryview(line)
        while left:
            written = self._file.write(left)
            left = left[written:]
        self.bytes += len(line)
