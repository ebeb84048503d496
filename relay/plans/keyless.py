"""The ``KEY_LESS`` plan: every caller is admitted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.schema.base import Options
from relay.plans.caller import Caller
from relay.plans.interfaces import Credential, IPlan, Plan, PlanContext
from relay.plans.verdict import Admission

ANONYMOUS_APPLICATION = "1"
"""The application that keyless calls are counted for, as in Gravitee."""
_NOBODY = Credential(None)


class KeyLess(Options):
    """A keyless plan lets everybody in: it has nothing to configure."""


KEY_LESS = PlanType(
    "KEY_LESS",
    "Keyless",
    KeyLess,
    description="Accepts all calls, without a credential.",
)


@implementer(IPlan)
class KeylessPlanType:
    """Makes ``KEY_LESS`` plans."""

    kind = KEY_LESS
    order = 1000

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> KeylessPlan:
        """Make a plan ready."""
        return KeylessPlan(plan["id"])


class KeylessPlan(Plan):
    """Admits every caller; credentials are forwarded as they are."""

    anonymous = True

    def __init__(self, plan_id: str) -> None:
        self.id = plan_id

    def find(self, caller: Caller) -> Credential:
        """No credential is needed."""
        return _NOBODY

    def admit(self, caller: Caller, credential: Credential) -> Admission:
        """Admit the caller; the subscription is its address."""
        return Admission(self.id, ANONYMOUS_APPLICATION, caller.remote_address)


keyless_plan = KeylessPlanType()
