"""The kinds of plans that Relay brings along."""

from __future__ import annotations

from relay.model.api.kinds import PlanType
from relay.model.plans.api_key_plan import ApiKeyOptions
from relay.model.plans.basic_plan import BasicOptions
from relay.model.plans.jwt_options import JwtOptions
from relay.model.plans.oauth2_options import Oauth2Options
from relay.model.plans.plan import KeyLess, Mtls

API_KEY = PlanType("API_KEY", "API key", ApiKeyOptions)
BASIC = PlanType("BASIC", "Basic authentication", BasicOptions)
JWT = PlanType("JWT", "JWT", JwtOptions)
KEY_LESS = PlanType("KEY_LESS", "Keyless", KeyLess)
MTLS = PlanType("MTLS", "mTLS", Mtls)
OAUTH2 = PlanType("OAUTH2", "OAuth2", Oauth2Options)

PLANS: tuple[PlanType, ...] = (API_KEY, BASIC, JWT, KEY_LESS, MTLS, OAUTH2)
