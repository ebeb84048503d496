"""API keys: how they are made, and what of them is kept."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator

SHORTEST, LONGEST = 8, 64
"""Characters of a key that a publisher chooses."""
HINT = 6
_CUSTOM = re.compile(r"[!-~]+")
_NOT_IN_KEYS = frozenset("^#%@\\/;=?|~, ")


def new_key() -> str:
    """Make a key of 256 random bits, that can stand in a URL as it is."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """Give what is kept of a key: enough to know it again, and no more.

    :param key: as a caller sends it.
    """
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def hint_of(key: str) -> str:
    """Give the part of a key that people may see; of a short one it is little.

    :param key: a new key.
    """
    return f"{key[: min(HINT, len(key) // 4)]}…"


def check_custom(key: object) -> str | None:
    """Say what is wrong with a key that a publisher would choose.

    :param key: any JSON value.
    :returns: ``None`` for nothing.
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
"""A key that a publisher chooses, such as one that consumers have already."""
