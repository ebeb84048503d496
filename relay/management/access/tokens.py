"""Personal access tokens, which programs use instead of a password."""

from __future__ import annotations

import hashlib
import secrets
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

from pydantic import Field, Strict

from relay.management.access.identity import Identity, find_user
from relay.management.http.errors import BadRequest, Forbidden, NotFound
from relay.management.http.reply import JSON_TYPE, Reply, dump
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.access import CreatedToken, Token
from relay.model.records import TokenRecord
from relay.model.role import Role
from relay.model.schema.base import Options
from relay.model.schema.errors import Issue
from relay.model.schema.types.scalars import Integral
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.transaction import Transaction

LATEST_MS = 253_402_300_799_999
"""The end of the year 9999: timestamps have years of four digits."""
MOST_TOKENS = 100
"""Limit of the tokens of one user."""


class NewToken(Options):
    """The body of a new token."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    role: Role | None = None
    """The highest role of the token; by default that of its user."""
    expires_at: Annotated[int, Strict(), Field(gt=0, le=LATEST_MS), Integral] | None = (
        None
    )
    """Milliseconds since the Unix epoch; by default it does not expire."""


class Tokens:
    """The resource family of the tokens of users; each user creates the own ones."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @route(
        "GET",
        "/users/current/tokens",
        role=Role.VIEWER,
        answers={200: tuple[Token, ...]},
    )
    async def list(self, call: RestCall) -> Reply:
        """Return the tokens, without their secrets."""
        found = await self._store.read(lambda tx: tx.tokens.list(call.user.name))
        return Reply(200, [_token_json(one) for one in found])

    @route(
        "POST",
        "/users/current/tokens",
        body=Body.REQUIRED,
        role=Role.VIEWER,
        reads=NewToken,
        answers={201: CreatedToken},
    )
    async def create(self, call: RestCall) -> Reply:
        """Create a token, which only this response contains."""
        asked = bodies.read(NewToken, call.body)
        # Otherwise a leaked token could create others that outlive it.
        if call.user.token is not None:
            raise Forbidden(
                "A token cannot make tokens: come with a password",
                "token.passwordRequired",
            )
        token = secrets.token_urlsafe(32)
        work = partial(_add, call.user.name, asked, hash_of(token.encode()))
        made = await self._store.write(work)
        body = {**_token_json(made), "token": call.shown_once(token)}
        if call.dry_run:
            return Reply(200, body)
        # Encoded here, since the secrets of documents are masked for viewers.
        return Reply(201, dump(body), {"Content-Type": JSON_TYPE})

    @route(
        "DELETE",
        "/users/current/tokens/<token_id>",
        role=Role.VIEWER,
        answers={204: None},
    )
    async def delete(self, call: RestCall, token_id: str) -> Reply:
        """
        Delete a token.

        A caller with a token can delete this token, and others whose role is not
        higher.
        """
        await self._store.write(partial(_delete, call.user, call.user.name, token_id))
        return Reply(204)

    @route(
        "GET", "/users/<name>/tokens", role=Role.ADMIN, answers={200: tuple[Token, ...]}
    )
    async def list_of(self, call: RestCall, name: str) -> Reply:
        """Return the tokens of a user, without their secrets."""

        def work(tx: Transaction) -> list[TokenRecord]:
            return tx.tokens.list(find_user(name, tx).name)

        return Reply(200, [_token_json(one) for one in await self._store.read(work)])

    @route(
        "DELETE",
        "/users/<name>/tokens/<token_id>",
        role=Role.ADMIN,
        answers={204: None},
    )
    async def delete_of(self, call: RestCall, name: str, token_id: str) -> Reply:
        """Delete a token of a user."""
        await self._store.write(partial(_delete, call.user, name, token_id))
        return Reply(204)


def hash_of(token: bytes) -> str:
    """
    :param token: has 256 random bits, so that a slow hash is not needed.
    :returns: the stored hash.
    """
    return hashlib.sha256(token).hexdigest()


def _add(user: str, asked: NewToken, token_hash: str, tx: Transaction) -> TokenRecord:
    if asked.expires_at is not None and asked.expires_at <= tx.now_ms:
        message = "Field 'expiresAt' must be later than now"
        issue = Issue(message, "expiresAt", asked.expires_at)
        raise BadRequest(message, "token.expired", issues=[issue])
    if len(tx.tokens.list(user)) >= MOST_TOKENS:
        raise BadRequest(
            f"There are {MOST_TOKENS} tokens already: delete some", "token.tooMany"
        )
    record = TokenRecord(
        id=str(uuid4()),
        user=user,
        name=asked.name,
        token_hash=token_hash,
        role=asked.role,
        created_at_ms=tx.now_ms,
        expires_at_ms=asked.expires_at,
        used_at_ms=None,
    )
    tx.tokens.add(record)
    return record


def _delete(user: Identity, owner: str, token_id: str, tx: Transaction) -> None:
    for record in tx.tokens.list(find_user(owner, tx).name):
        if record.id == token_id:
            if user.token is not None and user.token != token_id:
                _check_no_stronger(user, record, tx)
            tx.tokens.delete(record)
            return
    raise NotFound(
        f"Token [{token_id}] cannot be found.", "token.notFound", {"token": token_id}
    )


def _check_no_stronger(user: Identity, record: TokenRecord, tx: Transaction) -> None:
    """
    :raises Forbidden: when a token has a higher role than the token of the request.
    """
    owner = tx.users.get(record.user)
    role = Role.ADMIN if owner is None else Role(owner.role)
    if record.role is not None:
        role = role.narrowed(Role(record.role))
    if not user.role.includes(role):
        raise Forbidden(
            "A token cannot delete a token that may do more: come with a password",
            "token.stronger",
            {"token": record.id},
        )


def _token_json(record: TokenRecord) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "createdAt": timestamp(record.created_at_ms),
    }
    if record.role is not None:
        shape["role"] = record.role
    if record.expires_at_ms is not None:
        shape["expiresAt"] = timestamp(record.expires_at_ms)
    if record.used_at_ms is not None:
        shape["lastUsedAt"] = timestamp(record.used_at_ms)
    return shape
