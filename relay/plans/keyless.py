"""The ``KEY_LESS`` plan: everybody is let in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.schema.base import Options
from relay.plans.caller import Caller
from relay.plans.interfaces import Credential, IPlan, PlanContext
from relay.plans.verdict import Admission

ANONYMOUS_APPLICATION = "1"
"""The application that keyless calls are counted for, as in Gravitee."""
_NOBODY = Credential(None)


class KeyLess(Options):
    """A keyless plan lets everybody in: it has nothing to configure."""


KEY_LESS = PlanType("KEY_LESS", "Keyless", KeyLess)


@implementer(IPlan)
class KeylessPlanType:
    """Makes ``KEY_LESS`` plans."""

    kind = KEY_LESS
    order = 1000

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> KeylessPlan:
        """Make a plan ready."""
        return KeylessPlan(plan["id"])


class KeylessPlan:
    """
    Lets everybody in; credentials pass through untouched.

    :param plan_id: the plan's id.
    """

    anonymous = True
    challenge: bytes | None = None
    parameters: frozenset[str] = frozenset()

    def __init__(self, plan_id: str) -> None:
        self.id = plan_id

    def find(self, caller: Caller) -> Credential:
        """None is needed."""
        return _NOBODY

    def admit(self, caller: Caller, credential: Credential) -> Admission:
        """Let the call in; the subscription is the caller's address."""
        return Admission(self.id, ANONYMOUS_APPLICATION, caller.remote_address)

    def strip(self, caller: Caller) -> None:
        """Leave everything as it is."""

    def close(self) -> None:
        """There is nothing to close."""


keyless_plan = KeylessPlanType()
