"""What a plan says of a caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Grant:
    """
    One thing that an admission rests on: a key, a subscription, a token.

    :param key: the name under which it can be revoked, such as ``token:<digest>``.
    :param expires_at_ms: when it ends by itself, in milliseconds since the Unix epoch;
        None for never.
    """

    key: str
    expires_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """
    Who was let in, by which plan, and for how long.

    :param plan_id: the plan.
    :param application_id: the application, as in Gravitee ``1`` without one.
    :param subscription_id: the subscription; without one, the caller's address.
    :param grants: all that it rests on. It is over when the first of them is.
    :param attributes: for expressions: ``#context.attributes['user-id']``.
    :param ambient: whether browsers send the credential by themselves, so that a page
        of another site may have made the call.
    """

    plan_id: str
    application_id: str
    subscription_id: str
    grants: tuple[Grant, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False)
    ambient: bool = False


@dataclass(frozen=True, slots=True)
class Denial:
    """
    A credential that is not good enough.

    What a client is told does not say whether the credential ever was one, unless a
    plan has a reason to.

    :param key: the error key, as Gravitee's error-key reference names it.
    :param message: one sentence for the client.
    :param status: the HTTP status.
    :param challenges: values of ``WWW-Authenticate`` (RFC 9110, 11.6.1).
    :param retry_after_s: seconds for ``Retry-After``, when waiting helps.
    :param reason: why, for the log of the daemon only; without any part of a secret.
    """

    key: str = "GATEWAY_PLAN_UNRESOLVABLE"
    message: str = "Unauthorized"
    status: int = 401
    challenges: tuple[bytes, ...] = ()
    retry_after_s: int | None = None
    reason: str = field(default="", compare=False)


UNRESOLVED = Denial()
"""No plan lets the caller in, and none has more to say about it."""
UNDECIDED = Denial(
    "GATEWAY_PLAN_RESOLUTION_FAILURE",
    "Temporarily Unavailable",
    503,
    retry_after_s=1,
)
"""A plan could not find out, since what it has to ask does not answer."""


def unresolved(reason: str) -> Denial:
    """
    Make a denial that tells the client nothing, and the log why.

    :param reason: why, without any part of a secret.
    """
    return replace(UNRESOLVED, reason=reason)


NOT_SUBSCRIBED = unresolved("no subscription to this plan that is in force has it")

Verdict = Admission | Denial
