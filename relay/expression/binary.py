"""Bytes, and their forms as text: character sets and Base64, as in Java."""

from __future__ import annotations

import base64
import binascii
import re

from relay.expression.errors import EvaluationFailed
from relay.expression.values import Codec, Value, bounded, name_of

_CHARSETS = {
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "ISO-8859-1": "latin-1",
    "US-ASCII": "ascii",
}
_PLAIN = re.compile(r"[A-Za-z0-9+/]*(={0,2})")
_URL = re.compile(r"[A-Za-z0-9_-]*(={0,2})")

ENCODER, URL_ENCODER = Codec("an encoder"), Codec("an encoder")
DECODER, URL_DECODER = Codec("a decoder"), Codec("a decoder")


def encoded_text(text: str, charset: Value = "UTF-8") -> bytes:
    """
    Encode a text; a character that the set does not have becomes ``?``.

    :param charset: ``UTF-8``, ``ISO-8859-1`` or ``US-ASCII``.
    :raises EvaluationFailed: for another character set.
    """
    return text.encode(_codec(charset), "replace")


def new_string(value: Value = "", charset: Value = "UTF-8") -> str:
    """
    Make a text of bytes, or of a text.

    :param charset: of the bytes, as for :func:`encoded_text`.
    :raises EvaluationFailed: for another value, or another character set.
    """
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        raise EvaluationFailed(f"bytes or a text are needed, not {name_of(value)}")
    return bounded(value.decode(_codec(charset), "replace"))


def encode(codec: Codec, value: Value) -> bytes:
    """
    Encode bytes in Base64.

    :param codec: an encoder.
    :raises EvaluationFailed: when the codec is a decoder, or the value is not bytes.
    """
    if codec not in (ENCODER, URL_ENCODER):
        raise EvaluationFailed(f"{codec.name} does not encode")
    if not isinstance(value, bytes):
        raise EvaluationFailed(f"bytes are needed, not {name_of(value)}")
    if codec is URL_ENCODER:
        return base64.urlsafe_b64encode(value)
    return base64.b64encode(value)


def encode_to_string(codec: Codec, value: Value) -> str:
    """
    Encode bytes in Base64, as text.

    :raises EvaluationFailed: as :func:`encode`; when the text is too long.
    """
    return bounded(encode(codec, value).decode("ascii"))


def decode(codec: Codec, value: Value) -> bytes:
    """
    Decode Base64; the padding may be absent.

    :param codec: a decoder.
    :param value: a text or bytes.
    :raises EvaluationFailed: when the codec is an encoder, or the value is not Base64.
    """
    if codec not in (DECODER, URL_DECODER):
        raise EvaluationFailed(f"{codec.name} does not decode")
    text = new_string(value, "ISO-8859-1")
    alphabet, altchars = (_URL, b"-_") if codec is URL_DECODER else (_PLAIN, b"+/")
    found = alphabet.fullmatch(text)
    if found is None or (found[1] and len(text) % 4):
        raise EvaluationFailed(f"{name_of(value)} is not Base64")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars)
    except binascii.Error:
        raise EvaluationFailed(f"{name_of(value)} is not Base64") from None


def _codec(charset: Value) -> str:
    name = _CHARSETS.get(charset.upper()) if isinstance(charset, str) else None
    if name is None:
        raise EvaluationFailed(f"the charset must be one of {', '.join(_CHARSETS)}")
    return name
