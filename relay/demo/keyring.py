"""The keys of the demo source."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable


class Keyring:
    """
    The keys of the demo source, kept as digests so that no repr shows them.

    :param keys: ``name:secret`` pairs.
    :raises ValueError: for a key without a name or without a secret.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._digests = tuple(map(self._checked, keys))

    def admits(self, key: bytes) -> bool:
        """Compare in a time that does not depend on the keys."""
        digest = hashlib.sha256(key).digest()
        matches = [hmac.compare_digest(digest, known) for known in self._digests]
        return any(matches)

    @staticmethod
    def _checked(key: str) -> bytes:
        name, _, secret = key.partition(":")
        if not name or not secret:
            raise ValueError("a key must have the form NAME:SECRET")
        return hashlib.sha256(key.encode("utf-8")).digest()
