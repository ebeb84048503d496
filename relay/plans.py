"""Who is let in: the plans of an API, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

ANONYMOUS_APPLICATION = "1"
"""The application that keyless calls are counted for, as in Gravitee."""


class Admission(NamedTuple):
    """Who was let in, and by which plan."""

    plan_id: str
    application_id: str
    subscription_id: str


class Plan(Protocol):
    """One published plan of a deployment."""

    def admit(self, remote_address: str) -> Admission | None:
        """
        Let a call in.

        :param remote_address: who calls.
        :return: None when the plan does not apply to the call.
        """


class KeylessPlan:
    """
    Lets everybody in; credentials pass through untouched.

    :param plan_id: the plan's id.
    """

    def __init__(self, plan_id: str) -> None:
        self._plan_id = plan_id

    def admit(self, remote_address: str) -> Admission:
        """Let the call in; the subscription is the caller's address."""
        return Admission(self._plan_id, ANONYMOUS_APPLICATION, remote_address)


class PlanChain:
    """
    The plans of one deployment.

    :param plans: the published plans, as the deployment's snapshot has them.
    :raises ValueError: for a security type that no plan here implements.
    """

    def __init__(self, plans: Iterable[Mapping[str, Any]]) -> None:
        self._plans: list[Plan] = [_build(plan) for plan in plans]

    def admit(self, remote_address: str) -> Admission | None:
        """
        Ask each plan in turn; the first that lets the call in decides.

        :param remote_address: who calls.
        :return: None when no plan lets it in.
        """
        for plan in self._plans:
            admission = plan.admit(remote_address)
            if admission is not None:
                return admission
        return None


def _build(plan: Mapping[str, Any]) -> Plan:
    security = plan["security"]["type"]
    if security != "KEY_LESS":
        raise ValueError(f"no plan implements {security}")
    return KeylessPlan(plan["id"])
