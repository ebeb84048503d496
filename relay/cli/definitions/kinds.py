"""The kinds of definitions, in the order in which they depend on each other."""

from __future__ import annotations

API = "api"
APPLICATION = "application"
POLICY_GROUP = "shared-policy-group"
SUBSCRIPTION = "subscription"

KINDS = (POLICY_GROUP, APPLICATION, API, SUBSCRIPTION)
"""Each kind only refers to kinds before it."""
