"""The kinds of plans that Relay brings along."""

from __future__ import annotations

from relay.model.kinds import PlanType
from relay.model.plan import KeyLess

KEY_LESS = PlanType("KEY_LESS", "Keyless", KeyLess)

PLANS: tuple[PlanType, ...] = (KEY_LESS,)
