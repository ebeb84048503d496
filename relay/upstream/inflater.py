"""A gzip body that is decoded piece by piece, within bounds."""

from __future__ import annotations

import zlib

PIECE_BYTES = 65536
"""How much is decoded at once."""
MOST_RATIO = 200
"""How many times its size a body may decode to; text comes to 5 to 50."""
FREE_BYTES = 16 * 1024 * 1024
"""How much a body may decode to at whatever ratio."""
FREE_EVENT_BYTES = 1024 * 1024
"""The same of an event stream, each byte of which costs more."""


class TooMuchDecoded(ValueError):
    """A body decodes to much more than its size."""

    def __init__(self) -> None:
        super().__init__(
            f"the source's gzip decodes to more than {MOST_RATIO} times its size"
        )


class Inflater:
    """
    A gzip body being decoded, never more than a piece ahead of who takes it.

    :param free_bytes: how much it may decode to before the ratio counts.
    """

    def __init__(self, free_bytes: int) -> None:
        self._decoder = zlib.decompressobj(wbits=31)
        self._free_bytes = free_bytes
        self._taken = 0
        self._given = 0
        self._begun = False
        self._full = False
        self.held = b""
        """What has come and is not decoded."""

    def piece(self) -> bytes:
        """
        Decode the next piece of what is held.

        :raises zlib.error: when it is not gzip.
        :raises TooMuchDecoded: when it decodes to too much.
        """
        self._begun = True
        if self._decoder.eof:
            self._decoder = zlib.decompressobj(wbits=31)
        before = len(self.held)
        piece = self._decoder.decompress(self.held, PIECE_BYTES)
        # A full piece may leave bytes behind in the decoder that no input stands for.
        self._full = len(piece) == PIECE_BYTES and not self._decoder.eof
        self.held = (
            self._decoder.unused_data
            if self._decoder.eof
            else self._decoder.unconsumed_tail
        )
        self._taken += before - len(self.held)
        self._given += len(piece)
        if self._given > max(self._free_bytes, self._taken * MOST_RATIO):
            raise TooMuchDecoded()
        return piece

    @property
    def pending(self) -> bool:
        """Whether there may be something to decode."""
        return self._full or bool(self.held)

    @property
    def truncated(self) -> bool:
        """Whether the body ended amid a gzip member."""
        return self._begun and not self._decoder.eof
