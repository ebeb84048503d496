"""API keys: their generation and their stored form."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator

SHORTEST, LONGEST = 8, 64
"""The length of a key that a publisher chooses, in characters."""
HINT = 6
_CUSTOM = re.compile(r"[!-~]+")
_NOT_IN_KEYS = frozenset("^#%@\\/;=?|~, ")


def new_key() -> str:
    """Generate a key of 256 random bits that needs no encoding in a URL."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """Return the digest of a key, which is its stored form.

    :param key: as a caller sends it.
    """
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def hint_of(key: str) -> str:
    """Return the first characters of a key, which identify the key to people."""
    return f"{key[: min(HINT, len(key) // 4)]}…"


def check_custom(key: object) -> str | None:
    """Validate a key that a publisher chooses.

    :param key: any JSON value.
    :returns: the problem; ``None`` for a valid one.
    """
    if not isinstance(key, str) or not SHORTEST <= len(key) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters"
    if not _CUSTOM.fullmatch(key) or _NOT_IN_KEYS & set(key):
        return "must be printable ASCII without ^#%@\\/;=?|~, and spaces"
    return None


def _custom(key: str) -> str:
    if problem := check_custom(key):
        raise ValueError(problem)
    return key


CustomKey = Annotated[str, AfterValidator(_custom)]
"""A key that a publisher chooses, such as one that consumers already use."""
