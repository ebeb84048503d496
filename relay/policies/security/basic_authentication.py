"""``policy-basic-authentication``: asks for a user name and a password (RFC 7617)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from zope.interface import implementer

from relay.model.api.kinds import Need, PolicyType
from relay.model.api.resources.auth_provider_resource import (
    InlineUsers,
    Password,
    Username,
)
from relay.model.api.resources.resource import AUTH_PROVIDERS, enabled
from relay.model.plans.basic import challenge, read_pair
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Flag, Name
from relay.policies.call import Call, Interrupted, header_value
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

DEFAULT_REALM = "gravitee.io"


class User(Options):
    """One user with a password."""

    username: Username
    """The user name."""
    password: Password
    """The password."""


class BasicAuthentication(Options):
    """The users that are admitted."""

    authentication_providers: tuple[Name, ...] = ()
    """The names of resources of the API, whose users are admitted."""
    realm: str = DEFAULT_REALM
    """The realm that clients are told."""
    users: tuple[User, ...] = ()
    """Users who are admitted besides."""
    propagate_auth_header: Flag = False
    """Whether ``Authorization`` goes on to the source."""


def _providers(options: BasicAuthentication) -> list[Need]:
    return [
        Need(("authenticationProviders", number), AUTH_PROVIDERS, name)
        for number, name in enumerate(options.authentication_providers)
    ]


BASIC_AUTHENTICATION = PolicyType(
    "policy-basic-authentication",
    "Basic authentication",
    BasicAuthentication,
    proxy=("request",),
    message=("request",),
    needs=_providers,
    description="Accepts the user names and passwords of a list or a resource.",
)


@implementer(IPolicy)
class BasicAuthenticationType:
    """Makes ``policy-basic-authentication`` steps."""

    kind = BASIC_AUTHENTICATION

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = BasicAuthentication.read(configuration)
        resources = context.api.resources or ()
        try:
            providers = [enabled(resources, need) for need in _providers(options)]
        except LookupError as error:
            raise ValueError(str(error)) from None
        return Authenticated(options, providers)


class Authenticated(Policy):
    """
    A configured ``policy-basic-authentication`` step.

    :param providers: the resources that it names.
    """

    def __init__(
        self, options: BasicAuthentication, providers: Sequence[InlineUsers]
    ) -> None:
        self._known = {_digest(u.username, u.password.encode()) for u in options.users}
        self._provided: set[bytes] = set()
        for provider in providers:
            first = {one.username.lower(): one for one in reversed(provider.users)}
            self._provided |= {
                _digest(name, one.password.encode()) for name, one in first.items()
            }
        realm = options.realm.strip() or DEFAULT_REALM
        self._challenge = header_value(challenge(realm).decode()).decode()
        self._propagates = options.propagate_auth_header

    def on_request(self, call: Call) -> None:
        """Admit a known user, and set the attributes ``user`` and ``user-id``."""
        given = _credentials(call.request.headers.getRawHeaders(b"authorization", []))
        if given is None:
            raise self._refused("Unauthorized")
        if not self._known and not self._provided:
            raise self._refused("No authentication provider has been provided")
        name, password = given
        exact, folded = _digest(name, password), _digest(name.lower(), password)
        # Compare with each: the time that it takes reveals nothing.
        known = [hmac.compare_digest(one, exact) for one in self._known]
        known += [hmac.compare_digest(one, folded) for one in self._provided]
        if not any(known):
            raise self._refused("Unauthorized")
        if not self._propagates:
            call.request.headers.removeHeader(b"authorization")
        call.attributes["user"] = call.attributes["user-id"] = name

    def _refused(self, message: str) -> Interrupted:
        return Interrupted(
            401,
            message,
            "BASIC_AUTHENTICATION_INVALID",
            [("WWW-Authenticate", self._challenge)],
        )


def _credentials(values: Sequence[bytes]) -> tuple[str, bytes] | None:
    # Of several headers the upstream might read another one than this policy.
    if len(values) != 1:
        return None
    scheme, _, rest = values[0].partition(b" ")
    return read_pair(rest) if scheme.lower() == b"basic" else None


def _digest(name: str, password: bytes) -> bytes:
    # A name holds no colon, so that the pair is unambiguous.
    return sha256(name.encode() + b":" + password).digest()


basic_authentication = BasicAuthenticationType()
