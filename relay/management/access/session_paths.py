"""The paths at which browsers sign in and out."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr

from relay.management.access.sessions import Sessions, csrf_token
from relay.management.http.credentials import clear_cookie, set_cookie
from relay.management.http.errors import Forbidden, NotFound
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.access import Session
from relay.model.records import SessionRecord
from relay.model.role import Role
from relay.model.schema.base import Options
from relay.model.schema.types.timestamps import timestamp


class SignIn(Options):
    """The body of a sign-in."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=8192)]


class SessionPaths:
    """
    The resource family of sessions.

    :param sessions: begins and ends them.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @route(
        "POST",
        "/session",
        body=Body.REQUIRED,
        role=Role.VIEWER,
        no_dry_run="a sign-in has no other result than its session",
        reads=SignIn,
        answers={200: Session},
        refuses=(401, 404),
        public=True,
    )
    async def sign_in(self, call: RestCall) -> Reply:
        """Begin a session, whose cookie only this response contains."""
        self._check_enabled()
        if call.credentials.authorization is not None:
            raise Forbidden(
                "A session begins with a name and a password in the body, without an "
                "Authorization header",
                "session.passwordRequired",
            )
        asked = bodies.read(SignIn, call.body)
        password = asked.password.get_secret_value().encode("utf-8")
        secret, user, record = await self._sessions.sign_in(
            asked.name, password, call.credentials
        )
        body = self._session_json(record, Role(user.role), secret)
        cookie = set_cookie(secret, call.credentials.secure)
        return Reply(200, body, {"Set-Cookie": cookie})

    @route("GET", "/session", role=Role.VIEWER, answers={200: Session}, refuses=(404,))
    async def current(self, call: RestCall) -> Reply:
        """Return the session of the request."""
        record = self._session_of(call)
        secret = call.credentials.session or ""
        return Reply(200, self._session_json(record, call.user.role, secret))

    @route("DELETE", "/session", role=Role.VIEWER, answers={204: None}, refuses=(404,))
    async def sign_out(self, call: RestCall) -> Reply:
        """End the session of the request."""
        await self._sessions.sign_out(self._session_of(call))
        return self._signed_out(call)

    @route("DELETE", "/sessions", role=Role.VIEWER, answers={204: None})
    async def sign_out_everywhere(self, call: RestCall) -> Reply:
        """End all sessions of the user."""
        if call.user.token is not None:
            raise Forbidden(
                "A token cannot end sessions: come with a password",
                "token.passwordRequired",
            )
        await self._sessions.sign_out_everywhere(call.user.name)
        return self._signed_out(call)

    def _signed_out(self, call: RestCall) -> Reply:
        if call.user.session is None:
            return Reply(204)
        cookie = clear_cookie(call.credentials.secure)
        return Reply(204, headers={"Set-Cookie": cookie})

    def _session_of(self, call: RestCall) -> SessionRecord:
        self._check_enabled()
        if call.user.session is None:
            raise NotFound(
                "The request has no session: it has another credential",
                "session.notFound",
            )
        return call.user.session

    def _check_enabled(self) -> None:
        if not self._sessions.settings.enabled:
            raise NotFound(
                "There are no sessions: the setting console.enabled is false",
                "session.disabled",
            )

    def _session_json(
        self, record: SessionRecord, role: Role, secret: str
    ) -> dict[str, Any]:
        return {
            "user": {"name": record.user, "role": role},
            "csrfToken": csrf_token(secret),
            "idleExpiresAt": timestamp(self._sessions.idle_expires_at_ms(record)),
            "expiresAt": timestamp(self._sessions.expires_at_ms(record)),
        }
