"""
The cost of the frames of an HTTP/2 client, by the nine bytes of their headers.

The ``h2`` library answers every frame that is well formed, however many there are, and
keeps a frame, or a header block, until it is whole. This watch sees both as they come,
so that a client can be given up before they cost anything: a frame that is larger than
was agreed, a header block without end, a flood of frames that carry nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from h2.errors import ErrorCodes

from relay.http.limits.budget import Budget

PREFACE_BYTES = 24
"""What every client sends first (RFC 9113, 3.4)."""
LARGEST_FRAME_BYTES = 16_384
"""The default of ``SETTINGS_MAX_FRAME_SIZE``, which the gateway keeps."""
FRAME_HEADER_BYTES = 9

_DATA, _HEADERS, _CONTINUATION = 0x0, 0x1, 0x9
_END_STREAM, _END_HEADERS = 0x1, 0x4

BURST = 1000
"""How many frames that carry nothing may come at once."""
PER_SECOND = 100
"""How many more there may be in each second."""
YOUNG_S = 1.0
"""A stream that its client resets before this age counts as a part of a flood of
resets."""
RESET_BURST, RESETS_PER_SECOND = 1000, 33
"""How many streams may be reset young, at once and in each second."""
PER_SENT = 4
"""How many more for each frame of a response: a client that takes data says so, and
some measure the line with a PING for each frame."""


class FrameWatch:
    """
    Follows the frames of one connection through any cut of its bytes.

    :param seconds: the time of a monotonic clock, in seconds.
    :param most_head_bytes: how long a header block may be, as it is compressed.
    :param max_streams: how many streams the connection may have at once.
    """

    __slots__ = (
        "_block_bytes",
        "_block_open",
        "_budget",
        "_header",
        "_kind",
        "_left",
        "_most_head_bytes",
        "_resets",
        "_stream_id",
        "begun",
    )

    def __init__(
        self,
        seconds: Callable[[], float],
        most_head_bytes: int,
        max_streams: int,
    ) -> None:
        self._budget = Budget(seconds, BURST, PER_SECOND)
        # A page may leave all its streams at once.
        burst = max(RESET_BURST, 2 * max_streams)
        self._resets = Budget(seconds, burst, RESETS_PER_SECOND)
        self._most_head_bytes = most_head_bytes
        self._header = b""
        self._left = PREFACE_BYTES
        self._kind = -1
        self._stream_id = 0
        self._block_open = False
        self._block_bytes = 0
        self.begun = 0
        """How many frames have begun, continuations of a header block aside."""

    def lessen(self, share: float) -> None:
        """
        Reduce the budgets, for a client from whose address floods came.

        :param share: which part of them is left, above 0 and at most 1.
        """
        self._budget.lessen(share)
        self._resets.lessen(share)

    def reset(self, age_s: float) -> ErrorCodes | None:
        """
        Count a stream that the client reset, if it did so soon after it had opened it.

        :param age_s: how long the stream was open, in seconds.
        :return: ``ENHANCE_YOUR_CALM`` when there were too many (CVE-2023-44487).
        """
        if age_s >= YOUNG_S or self._resets.spend():
            return None
        return ErrorCodes.ENHANCE_YOUR_CALM

    def feed(self, data: bytes) -> ErrorCodes | None:
        """
        See what arrived.

        :param data: any piece of the client's data.
        :return: why the connection must end, None as long as it need not.
        """
        position, end = 0, len(data)
        while position < end:
            if self._left:
                passed = min(self._left, end - position)
                self._left -= passed
                position += passed
                continue
            piece = data[position : position + FRAME_HEADER_BYTES - len(self._header)]
            position += len(piece)
            self._header += piece
            if len(self._header) == FRAME_HEADER_BYTES:
                header, self._header = self._header, b""
                wrong = self._begin(header)
                if wrong is not None:
                    return wrong
        return None

    @property
    def head_unfinished(self) -> bool:
        """Whether more must come of the preface, a header block or a control frame."""
        return (
            self._block_open
            or bool(self._header)
            or (self._left > 0 and self._kind != _DATA)
        )

    @property
    def body_unfinished(self) -> int:
        """The stream of a DATA frame of which more must come; 0 when there is none."""
        return self._stream_id if self._left > 0 and self._kind == _DATA else 0

    def earn(self, frames: int) -> None:
        """
        Allow for the frames with which the client acknowledges data.

        :param frames: how many frames of a response were sent.
        """
        self._budget.earn(PER_SENT * frames)

    def spend(self) -> ErrorCodes | None:
        """
        Count a frame that carries nothing.

        :return: ``ENHANCE_YOUR_CALM`` when there were too many.
        """
        return None if self._budget.spend() else ErrorCodes.ENHANCE_YOUR_CALM

    def _begin(self, header: bytes) -> ErrorCodes | None:
        """Judge a frame by its header (RFC 9113, 4.1)."""
        length = int.from_bytes(header[:3])
        kind, flags = header[3], header[4]
        if length > LARGEST_FRAME_BYTES:
            return ErrorCodes.FRAME_SIZE_ERROR
        self._left, self._kind = length, kind
        self._stream_id = int.from_bytes(header[5:]) & 0x7FFFFFFF
        if kind in (_HEADERS, _CONTINUATION):
            if kind == _HEADERS:
                self._block_bytes = 0
                self.begun += 1
            self._block_open = not flags & _END_HEADERS
            self._block_bytes += length
            if self._block_bytes > self._most_head_bytes:
                return ErrorCodes.ENHANCE_YOUR_CALM
            return self.spend() if kind == _CONTINUATION and not length else None
        self.begun += 1
        if kind == _DATA and (length or flags & _END_STREAM):
            return None
        return self.spend()
