"""The base of the plans with bearer tokens (RFC 6750)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from relay.model.consumers.records import Entitlement
from relay.model.schema.base import Options
from relay.model.schema.types import target
from relay.model.schema.types.scalars import Flag
from relay.plans.caller import Caller, from_one_place
from relay.plans.consumers import client_grant, in_force, subscription_grant
from relay.plans.interfaces import Plan, PlanContext
from relay.plans.protected_resource import ProtectedResource
from relay.plans.tokens import claims
from relay.plans.verdict import Admission, Denial, Grant

PARAMETER = "access_token"
"""RFC 6750, 2.3; for clients that can set no header, such as ``EventSource``."""
SEVERAL = Denial(
    "CREDENTIAL_REPEATED",
    "The request has more than one credential",
    400,
    bearer_error="invalid_request",
)
"""RFC 6750, 3.1: the source might use another credential than the plan."""
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
"""RFC 6749 §3.3."""


def _scope(value: str) -> str:
    if not _SCOPE.fullmatch(value):
        raise ValueError("is not a scope (RFC 6749): no blanks, quotes or backslashes")
    return value


def _issuer(value: str) -> str:
    if "?" in target.check(value):
        raise ValueError("must not have a query (RFC 8414)")
    return value


class ResourceMetadata(Options):
    """The part of a plan in the metadata of the API (RFC 9728)."""

    authorization_servers: (
        tuple[Annotated[str, AfterValidator(_issuer)], ...] | None
    ) = None
    """The issuer identifiers of the servers that issue tokens."""


class TokenOptions(Options):
    """Options that ``JWT`` and ``OAUTH2`` plans have in common."""

    check_required_scopes: Flag = False
    """Tokens need the scopes below."""
    required_scopes: tuple[Annotated[str, AfterValidator(_scope)], ...] = ()
    """The scopes of the token that are required."""
    mode_strict: Flag = True
    """All scopes are required; otherwise one of them."""
    propagate_auth_header: Flag = True
    """The ``Authorization`` with the token is sent to the endpoint."""
    protected_resource_metadata: Annotated[
        ResourceMetadata | None, BeforeValidator(lambda value: value or None)
    ] = None


class BearerPlan(Plan):
    """
    Admits callers with a token, if the client that the token names has subscribed.

    :param issuer: the authorization server that the metadata of the API names if
        ``protectedResourceMetadata`` names none; None for none.
    :param certificate_bound: whether tokens must be bound to a client certificate.
    """

    parameters = frozenset({PARAMETER})

    def __init__(
        self,
        plan_id: str,
        context: PlanContext,
        options: TokenOptions,
        issuer: str | None = None,
        certificate_bound: bool = False,
    ) -> None:
        self.id = plan_id
        self._context = context
        self._needed = options
        names = " ".join(options.required_scopes)
        scope = f', scope="{names}"'.encode() if names else b""
        self.challenge = b'Bearer realm="Relay"' + scope
        metadata = options.protected_resource_metadata
        servers = None if metadata is None else metadata.authorization_servers
        if servers is None:
            servers = () if issuer is None else (issuer,)
        if servers:
            self.resource = ProtectedResource(
                servers, options.required_scopes, certificate_bound
            )

    def strip(self, caller: Caller) -> None:
        """
        Remove the token, except from a header that the plan forwards.

        The parameter is never forwarded: servers write queries into their logs.
        """
        caller.drop_parameter(PARAMETER)
        if not self._needed.propagate_auth_header:
            caller.drop_header(b"authorization")

    def _subscribed(self, client_id: str | None) -> Entitlement | None:
        """
        Find the subscription of the application that a token names.

        :return: None when it has none that is in force now.
        """
        if client_id is None:
            return None
        found = self._context.consumers.with_client(self.id, client_id)
        if found is None or not in_force(found, self._context.wall_ms()):
            return None
        return found

    def _suffices(self, granted: frozenset[str]) -> bool:
        """Whether a token has the scopes that it needs."""
        needed = self._needed
        return not needed.check_required_scopes or claims.suffices(
            granted, needed.required_scopes, needed.mode_strict
        )


def bearer_token(caller: Caller) -> str | None:
    """Look for a token in ``Authorization`` and in the query."""
    return from_one_place(caller.authorization("bearer"), caller.parameter(PARAMETER))


def has_several(caller: Caller, text: str) -> bool:
    """
    Whether a request has other credentials beside a token.

    :param text: what :func:`bearer_token` found, which joins them to one list.
    """
    if ", " not in text:
        return False
    headers = caller.headers.getRawHeaders(b"authorization", [])
    names = [name for name, _ in caller.target.parameters]
    found = caller.authorization("bearer"), caller.parameter(PARAMETER)
    both = None not in found and found[0] != found[1]
    return both or len(headers) > 1 or names.count(PARAMETER) > 1


def admission(
    one: Entitlement, token: str, until_ms: int | None, attributes: Mapping[str, Any]
) -> Admission:
    """
    Admit a caller until its subscription, its client or its token ends.

    :param token: only a digest of it is kept.
    :param until_ms: when the token expires, in milliseconds since the Unix epoch.
    :param attributes: for expressions.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    return Admission(
        one.plan_id,
        one.application_id,
        one.subscription_id,
        (
            subscription_grant(one),
            client_grant(one),
            Grant(f"token:{digest}", until_ms),
        ),
        attributes,
        consumer=one,
    )
