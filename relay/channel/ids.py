"""
The ids that clients get: ``<epoch>-<seq>`` and, while it fits, the source's own id.

They hold no byte that a browser would ask leave for before it sends ``Last-Event-ID``
to another origin (Fetch, "CORS-safelisted request-header"), and stay below the 128
bytes up to which it does not ask.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import NamedTuple

LONGEST = 120
"""How long a whole id may be, in bytes."""
EPOCH_BYTES = 5
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LONGEST_SEQ = 13


class EventId(NamedTuple):
    """An id, taken apart."""

    epoch: str
    seq: int
    source_id: str | None


def new_epoch() -> str:
    """Name a new log: its numbers have nothing to do with another's."""
    return base64.b32encode(secrets.token_bytes(EPOCH_BYTES)).decode().lower()


def make(epoch: str, seq: int, source_id: str) -> str:
    """
    Write an id.

    :param epoch: the log's.
    :param seq: the place in the log.
    :param source_id: the source's own id of the event; empty for none.
    """
    text = f"{epoch}-{_number(seq)}"
    if source_id:
        encoded = base64.urlsafe_b64encode(source_id.encode("utf-8", "replace"))
        whole = f"{text}.{encoded.decode().rstrip('=')}"
        if len(whole) <= LONGEST:
            return whole
    return text


def parse(text: str) -> EventId | None:
    """
    Read an id that a client gives.

    :param text: anything at all.
    :return: None when it is none of ours.
    """
    place, dot, encoded = text.partition(".")
    epoch, dash, digits = place.partition("-")
    if not dash or len(text) > LONGEST or not 0 < len(digits) <= _LONGEST_SEQ:
        return None
    if len(epoch) != EPOCH_BYTES * 8 // 5 or not _VALUES.keys() >= set(epoch + digits):
        return None
    seq = 0
    for digit in digits:
        seq = seq * 32 + _VALUES[digit]
    source_id = None
    if dot:
        try:
            padded = encoded + "=" * (-len(encoded) % 4)
            source_id = base64.b64decode(padded, b"-_", validate=True).decode()
        except (binascii.Error, ValueError):
            return None
    return EventId(epoch, seq, source_id)


def _number(value: int) -> str:
    digits = []
    while True:
        value, digit = divmod(value, 32)
        digits.append(_DIGITS[digit])
        if not value:
            return "".join(reversed(digits))
