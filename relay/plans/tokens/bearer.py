"""What plans that go by bearer tokens (RFC 6750) have in common."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from relay.model.consumers.records import Entitlement
from relay.model.schema.base import Options
from relay.model.schema.scalars import Flag
from relay.plans.caller import Caller, from_one_place
from relay.plans.consumers import client_grant, in_force, subscription_grant
from relay.plans.interfaces import PlanContext
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
    """What a token must be good for; the same in ``JWT`` and ``OAUTH2`` plans."""

    check_required_scopes: Flag = False
    required_scopes: tuple[Annotated[str, AfterValidator(_scope)], ...] = ()
    mode_strict: Flag = True
    """Whether all the scopes are required, or one of them."""


def bearer_token(caller: Caller) -> str | None:
    """
    Look for a token in ``Authorization`` and in the query.

    :param caller: who asks.
    """
    return from_one_place(caller.authorization("bearer"), caller.parameter(PARAMETER))


def strip_token(caller: Caller, propagates: bool) -> None:
    """
    Take the token out of what goes upstream.

    :param caller: who was let in.
    :param propagates: whether the header goes on; the parameter never does, since
        sources write queries into their logs.
    """
    caller.drop_parameter(PARAMETER)
    if not propagates:
        caller.drop_header(b"authorization")


def subscribed(
    context: PlanContext, plan_id: str, client_id: str | None
) -> Entitlement | None:
    """
    Find the subscription of the application that a token names.

    :param context: what the plan was built in.
    :param plan_id: the plan.
    :param client_id: the client of the token.
    :return: None when it has none that is in force now.
    """
    if client_id is None:
        return None
    found = context.consumers.with_client(plan_id, client_id)
    if found is None or not in_force(found, context.wall_ms()):
        return None
    return found


def admission(
    one: Entitlement, token: str, until_ms: int | None, attributes: Mapping[str, Any]
) -> Admission:
    """
    Let a caller in for as long as its subscription, its client and its token are good.

    :param one: the subscription.
    :param token: the token, of which only a digest is kept.
    :param until_ms: when the token ends, in milliseconds since the Unix epoch.
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
