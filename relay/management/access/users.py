"""Users of the management API."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import Field, SecretStr

from relay.management.access.auth import Authenticator
from relay.management.access.bootstrap import ADMIN
from relay.management.access.identity import find_user
from relay.management.access.passwords import Passwords
from relay.management.http.errors import BadRequest, Unauthorized
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply, version_headers
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.access import User
from relay.management.shapes.common import Listing
from relay.model.records import UserRecord
from relay.model.role import Role
from relay.model.schema.base import Options
from relay.model.schema.errors import Issue
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.transaction import Transaction

CURRENT = "current"
"""Stands for the current user in paths, and is therefore not a name."""

Password = Annotated[SecretStr, Field(min_length=12, max_length=1024)]
"""Long enough to withstand guessing (NIST SP 800-63B, 5.1.1)."""
CurrentPassword = Annotated[SecretStr, Field(max_length=8192)]


class NewUser(Options):
    """The body of a new user."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@+-]{1,64}$")]
    password: Password
    role: Role


class ChangedUser(Options):
    """The members of a user that an administrator can change."""

    password: Password | None = None
    role: Role | None = None
    current_password: CurrentPassword | None = None
    """As of :class:`ChangedPassword`, for the own password only."""


class ChangedPassword(Options):
    """The members of a user that the user can change."""

    password: Password
    current_password: CurrentPassword | None = None
    """Required of a request with a session, which does not have it."""


class Users:
    """The resource family of users.

    :param passwords: hashes passwords; started.
    :param logins: verifies passwords.
    """

    def __init__(
        self, store: Store, passwords: Passwords, logins: Authenticator
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._logins = logins

    @route("GET", "/users", query=PAGING, role=Role.ADMIN, answers={200: Listing[User]})
    async def list(self, call: RestCall) -> Reply:
        """Return all users by name."""
        page = Page.of(call.query)
        found = await self._store.read(lambda tx: tx.users.list())
        data = [_user_json(one) for one in page.cut(found)]
        return Reply(200, page.listing(data, len(found), call.url))

    @route("GET", "/users/current", role=Role.VIEWER, answers={200: User})
    async def current(self, call: RestCall) -> Reply:
        """Return the current user, with the role of the request."""
        found = await self._store.read(partial(find_user, call.user.name))
        return Reply(200, {**_user_json(found), "role": call.user.role})

    @route(
        "PUT",
        "/users/current/password",
        body=Body.REQUIRED,
        role=Role.VIEWER,
        reads=ChangedPassword,
        answers={204: None},
    )
    async def change_password(self, call: RestCall) -> Reply:
        """Change the own password; the request has the old one, or its body has."""
        asked = bodies.read(ChangedPassword, call.body)
        if call.user.token is not None:
            raise BadRequest(
                "A token cannot change the password: come with the old one",
                "user.passwordRequired",
            )
        await self._check_current(call, asked.current_password)
        password_hash = await self._hash(asked.password)
        await self._store.write(partial(_change, call.user.name, password_hash, None))
        return Reply(204)

    @route(
        "POST",
        "/users",
        body=Body.REQUIRED,
        role=Role.ADMIN,
        reads=NewUser,
        answers={201: User},
    )
    async def create(self, call: RestCall) -> Reply:
        """Create a user."""
        asked = bodies.read(NewUser, call.body)
        password_hash = await self._hash(asked.password)
        user = UserRecord(asked.name, password_hash, asked.role, 0, 0)
        made = await self._store.write(partial(_create, user))
        reply = _reply(made, 201)
        reply.headers["Location"] = f"{call.base}/users/{made.name}"
        return reply

    @route("GET", "/users/<name>", role=Role.ADMIN, answers={200: User})
    async def get(self, call: RestCall, name: str) -> Reply:
        """Return one user."""
        return _reply(await self._store.read(partial(find_user, name)))

    @route(
        "PUT",
        "/users/<name>",
        body=Body.REQUIRED,
        role=Role.ADMIN,
        reads=ChangedUser,
        answers={200: User},
        versioned=True,
    )
    async def put(self, call: RestCall, name: str) -> Reply:
        """Change the role or the password of a user, or both."""
        asked = bodies.read(ChangedUser, call.body)
        if name == call.user.name and asked.password is not None:
            await self._check_current(call, asked.current_password)
        elif asked.current_password is not None:
            raise _refused_password(
                "Field 'currentPassword' is for a change of the own password only"
            )
        password_hash = await self._hash(asked.password) if asked.password else None

        def work(tx: Transaction) -> UserRecord:
            call.check_version(find_user(name, tx).updated_at_ms)
            return _change(name, password_hash, asked.role, tx)

        return _reply(await self._store.write(work))

    @route("DELETE", "/users/<name>", role=Role.ADMIN, answers={204: None})
    async def delete(self, call: RestCall, name: str) -> Reply:
        """Delete a user with all tokens."""
        await self._store.write(partial(_delete, name))
        return Reply(204)

    async def _check_current(self, call: RestCall, sent: SecretStr | None) -> None:
        """
        Check the current password before a user changes the own one.

        :raises BadRequest: when it is wrong, or missing in a request with a session.
        """
        if sent is not None:
            await self._verify(call, sent)
        elif call.user.session is not None:
            raise _refused_password(
                "Field 'currentPassword' is required of a request with a session"
            )

    async def _verify(self, call: RestCall, password: SecretStr) -> None:
        """
        :raises BadRequest: unless it is the password of the user.
        """
        sent = password.get_secret_value().encode("utf-8")
        try:
            await self._logins.log_in(call.user.name, sent, call.credentials.address)
        except Unauthorized:
            message = "Field 'currentPassword' is not the password of this user"
            raise _refused_password(message) from None

    async def _hash(self, password: SecretStr) -> str:
        return await self._passwords.hash(password.get_secret_value().encode("utf-8"))


def _refused_password(message: str) -> BadRequest:
    issue = Issue(message, "currentPassword")
    return BadRequest(message, "user.currentPassword", issues=[issue])


def _create(user: UserRecord, tx: Transaction) -> UserRecord:
    if user.name == CURRENT or tx.users.get(user.name) is not None:
        raise BadRequest(
            f"User [{user.name}] exists already.", "user.exists", {"user": user.name}
        )
    return tx.users.put(user)


def _change(
    name: str, password_hash: str | None, role: Role | None, tx: Transaction
) -> UserRecord:
    found = find_user(name, tx)
    if role is not None and role is not Role.ADMIN:
        _check_needed(name, f"User [{name}] must stay an administrator.")
    return tx.users.put(
        UserRecord(
            name,
            password_hash or found.password_hash,
            role or found.role,
            found.created_at_ms,
            found.updated_at_ms,
        )
    )


def _delete(name: str, tx: Transaction) -> None:
    found = find_user(name, tx)
    _check_needed(name, f"User [{name}] cannot be deleted.")
    tx.users.delete(found)


def _check_needed(name: str, message: str) -> None:
    # The environment can always set the password of this user again, so that the
    # installation remains accessible.
    if name == ADMIN:
        raise BadRequest(message, "user.needed", {"user": name})


def _user_json(record: UserRecord) -> dict[str, Any]:
    return {
        "id": record.name,
        "displayName": record.name,
        "role": record.role,
        "createdAt": timestamp(record.created_at_ms),
        "updatedAt": timestamp(record.updated_at_ms),
    }


def _reply(record: UserRecord, status: int = 200) -> Reply:
    return Reply(status, _user_json(record), version_headers(record.updated_at_ms))
