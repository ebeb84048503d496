"""Hashing outside the reactor's thread."""

from __future__ import annotations

import threading
import time
from typing import Any

from argon2 import PasswordHasher
from twisted.internet.defer import gatherResults
from twisted.trial.unittest import TestCase

from relay.management.access.passwords import Passwords
from relay.management.http.errors import TooManyAttempts
from tests.management.harness import CHEAP, reactor


class PasswordsTests(TestCase):
    """The queue in front of the hash function."""

    async def test_two_at_once(self) -> None:
        """At most two passwords are hashed at a time."""
        passwords = Passwords(reactor, CHEAP)
        passwords.startService()
        self.addCleanup(passwords.stopService)
        lock = threading.Lock()
        running = 0
        most = 0

        class Slow(PasswordHasher):
            def verify(self, hash: Any, password: Any) -> Any:
                nonlocal running, most
                with lock:
                    running += 1
                    most = max(most, running)
                time.sleep(0.02)
                with lock:
                    running -= 1
                return True

        passwords._hasher = Slow()
        asked = [passwords.verify("", b"") for _ in range(10)]
        self.assertEqual(await gatherResults(asked), [True] * 10)
        self.assertEqual(most, 2)

    async def test_bounded(self) -> None:
        """More than can wait are refused at once, not queued."""
        passwords = Passwords(reactor, CHEAP)
        passwords.startService()
        self.addCleanup(passwords.stopService)
        hashed = CHEAP.hash("x")
        asked = [passwords.verify(hashed, b"x") for _ in range(66)]
        self.assertRaises(TooManyAttempts, passwords.verify, hashed, b"x")
        self.assertEqual(await gatherResults(asked), [True] * 66)
        self.assertTrue(await passwords.verify(hashed, b"x"))

    async def test_broken_hash(self) -> None:
        """A stored text that is no hash matches no password."""
        passwords = Passwords(reactor, CHEAP)
        passwords.startService()
        self.addCleanup(passwords.stopService)
        self.assertFalse(await passwords.verify("not a hash", b"x"))
