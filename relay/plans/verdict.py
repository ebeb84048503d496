"""The verdicts of plans: admission or denial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from relay.model.consumers.records import Entitlement

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Grant:
    """
    Something that an admission depends on: a key, a subscription, a token.

    :param key: the name under which it can be revoked, such as ``token:<digest>``.
    :param expires_at_ms: when it expires, in milliseconds since the Unix epoch; None
        for never.
    """

    key: str
    expires_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """
    An admitted caller, with the plan and the grants that the admission depends on.

    :param application_id: ``1`` without an application, as in Gravitee.
    :param subscription_id: the caller's address without a subscription.
    :param grants: the admission ends with the first of them.
    :param attributes: for expressions: ``#context.attributes['user-id']``.
    :param consumer: the subscription; None without one.
    :param ambient: whether browsers send the credential on their own, so that a page of
        another site may have made the call.
    """

    plan_id: str
    application_id: str
    subscription_id: str
    grants: tuple[Grant, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False)
    ambient: bool = False
    consumer: Entitlement | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Denial:
    """
    A refused caller.

    The response does not reveal whether the credential was ever valid, unless a plan
    has a reason to.

    :param key: the error key, as Gravitee's error-key reference names it.
    :param message: one sentence for the client.
    :param challenges: values of ``WWW-Authenticate`` (RFC 9110, 11.6.1).
    :param retry_after_s: seconds for ``Retry-After``, when waiting helps.
    :param bearer_error: the error code for the challenge of a plan with bearer tokens
        (RFC 6750, 3.1); empty for none.
    :param reason: for the daemon's log only; holds no part of a secret.
    """

    key: str = "GATEWAY_PLAN_UNRESOLVABLE"
    message: str = "Unauthorized"
    status: int = 401
    challenges: tuple[bytes, ...] = ()
    retry_after_s: int | None = None
    bearer_error: str = ""
    reason: str = field(default="", compare=False)


UNRESOLVED = Denial()
"""No plan admits the caller, and none gives a specific reason."""
UNDECIDED = Denial(
    "GATEWAY_PLAN_RESOLUTION_FAILURE",
    "Temporarily Unavailable",
    503,
    retry_after_s=1,
)
"""A plan could not decide, because a system that it depends on does not answer."""


def unresolved(reason: str) -> Denial:
    """
    Make a denial whose reason is only logged.

    :param reason: holds no part of a secret.
    """
    return replace(UNRESOLVED, reason=reason)


NOT_SUBSCRIBED = unresolved("no subscription to this plan that is in force has it")

Verdict = Admission | Denial
