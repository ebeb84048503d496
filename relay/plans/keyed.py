"""What plans that go by a subscription's own secrets have in common."""

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
"""A subscription, and the one of its secrets that the caller has."""


def admit(found: Found | None, context: PlanContext, over: Denial) -> Verdict:
    """
    Let a caller in for as long as its subscription and its secret are good.

    :param found: what it came by, None for nothing.
    :param context: what the plan was built in.
    :param over: the answer for a secret that is no longer good.
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
    )
