"""A gzip body that is decoded piece by piece, within bounds."""

from __future__ import annotations

import zlib

PIECE_BYTES = 65536
"""The most bytes that are decoded at once."""
MOST_RATIO = 200
"""The largest ratio of decoded to encoded size; that of text is 5 to 50."""
FREE_BYTES = 16 * 1024 * 1024
"""The decoded size of a body up to which the ratio is not checked."""
FREE_EVENT_BYTES = 1024 * 1024
"""The same for an event stream, whose bytes cost more to process."""


class TooMuchDecoded(ValueError):
    """A body decodes to much more than its size."""

    def __init__(self) -> None:
        super().__init__(
            f"the source's gzip decodes to more than {MOST_RATIO} times its size"
        )


class Inflater:
    """
    A decoder of a gzip body, at most one piece ahead of the reader.

    :param free_bytes: the decoded size up to which the ratio is not checked.
    """

    def __init__(self, free_bytes: int) -> None:
        self._decoder = zlib.decompressobj(wbits=31)
        self._free_bytes = free_bytes
        self._taken = 0
        self._given = 0
        self._begun = False
        self._full = False
        self.held = b""
        """The bytes received and not decoded yet."""

    def piece(self) -> bytes:
        """
        Decode the next piece of the buffered bytes.

        :raises zlib.error: when they are not gzip.
        :raises TooMuchDecoded: when the ratio exceeds :data:`MOST_RATIO`.
        """
        self._begun = True
        if self._decoder.eof:
            self._decoder = zlib.decompressobj(wbits=31)
        before = len(self.held)
        piece = self._decoder.decompress(self.held, PIECE_BYTES)
        # After a full piece the decoder may hold output for which no input is left.
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
