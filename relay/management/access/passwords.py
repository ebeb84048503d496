"""Hashing of passwords (argon2id, RFC 9106), outside the reactor's thread."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from relay.management.http.errors import TooManyAttempts

T = TypeVar("T")

AT_ONCE = 2
"""Concurrent hashes: each takes 64 MiB and almost a tenth of a second of one core."""
MOST_WAITING = 64


class Passwords(Service):
    """A queue in front of the hash function.

    :param reactor: results arrive in its thread.
    :param hasher: with the cost of new hashes.
    """

    def __init__(
        self, reactor: IReactorFromThreads, hasher: PasswordHasher | None = None
    ) -> None:
        self._reactor = reactor
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPool(0, AT_ONCE, "argon2")
        self._unfinished = 0

    def startService(self) -> None:
        """Start the threads."""
        super().startService()
        self._pool.start()

    def stopService(self) -> None:
        """Stop the threads, after the hashes in progress."""
        super().stopService()
        self._pool.stop()

    def verify(self, password_hash: str, password: bytes) -> Deferred[bool]:
        """
        :param password_hash: in argon2's encoded form.
        :returns: whether the password is the one that was hashed.
        :raises TooManyAttempts: when too many wait already.
        """
        if self._unfinished >= AT_ONCE + MOST_WAITING:
            raise TooManyAttempts("Too many logins at once; try again", 1)
        return self._run(partial(matches, self._hasher, password_hash, password))

    def hash(self, password: bytes) -> Deferred[str]:
        """
        :returns: a new hash in argon2's encoded form.
        """
        return self._run(partial(self._hasher.hash, password))

    def is_outdated(self, password_hash: str) -> bool:
        """
        :returns: whether a new hash of the same password would have another cost.
        """
        return self._hasher.check_needs_rehash(password_hash)

    def _run(self, work: Callable[[], T]) -> Deferred[T]:
        self._unfinished += 1
        running = deferToThreadPool(self._reactor, self._pool, work)
        return running.addBoth(self._finish)

    def _finish(self, result: T) -> T:
        self._unfinished -= 1
        return result


def matches(hasher: PasswordHasher, password_hash: str, password: bytes) -> bool:
    """
    :returns: whether the password is the one that was hashed.
    """
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
