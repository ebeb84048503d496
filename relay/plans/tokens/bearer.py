"""The base of the plans with bearer tokens (RFC 6750)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from relay.model.consumers.records import Entitlement
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Flag
from relay.plans.caller import Caller, from_one_place
from relay.plans.consumers import client_grant, in_force, subscription_grant
from relay.plans.interfaces import Plan, PlanContext
from relay.plans.tokens import claims
from relay.plans.verdict import Admission, Grant

PARAMETER = "access_token"
"""RFC 6750, 2.3; for clients that can set no header, such as ``EventSource``."""


_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
"""RFC 6749 §3.3."""


def _scope(value: str) -> str:
    if not _SCOPE.fullmatch(value):
        raise ValueError("is not a scope (RFC 6749): no blanks, quotes or backslashes")
    return value


class Scopes(Options):
    """The scopes that a token must have; the same in ``JWT`` and ``OAUTH2`` plans."""

    check_required_scopes: Flag = False
    required_scopes: tuple[Annotated[str, AfterValidator(_scope)], ...] = ()
    mode_strict: Flag = True
    """Whether all the scopes are required, or one of them."""


class BearerPlan(Plan):
    """
    Admits callers with a token, if the client that the token names has subscribed.

    :param scopes: the scopes that a token needs.
    :param propagates: whether ``Authorization`` goes upstream with the token.
    """

    parameters = frozenset({PARAMETER})

    def __init__(
        self, plan_id: str, context: PlanContext, scopes: Scopes, propagates: bool
    ) -> None:
        self.id = plan_id
        self._context = context
        self._scopes = scopes
        self._propagates = propagates

    def strip(self, caller: Caller) -> None:
        """
        Remove the token, except from a header that the plan forwards.

        The parameter is never forwarded: servers write queries into their logs.
        """
        caller.drop_parameter(PARAMETER)
        if not self._propagates:
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
        needed = self._scopes
        return not needed.check_required_scopes or claims.suffices(
            granted, needed.required_scopes, needed.mode_strict
        )


def bearer_challenge(scopes: Scopes) -> bytes:
    """
    Make the challenge for callers without a token (RFC 6750, 3).

    :param scopes: those that a token needs; without any, none are named.
    """
    names = " ".join(scopes.required_scopes)
    return b'Bearer realm="Relay"' + (f', scope="{names}"'.encode() if names else b"")


def bearer_token(caller: Caller) -> str | None:
    """Look for a token in ``Authorization`` and in the query."""
    return from_one_place(caller.authorization("bearer"), caller.parameter(PARAMETER))


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
    )
