"""Authentication: HTTP Basic (RFC 7617) and Bearer (RFC 6750), for users of the
store."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.management.access.bootstrap import ADMIN, AdminBootstrap, ensure_admin
from relay.management.access.identity import Identity
from relay.management.access.passwords import Passwords
from relay.management.access.throttle import FailedLogins
from relay.management.access.tokens import hash_of
from relay.management.http.errors import Unauthorized
from relay.model.plans.basic import read_pair
from relay.model.records import TokenRecord, UserRecord
from relay.model.role import Role
from relay.settings.daemon import AdminSettings
from relay.store.errors import StoreError
from relay.store.rehearsal import rehearsing
from relay.store.store import Store
from relay.store.transaction import Transaction

__all__ = ["AdminBootstrap", "Authenticator", "ensure_admin"]

MOST_REMEMBERED = 100
NOTED_EVERY_MS = 60_000
"""The precision of the time of a token's last use."""


@dataclass(frozen=True, slots=True)
class _Verified:
    password_hash: str
    until_s: float


class Authenticator:
    """Authenticates requests of the management API.

    A verified credential is cached for a while, as an HMAC under a key of this process,
    together with the hash that it was verified against: it is no longer valid when the
    stored hash changes, whichever process changes it.

    :param store: started.
    :param passwords: verifies passwords; started.
    """

    _log = Logger()

    def __init__(
        self,
        store: Store,
        settings: AdminSettings,
        clock: IReactorTime,
        passwords: Passwords,
    ) -> None:
        self._store = store
        self._remember_s = settings.credential_cache_ms / 1000
        self._clock = clock
        self._passwords = passwords
        self._failures = FailedLogins(
            clock, settings.max_failed_logins, settings.failed_login_window_ms
        )
        self._key = os.urandom(32)
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()
        self._verifying: dict[bytes, list[Deferred[UserRecord | None]]] = {}

    def take(self, settings: AdminSettings) -> None:
        """Take other settings; passwords that are cached are verified once more."""
        self._remember_s = settings.credential_cache_ms / 1000
        self._failures.limit(
            settings.max_failed_logins, settings.failed_login_window_ms
        )
        self._verified.clear()

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """Return the user who sent a request.

        :param authorization: the header of that name.
        :param address: of the client.
        :raises Unauthorized: without valid credentials.
        :raises TooManyAttempts: when the address is locked out. Then the right password
            is refused, too; otherwise guessing could continue.
        """
        return Deferred.fromCoroutine(self._check(authorization, address))

    def log_in(self, name: str, password: bytes, address: str) -> Deferred[UserRecord]:
        """
        Return a user by name and password.

        :param address: of the client.
        :return: the user as it was when the password was verified.
        :raises Unauthorized: when either is wrong.
        :raises TooManyAttempts: as of :meth:`check`.
        """
        return Deferred.fromCoroutine(self._check_password(name, password, address))

    def check_address(self, address: str) -> None:
        """
        Check an address before credentials of another kind are.

        :raises TooManyAttempts: when it is locked out.
        """
        self._failures.check(address)

    async def _check(self, authorization: bytes | None, address: str) -> Identity:
        scheme, _, credentials = (authorization or b"").strip().partition(b" ")
        if scheme.lower() == b"bearer":
            return await self._check_token(credentials.strip(), address)
        if scheme.lower() == b"basic":
            user = await self._check_password(*_pair(credentials), address)
            return Identity(user.name, Role(user.role))
        raise Unauthorized()

    async def _check_token(self, token: bytes, address: str) -> Identity:
        self._failures.check(address)
        found = await self._store.read(partial(_owner, token))
        if found is None:
            self._failures.begin(address)
            self._failures.end(address, failed=True)
            raise Unauthorized("the token is not valid, or has expired")
        record, user, now_ms = found
        if record.used_at_ms is None or now_ms - record.used_at_ms >= NOTED_EVERY_MS:
            # No caller waits for the result.
            used = self._store.write(lambda tx: tx.tokens.use(record.id, now_ms))
            used.addErrback(self._not_noted, record.id)
        role = Role(user.role)
        if record.role is not None:
            role = role.narrowed(Role(record.role))
        return Identity(user.name, role, record.id)

    def _not_noted(self, failure: Failure, token_id: str) -> None:
        self._log.warn(
            "The use of token {token} could not be noted: {error}",
            token=token_id,
            error=failure.value,
        )

    async def _check_password(
        self, name: str, password: bytes, address: str
    ) -> UserRecord:
        self._failures.check(address)
        user, admin = await self._store.read(
            lambda tx: (tx.users.get(name), tx.users.get(ADMIN))
        )
        digest = self._digest(name, password)
        if user is not None and self._remembers(digest, user):
            return user
        # An unknown user takes the time of a known one, so that names cannot be
        # guessed.
        record = user or admin
        verified = record and await self._join(
            digest, record, user is not None, password, address
        )
        if verified is None:
            raise Unauthorized("the user name or the password is wrong")
        return verified

    def _remembers(self, digest: bytes, user: UserRecord) -> bool:
        verified = self._verified.get(digest)
        if verified is None:
            return False
        if (
            verified.password_hash == user.password_hash
            and self._clock.seconds() < verified.until_s
        ):
            return True
        del self._verified[digest]
        return False

    def _join(
        self,
        digest: bytes,
        record: UserRecord,
        known: bool,
        password: bytes,
        address: str,
    ) -> Deferred[UserRecord | None]:
        """Wait for the verification of one credential, which runs once for concurrent
        requests, and continues when their clients have left."""
        waiting: Deferred[UserRecord | None] = Deferred()
        if digest in self._verifying:
            self._verifying[digest].append(waiting)
            return waiting
        self._failures.begin(address)
        self._verifying[digest] = [waiting]
        verifying = Deferred.fromCoroutine(
            self._verify(digest, record, known, password)
        )
        verifying.addBoth(self._settle, digest, address)
        return waiting

    def _settle(
        self, result: UserRecord | Failure | None, digest: bytes, address: str
    ) -> None:
        self._failures.end(address, failed=result is None)
        for waiting in self._verifying.pop(digest):
            # Requests whose client has left were cancelled.
            if not waiting.called:
                waiting.callback(result)

    async def _verify(
        self, digest: bytes, record: UserRecord, known: bool, password: bytes
    ) -> UserRecord | None:
        matched = await self._passwords.verify(record.password_hash, password)
        if not (matched and known):
            return None
        if self._passwords.is_outdated(record.password_hash):
            record = await self._rehash(record, password)
        if self._remember_s:
            if len(self._verified) >= MOST_REMEMBERED:
                self._verified.popitem(last=False)
            self._verified[digest] = _Verified(
                record.password_hash, self._clock.seconds() + self._remember_s
            )
        return record

    async def _rehash(self, record: UserRecord, password: bytes) -> UserRecord:
        renewed = replace(record, password_hash=await self._passwords.hash(password))
        # Requests share the verification, which is no part of the dry run of one.
        rehearsing.set(None)

        def put(tx: Transaction) -> UserRecord:
            stored = tx.users.get(record.name)
            # The password may have been changed meanwhile.
            return tx.users.rehash(renewed) if stored == record else record

        try:
            return await self._store.write(put)
        except StoreError as error:
            self._log.warn(
                "The password of {name} could not be hashed anew: {error}",
                name=record.name,
                error=error,
            )
            return record

    def _digest(self, name: str, password: bytes) -> bytes:
        encoded = name.encode("utf-8")
        message = len(encoded).to_bytes(4, "big") + encoded + password
        return hmac.digest(self._key, message, hashlib.sha256)


def _pair(credentials: bytes) -> tuple[str, bytes]:
    """
    :raises Unauthorized: unless these are Basic credentials.
    """
    pair = read_pair(credentials)
    if pair is None:
        raise Unauthorized("the Basic credentials are malformed")
    return pair


def _owner(token: bytes, tx: Transaction) -> tuple[TokenRecord, UserRecord, int] | None:
    """Find a token that has not expired, and its user."""
    record = tx.tokens.find(hash_of(token))
    if record is None or (
        record.expires_at_ms is not None and record.expires_at_ms <= tx.now_ms
    ):
        return None
    user = tx.users.get(record.user)
    return None if user is None else (record, user, tx.now_ms)
