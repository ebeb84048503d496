"""The base of the plans with secrets of a subscription."""

from __future__ import annotations

from dataclasses import replace

from relay.model.consumers.records import Entitlement, KeyState
from relay.plans.consumers import in_force, key_grant, subscription_grant
from relay.plans.interfaces import PlanContext
from relay.plans.verdict import (
    NOT_SUBSCRIBED,
    Admission,
    Denial,
    Verdict,
    unresolved,
)

NOT_IN_FORCE = unresolved("its subscription has not begun or has ended")

Found = tuple[Entitlement, KeyState]
"""A subscription, and the secret of it that the caller has."""


def admit(found: Found | None, context: PlanContext, over: Denial) -> Verdict:
    """
    Admit a caller until its subscription or its secret ends.

    :param found: None when the secret belongs to no subscription.
    :param over: the denial for a secret that was revoked or has expired.
    """
    if found is None:
        return NOT_SUBSCRIBED
    entitlement, key = found
    now_ms = context.wall_ms()
    if not in_force(entitlement, now_ms):
        return NOT_IN_FORCE
    if key.revoked:
        return replace(over, reason="it was revoked")
    if key.expires_at_ms is not None and key.expires_at_ms <= now_ms:
        return replace(over, reason="it has expired")
    return Admission(
        entitlement.plan_id,
        entitlement.application_id,
        entitlement.subscription_id,
        (subscription_grant(entitlement), key_grant(entitlement, key)),
        consumer=entitlement,
    )
