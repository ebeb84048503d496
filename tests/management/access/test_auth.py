"""Authentication of the management API, and its cost."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Any

from argon2 import PasswordHasher
from twisted.internet import reactor as _reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import TestCase

from relay.management.access.auth import Authenticator
from relay.management.access.identity import Identity
from relay.management.access.passwords import Passwords
from relay.management.access.tokens import hash_of
from relay.management.http.errors import TooManyAttempts, Unauthorized
from relay.model.records import TokenRecord, UserRecord
from relay.model.role import Role
from relay.settings.daemon import AdminSettings
from relay.store.errors import StoreError
from relay.store.store import Store
from tests.management.harness import CHEAP, PASSWORD, basic
from tests.store.databases import create

reactor: Any = _reactor

HERE = "192.0.2.1"
OTHER = "192.0.2.2"


class Counted(Passwords):
    """Passwords that record each verification."""

    def __init__(self, hasher: PasswordHasher = CHEAP) -> None:
        super().__init__(reactor, hasher)
        self.asked: list[str] = []
        self.held: Deferred[None] | None = None

    def verify(self, password_hash: str, password: bytes) -> Deferred[bool]:
        """Verify, once let."""
        self.asked.append(password_hash)
        if self.held is None:
            return super().verify(password_hash, password)
        verify = super().verify
        let: Deferred[None] = Deferred()
        self.held.addCallback(let.callback)
        return let.addCallback(lambda _: verify(password_hash, password))


def header(name: str, password: str) -> bytes:
    """Return the value of an Authorization header."""
    return basic(name, password)["Authorization"].encode()


class AuthenticatorTests(TestCase):
    """Checking credentials, over a real store, with a clock of our own."""

    timeout = 30

    async def setUp(self) -> None:  # type: ignore[override]
        """Start with the administrator as the only user."""
        directory = self.mktemp()
        os.mkdir(directory)
        create(f"{directory}/relay.db")
        self.store = Store(
            f"sqlite:///{directory}/relay.db",
            reactor,
            # Reads answer in the order in which they were asked.
            threads=1,
            clock_ms=lambda: int(time.time() * 1000),
        )
        self.store.startService()
        self.addCleanup(self.store.stopService)
        self.admin = UserRecord("admin", CHEAP.hash(PASSWORD), Role.ADMIN, 0, 0)
        await self.store.write(lambda tx: tx.users.put(self.admin))
        self.clock = Clock()
        self.build()

    def build(self, hasher: PasswordHasher = CHEAP, **settings: int) -> None:
        """Make the authenticator."""
        self.passwords = Counted(hasher)
        self.passwords.startService()
        self.addCleanup(self.passwords.stopService)
        chosen = replace(AdminSettings(max_failed_logins=3), **settings)
        self.authenticator = Authenticator(
            self.store, chosen, self.clock, self.passwords
        )

    async def wrong(
        self, name: str = "admin", password: str = "wrong", address: str = HERE
    ) -> None:
        """Assert that credentials are refused."""
        await self.assertFailure(
            self.authenticator.check(header(name, password), address), Unauthorized
        )

    async def right(self, address: str = HERE) -> None:
        """Assert that the administrator's are not."""
        identity = await self.authenticator.check(header("admin", PASSWORD), address)
        self.assertEqual(identity, Identity("admin", Role.ADMIN))

    async def test_other_settings(self) -> None:
        """Verified passwords are forgotten, and the new limits apply."""
        await self.right()
        await self.right()
        self.assertEqual(len(self.passwords.asked), 1)
        self.authenticator.take(
            AdminSettings(credential_cache_ms=0, max_failed_logins=1)
        )
        await self.right()
        await self.right()
        self.assertEqual(len(self.passwords.asked), 3)
        await self.wrong()
        await self.assertFailure(
            self.authenticator.check(header("admin", PASSWORD), HERE), TooManyAttempts
        )

    async def test_not_credentials(self) -> None:
        """
        A header that is no Basic credential is refused without hashing or counting.
        """
        for value in (
            None,
            b"",
            b"Basic",
            b"Basic %%%",
            b"Basic YWRtaW4=",
            b"Basic " + b"/zph",
        ):
            await self.assertFailure(
                self.authenticator.check(value, HERE), Unauthorized
            )
        self.assertEqual(self.passwords.asked, [])
        await self.right()

    async def test_remembered(self) -> None:
        """A verified credential is not hashed again for five minutes."""
        await self.right()
        await self.right(OTHER)
        self.assertEqual(len(self.passwords.asked), 1)
        self.clock.advance(299)
        await self.right()
        self.assertEqual(len(self.passwords.asked), 1)
        self.clock.advance(2)
        await self.right()
        self.assertEqual(len(self.passwords.asked), 2)

    async def test_not_remembered_at_zero(self) -> None:
        """Without the cache each request is verified."""
        self.build(credential_cache_ms=0)
        await self.right()
        await self.right()
        self.assertEqual(len(self.passwords.asked), 2)

    async def test_dropped_on_change(self) -> None:
        """A password that was changed, by any process, ends at once."""
        await self.right()
        changed = replace(self.admin, password_hash=CHEAP.hash("another"))
        await self.store.write(lambda tx: tx.users.put(changed))
        await self.wrong(password=PASSWORD)
        identity = await self.authenticator.check(header("admin", "another"), HERE)
        self.assertEqual(identity.name, "admin")

    async def test_nothing_readable_is_remembered(self) -> None:
        """Neither the password nor an unkeyed digest of it is kept."""
        await self.right()
        self.assertNotIn(PASSWORD, repr(vars(self.authenticator)))
        other = Authenticator(self.store, AdminSettings(), self.clock, self.passwords)
        self.assertNotEqual(
            self.authenticator._digest("admin", b"x"), other._digest("admin", b"x")
        )

    async def test_limited_before_hashing(self) -> None:
        """After the last allowed failure no password of the address is hashed."""
        for number in range(3):
            await self.wrong(password=f"wrong {number}")
        asked = len(self.passwords.asked)
        for password in ("wrong 4", PASSWORD):
            error: Any = await self.assertFailure(
                self.authenticator.check(header("admin", password), HERE),
                TooManyAttempts,
            )
            self.assertEqual(error.headers, {"Retry-After": "60"})
        self.assertEqual(len(self.passwords.asked), asked)
        await self.right(OTHER)
        self.clock.advance(60)
        await self.right()

    async def test_remembered_credentials_do_not_open_a_way_around(self) -> None:
        """Guesses are limited although the right answer needs no hashing."""
        await self.right()
        for number in range(3):
            await self.wrong(password=f"wrong {number}")
        await self.assertFailure(
            self.authenticator.check(header("admin", PASSWORD), HERE), TooManyAttempts
        )

    async def test_many_guesses_at_once(self) -> None:
        """Guesses sent together are limited like guesses sent in turn."""
        self.passwords.held = Deferred()
        ends: list[object] = []

        def note(failure: Failure) -> str:
            ends.append(type(failure.value))
            return ""

        guesses = [
            self.authenticator.check(header("admin", f"guess {number}"), HERE)
            for number in range(20)
        ]
        for guess in guesses:
            guess.addErrback(note)
        # Reads end before the one asked for after them.
        await self.store.write(lambda tx: None)
        while len(ends) < 17:
            await self.store.read(lambda tx: None)
        self.assertEqual(len(self.passwords.asked), 3)
        self.passwords.held.callback(None)
        await gatherResults(guesses)
        self.assertEqual(ends.count(TooManyAttempts), 17)
        self.assertEqual(ends.count(Unauthorized), 3)

    async def test_one_verification_for_all_who_ask(self) -> None:
        """Many first requests of one client are hashed once and all let in."""
        names = await gatherResults(
            [
                self.authenticator.check(header("admin", PASSWORD), HERE)
                for _ in range(20)
            ]
        )
        self.assertEqual(names, [Identity("admin", Role.ADMIN)] * 20)
        self.assertEqual(len(self.passwords.asked), 1)

    async def test_unknown_user(self) -> None:
        """An unknown user costs one hash, even with the password of another user."""
        await self.wrong("nobody", PASSWORD)
        self.assertEqual(self.passwords.asked, [self.admin.password_hash])
        await self.wrong("nobody", PASSWORD)
        self.assertEqual(len(self.passwords.asked), 2)
        await self.wrong("nobody", "wrong")
        await self.assertFailure(
            self.authenticator.check(header("nobody", PASSWORD), HERE),
            TooManyAttempts,
        )

    async def test_nobody_at_all(self) -> None:
        """Without any user all credentials are refused."""
        directory = self.mktemp()
        os.mkdir(directory)
        empty = Store(f"sqlite:///{directory}/relay.db", reactor, clock_ms=lambda: 1)
        empty.startService()
        self.addCleanup(empty.stopService)
        nobody = Authenticator(empty, AdminSettings(), self.clock, self.passwords)
        await self.assertFailure(
            nobody.check(header("admin", PASSWORD), HERE), Unauthorized
        )

    async def test_client_leaves(self) -> None:
        """
        A client that leaves does not stop the verification for others, and its failure
        counts.
        """
        self.passwords.held = Deferred()
        leaving = self.authenticator.check(header("admin", "wrong"), HERE)
        staying = self.authenticator.check(header("admin", "wrong"), HERE)
        await self.store.read(lambda tx: None)
        leaving.addErrback(lambda failure: None)
        leaving.cancel()
        self.passwords.held.callback(None)
        await self.assertFailure(staying, Unauthorized)
        self.assertEqual(len(self.passwords.asked), 1)
        await self.wrong(password="wrong 2")
        await self.wrong(password="wrong 3")
        await self.assertFailure(
            self.authenticator.check(header("admin", PASSWORD), HERE), TooManyAttempts
        )

    async def test_hashed_anew(self) -> None:
        """A hash of another cost is replaced when its password is seen."""
        dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
        self.build(dearer)
        await self.right()
        stored = await self.store.read(lambda tx: tx.users.get("admin"))
        assert stored is not None
        self.assertFalse(dearer.check_needs_rehash(stored.password_hash))
        self.assertTrue(dearer.verify(stored.password_hash, PASSWORD))
        await self.right()
        self.assertEqual(len(self.passwords.asked), 1)

    async def test_store_that_fails(self) -> None:
        """
        A failure of the store refuses the request, and does not count as a failed
        login.
        """
        await self.store.stopService()
        await self.assertFailure(
            self.authenticator.check(header("admin", PASSWORD), HERE), StoreError
        )
        self.store.startService()
        await self.right()

    async def token(self, **changes: Any) -> TokenRecord:
        """Store the token ``secret``."""
        record = TokenRecord(
            "id-1", "admin", "ci", hash_of(b"secret"), None, 0, None, None
        )
        record = replace(record, **changes)
        await self.store.write(lambda tx: tx.tokens.add(record))
        return record

    async def test_token(self) -> None:
        """A token is who it belongs to, without any hashing of passwords."""
        await self.token()
        identity = await self.authenticator.check(b"bearer  secret ", HERE)
        self.assertEqual(identity, Identity("admin", Role.ADMIN, "id-1"))
        self.assertEqual(self.passwords.asked, [])

    async def test_narrowed_token(self) -> None:
        """A token may do less than its user, never more."""
        await self.token(role="VIEWER")
        identity = await self.authenticator.check(b"Bearer secret", HERE)
        self.assertEqual(identity.role, Role.VIEWER)
        lesser = replace(self.admin, role=Role.VIEWER)
        await self.store.write(lambda tx: tx.users.put(lesser))
        await self.token(id="id-2", token_hash=hash_of(b"more"), role="ADMIN")
        identity = await self.authenticator.check(b"Bearer more", HERE)
        self.assertEqual(identity.role, Role.VIEWER)

    async def test_token_that_expired(self) -> None:
        """A token ends at its time."""
        await self.token(expires_at_ms=1)
        await self.assertFailure(
            self.authenticator.check(b"Bearer secret", HERE), Unauthorized
        )

    async def test_token_without_its_user(self) -> None:
        """A user who is gone takes the tokens along."""
        await self.token()
        await self.store.write(lambda tx: tx.users.delete(self.admin))
        await self.assertFailure(
            self.authenticator.check(b"Bearer secret", HERE), Unauthorized
        )

    async def test_guessed_tokens(self) -> None:
        """Wrong tokens count as wrong passwords do."""
        await self.token()
        for guess in (b"Bearer", b"Bearer admin", b"Bearer \xff"):
            await self.assertFailure(
                self.authenticator.check(guess, HERE), Unauthorized
            )
        await self.assertFailure(
            self.authenticator.check(b"Bearer secret", HERE), TooManyAttempts
        )

    async def test_use_is_noted(self) -> None:
        """The last use of a token is stored."""
        await self.token()
        await self.authenticator.check(b"Bearer secret", HERE)
        # Writes happen in the order in which they were asked for.
        await self.store.write(lambda tx: None)
        stored = await self.store.read(lambda tx: tx.tokens.list("admin"))
        self.assertIsNotNone(stored[0].used_at_ms)
