"""
The ids that clients get: ``<epoch>-<seq>`` and, while it fits, the source's own id.

The source's id is signed (a keyed hash, called the seal). ``Last-Event-ID`` is input of
the client, and the ``Last-Event-ID`` of a channel's first client decides where the
source is read from: a source's id is sent upstream only if its seal shows that the same
channel has given it out.

Ids hold no byte for which a browser would make a CORS preflight when it sends
``Last-Event-ID`` to another origin (Fetch, "CORS-safelisted request-header"), and are
shorter than the 128 bytes from which on it would.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

LONGEST = 120
"""How long a whole id may be, in bytes."""
LONGEST_FIELD = 4096
"""How long an id from a client may be, in characters."""
EPOCH_BYTES = 5
_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LONGEST_SEQ = 13
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

SEAL_BYTES = 9
"""How long a seal is: 72 bits, 12 characters."""
SECRET_BYTES = 32
_OF_THIS_PROCESS = secrets.token_bytes(SECRET_BYTES)


class EventId(NamedTuple):
    """An id, taken apart."""

    epoch: str
    seq: int
    source_id: str | None
    """The source's own id; None when the id has none."""
    seal: str = ""
    """The signature of the source's id; see :meth:`Mint.has_made`."""


def new_epoch() -> str:
    """Name a new log: its numbers have nothing to do with another's."""
    return base64.b32encode(secrets.token_bytes(EPOCH_BYTES)).decode().lower()


def has_control(text: str) -> bool:
    """Whether a text has a character that no header may have (RFC 9110, 5.5)."""
    return _CONTROL.search(text) is not None


def is_field_value(text: str) -> bool:
    """Whether a client can return a text in a header; an empty one names nothing."""
    return (
        0 < len(text) <= LONGEST_FIELD
        and text.strip(" ") == text
        and not has_control(text)
    )


class Mint:
    """
    Makes the ids of one channel, and verifies them.

    :param secret: the key of the seals, up to 64 bytes; processes that verify each
        other's ids need the same key. None for a random key of this process.
    :param scope: the name of the channel: ids of another channel are not accepted.
    """

    __slots__ = ("_hash", "_secret")

    def __init__(self, secret: bytes | None = None, *scope: str) -> None:
        self._secret = secret or _OF_THIS_PROCESS
        self._hash = hashlib.blake2b(key=self._secret, digest_size=SEAL_BYTES)
        for name in scope:
            self._hash.update(name.encode("utf-8", "surrogatepass") + b"\0")

    def make(self, epoch: str, seq: int, source_id: str) -> str:
        """
        Write an id.

        :param epoch: the log's.
        :param seq: the place in the log.
        :param source_id: the source's own id of the event; empty for none.
        """
        text = place(epoch, seq)
        if source_id:
            encoded = _encoded(source_id.encode("utf-8", "replace"))
            whole = f"{text}.{encoded}.{self._seal(encoded)}"
            if len(whole) <= LONGEST:
                return whole
        return text

    def has_made(self, known: EventId) -> bool:
        """
        Whether this channel has issued the source's id within an id.

        :param known: an id from a client.
        """
        if known.source_id is None:
            return False
        encoded = _encoded(known.source_id.encode())
        return hmac.compare_digest(known.seal, self._seal(encoded))

    def _seal(self, encoded: str) -> str:
        sealed = self._hash.copy()
        sealed.update(encoded.encode("ascii"))
        return _encoded(sealed.digest())


def place(epoch: str, seq: int) -> str:
    """
    Write an id that names a place of a log and no id of a source.

    :param epoch: the log's.
    :param seq: the place in the log.
    """
    return f"{epoch}-{_number(seq)}"


def parse(text: str) -> EventId | None:
    """
    Parse an id that a client sends.

    :param text: anything at all.
    :return: None when it is none of ours.
    """
    head, dot, tail = text.partition(".")
    encoded, _, seal = tail.partition(".")
    epoch, dash, digits = head.partition("-")
    if (
        not text.isascii()
        or not dash
        or len(text) > LONGEST
        or not 0 < len(digits) <= _LONGEST_SEQ
    ):
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
    return EventId(epoch, seq, source_id, seal)


def _number(value: int) -> str:
    if value < 0:
        raise ValueError("a place of a log is no negative number")
    digits = []
    while True:
        value, digit = divmod(value, 32)
        digits.append(_DIGITS[digit])
        if not value:
            return "".join(reversed(digits))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
