"""``policy-basic-authentication``: asks for a user name and a password (RFC 7617)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.plans.basic import challenge, read_pair
from relay.model.schema.base import Options
from relay.model.schema.scalars import Flag, Name
from relay.model.schema.sensitive import SENSITIVE
from relay.policies.call import Call, Interrupted, header_value
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


def _no_providers(value: tuple[str, ...]) -> tuple[str, ...]:
    if value:
        raise ValueError("resources are not supported yet: name the users here")
    return value


def _no_colon(value: str) -> str:
    if ":" in value:
        raise ValueError("must not contain a colon (RFC 7617)")
    return value


class User(Options):
    """One who is let in."""

    username: Annotated[Name, AfterValidator(_no_colon)]
    password: Annotated[str, Field(min_length=1, repr=False), SENSITIVE]


class BasicAuthentication(Options):
    """Who is let in."""

    authentication_providers: Annotated[
        tuple[str, ...], AfterValidator(_no_providers)
    ] = ()
    """Gravitee's resources, which there are none of here."""
    realm: str = "gravitee.io"
    users: Annotated[tuple[User, ...], Field(min_length=1)]
    propagate_auth_header: Flag = False
    """Whether ``Authorization`` goes on to the source."""


BASIC_AUTHENTICATION = PolicyType(
    "policy-basic-authentication",
    "Basic authentication",
    BasicAuthentication,
    proxy=("request",),
    message=("request",),
)


@implementer(IPolicy)
class BasicAuthenticationType:
    """Makes ``policy-basic-authentication`` steps."""

    kind = BASIC_AUTHENTICATION

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Authenticated(BasicAuthentication.read(configuration))


class Authenticated(Policy):
    """One step."""

    def __init__(self, options: BasicAuthentication) -> None:
        self._known = {_digest(u.username, u.password.encode()) for u in options.users}
        self._challenge = header_value(challenge(options.realm).decode()).decode()
        self._propagates = options.propagate_auth_header

    def on_request(self, call: Call) -> None:
        """Admit a known user, and set the attribute ``user-id``."""
        given = _credentials(call.request.headers.getRawHeaders(b"authorization", []))
        digest = None if given is None else _digest(*given)
        # Compare with each: the time that it takes reveals nothing.
        known = [hmac.compare_digest(one, digest or b"") for one in self._known]
        if given is None or not any(known):
            raise Interrupted(
                401,
                "Unauthorized",
                "BASIC_AUTHENTICATION_INVALID",
                [("WWW-Authenticate", self._challenge)],
            )
        if not self._propagates:
            call.request.headers.removeHeader(b"authorization")
        call.attributes["user-id"] = given[0]


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
