"""The kinds of plans that Relay brings along."""

from __future__ import annotations

from relay.model.api_key_plan import ApiKeyOptions
from relay.model.kinds import PlanType
from relay.model.plan import KeyLess

API_KEY = PlanType("API_KEY", "API key", ApiKeyOptions)
KEY_LESS = PlanType("KEY_LESS", "Keyless", KeyLess)

PLANS: tuple[PlanType, ...] = (API_KEY, KEY_LESS)
