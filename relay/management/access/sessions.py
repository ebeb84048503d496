"""Sessions of the console, which a browser has instead of a password.

A session is a row of the store, which all daemons on it share, and a cookie with 256
random bits, of which the store has a hash. It is looked up for each request: what ends
it does so with the next request, in every process. The user's role is that of the user
at the time of the request.

The token against cross-site request forgery follows from the cookie. A page of another
site can read neither.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import replace
from functools import partial
from uuid import uuid4

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.management.access.auth import Authenticator
from relay.management.access.identity import Identity
from relay.management.access.tokens import hash_of
from relay.management.http.credentials import Credentials
from relay.management.http.errors import Forbidden, Unauthorized
from relay.model.records import SessionRecord, UserRecord
from relay.model.role import Role
from relay.settings.listeners import ConsoleSettings
from relay.store.store import Store
from relay.store.tables.audits import Actor, acting
from relay.store.transaction import Transaction

MOST_SESSIONS = 100
"""Limit of the sessions of one user; a further sign-in ends the oldest."""
NOTED_EVERY_MS = 60_000
"""The precision of the time of a session's last use, unless the idle timeout needs a
finer one."""


class Sessions:
    """
    Begins, checks and ends sessions.

    :param store: started.
    :param logins: verifies passwords, and locks addresses out.
    """

    _log = Logger()

    def __init__(
        self, store: Store, settings: ConsoleSettings, logins: Authenticator
    ) -> None:
        self._store = store
        self._logins = logins
        self.settings = settings
        """Which may be replaced: they apply to the next requests."""

    def check(self, credentials: Credentials) -> Deferred[Identity]:
        """
        Return the user of a session.

        :param credentials: with a cookie.
        :raises Unauthorized: when there is no such session any more.
        :raises Forbidden: when the request may change something, and does not have the
            session's token against cross-site request forgery.
        """
        return Deferred.fromCoroutine(self._check(credentials))

    async def _check(self, credentials: Credentials) -> Identity:
        secret = credentials.session or ""
        found = await self._store.read(partial(_find, secret))
        if found is None or self._has_expired(found[0], found[2]):
            raise Unauthorized("the session has ended; sign in again").for_script()
        record, user, now_ms = found
        sent = credentials.csrf_token.encode("latin-1", "replace")
        if credentials.changes and not hmac.compare_digest(
            sent, csrf_token(secret).encode()
        ):
            raise Forbidden(
                "A change with the cookie of a session needs the session's token in "
                "the header X-CSRF-Token",
                "csrf.invalid",
            )
        every_ms = min(NOTED_EVERY_MS, self.settings.idle_timeout_ms // 10)
        if now_ms - record.used_at_ms >= every_ms and not credentials.unattended:
            record = replace(record, used_at_ms=now_ms)
            # No caller waits for the result.
            used = self._store.write(lambda tx: tx.sessions.use(record.id, now_ms))
            used.addErrback(self._not_noted, record.id)
        return Identity(user.name, Role(user.role), session=record)

    def _has_expired(self, record: SessionRecord, now_ms: int) -> bool:
        return now_ms >= min(
            self.idle_expires_at_ms(record), self.expires_at_ms(record)
        )

    def _not_noted(self, failure: Failure, session_id: str) -> None:
        self._log.warn(
            "The use of session {session} could not be noted: {error}",
            session=session_id,
            error=failure.value,
        )

    def expires_at_ms(self, record: SessionRecord) -> int:
        """Return when a session ends, however it is used."""
        return record.created_at_ms + self.settings.max_session_ms

    def idle_expires_at_ms(self, record: SessionRecord) -> int:
        """Return when a session ends unless it is used."""
        return min(
            record.used_at_ms + self.settings.idle_timeout_ms,
            self.expires_at_ms(record),
        )

    async def sign_in(
        self, name: str, password: bytes, credentials: Credentials
    ) -> tuple[str, UserRecord, SessionRecord]:
        """
        Begin a session, and end the one that the request came with.

        :param credentials: of the request.
        :return: the value of the cookie, the user and the session.
        :raises Unauthorized: when the name or the password is wrong.
        :raises TooManyAttempts: when the address is locked out.
        """
        try:
            user = await self._logins.log_in(name, password, credentials.address)
        except Unauthorized as refused:
            raise refused.for_script() from None
        acting.set(Actor(user.name))
        secret = secrets.token_urlsafe(32)
        begin = partial(_begin, user, hash_of(secret.encode()), credentials.session)
        return secret, user, await self._store.write(begin)

    async def sign_out(self, record: SessionRecord) -> None:
        """End a session."""
        await self._store.write(lambda tx: tx.sessions.end(record))

    async def sign_out_everywhere(self, user: str) -> None:
        """End all sessions of a user, by name."""
        await self._store.write(lambda tx: tx.sessions.end_all(user))


def csrf_token(secret: str) -> str:
    """
    Return the token against cross-site request forgery of a session.

    :param secret: the value of the cookie.
    """
    digest = hmac.digest(secret.encode(), b"X-CSRF-Token", hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _find(secret: str, tx: Transaction) -> tuple[SessionRecord, UserRecord, int] | None:
    record = tx.sessions.find(hash_of(secret.encode()))
    user = None if record is None else tx.users.get(record.user)
    return None if record is None or user is None else (record, user, tx.now_ms)


def _begin(
    user: UserRecord, secret_hash: str, replaced: str | None, tx: Transaction
) -> SessionRecord:
    """
    Store a new session.

    :param replaced: the value of the cookie that the request came with.
    :raises Unauthorized: when the password was changed since it was verified.
    """
    stored = tx.users.get(user.name)
    if stored is None or stored.password_hash != user.password_hash:
        raise Unauthorized("the password has just been changed").for_script()
    before = None if replaced is None else tx.sessions.find(hash_of(replaced.encode()))
    if before is not None:
        tx.sessions.end(before)
    for oldest in tx.sessions.list(user.name)[: 1 - MOST_SESSIONS or None]:
        tx.sessions.end(oldest)
    record = SessionRecord(
        id=str(uuid4()),
        user=user.name,
        secret_hash=secret_hash,
        created_at_ms=tx.now_ms,
        used_at_ms=tx.now_ms,
    )
    tx.sessions.add(record)
    return record
