"""The flows of one deployment, in the order in which calls and events meet them."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relay.expression.nodes import Scope
from relay.expression.template import Condition
from relay.expression.values import Value
from relay.gateway.flows.selection import Asked, Selection, selected
from relay.model.api.definition import ApiDefinition
from relay.model.api.flow import Flow, FlowStep
from relay.model.api.kinds import Phase
from relay.policies.interfaces import Policy

PHASES: tuple[Phase, ...] = ("request", "response", "subscribe", "publish")


@dataclass(frozen=True, slots=True)
class ReadyStep:
    """
    A step, ready to be taken.

    :param name: for logs.
    :param policy: the policy that the step runs.
    :param condition: whether it is taken for a call at all; None for always.
    :param message_condition: whether it is taken for an event; None for always.
    :param key: equal for steps with equal definitions.
    """

    name: str
    policy: Policy
    condition: Condition | None
    message_condition: Condition | None
    key: Hashable


@dataclass(frozen=True, slots=True)
class ReadyFlow:
    """
    A flow, ready to be run.

    :param selection: for which calls.
    :param steps: by phase.
    """

    selection: Selection
    steps: Mapping[str, tuple[ReadyStep, ...]]


class NoFlow(Exception):
    """No flow matches a call, and ``matchRequired`` is set."""


class Chosen:
    """
    The flows of one call: those of its plan first, then the API's.

    :param flows: in order.
    :param parameters: the values of ``:name`` in their paths.
    """

    __slots__ = ("_flows", "parameters")

    def __init__(
        self, flows: Sequence[ReadyFlow], parameters: Mapping[str, str]
    ) -> None:
        self._flows = flows
        self.parameters = parameters

    def steps(self, phase: Phase) -> list[ReadyStep]:
        """Return the steps of a phase, in order."""
        return [step for flow in self._flows for step in flow.steps[phase]]


class Flows:
    """
    Chooses the flows of calls.

    :param plans: the snapshots of its plans.
    :param build: makes the policy of a step, from the step and its place.
    :param shared: the variables that are the same for all calls.
    :raises ValueError: when a policy cannot be used.
    """

    def __init__(
        self,
        definition: ApiDefinition,
        plans: Iterable[Mapping[str, Any]],
        build: Callable[[FlowStep, str], Policy],
        shared: Scope,
    ) -> None:
        execution = definition.flow_execution
        self._best = execution is not None and execution.mode == "BEST_MATCH"
        self._required = execution is not None and execution.match_required
        self._policies: list[Policy] = []
        self._build = build
        self.shared = shared
        plans = list(plans)
        self._plans = {one["id"]: _plan_members(one) for one in plans}
        try:
            self._of_api = self._ready("", definition.flows or ())
            self._of_plan = {
                plan["id"]: self._ready(
                    plan["id"], map(Flow.read, plan.get("flows") or ())
                )
                for plan in plans
            }
        except Exception:
            self.close()
            raise

    @property
    def in_effect(self) -> bool:
        """Whether they do anything at all."""
        return bool(self._policies) or self._required

    def choose(self, plan_id: str | None, asked: Asked) -> Chosen:
        """
        Choose the flows of a call.

        :param plan_id: the plan that let it in.
        :param asked: what selectors look at.
        :raises NoFlow: when ``matchRequired`` is set and no flow matches.
        :raises EvaluationFailed: when a condition has no value.
        """
        flows: list[ReadyFlow] = []
        parameters: dict[str, str] = {}
        for level in (self._of_plan.get(plan_id or "", ()), self._of_api):
            selections = [flow.selection for flow in level]
            for number, found in selected(selections, asked, self._best):
                flows.append(level[number])
                parameters |= found
        if not flows and self._required:
            raise NoFlow()
        return Chosen(flows, parameters)

    def plan(self, plan_id: str) -> Value:
        """
        Return the ``#plan`` of expressions; None for an unknown plan.
        """
        return self._plans.get(plan_id)

    def close(self) -> None:
        """The deployment is no longer served."""
        for policy in self._policies:
            policy.close()

    def _ready(self, level: str, flows: Iterable[Flow]) -> tuple[ReadyFlow, ...]:
        return tuple(
            ReadyFlow(
                Selection(flow),
                {
                    phase: tuple(
                        self._step(step, f"{level}/{number}/{phase}/{position}")
                        for position, step in enumerate(getattr(flow, phase))
                        if step.enabled
                    )
                    for phase in PHASES
                },
            )
            for number, flow in enumerate(flows)
            if flow.enabled
        )

    def _step(self, step: FlowStep, place: str) -> ReadyStep:
        policy = self._build(step, place)
        self._policies.append(policy)
        return ReadyStep(
            step.name or step.policy,
            policy,
            _condition(step.condition),
            _condition(step.message_condition),
            (step.policy, json.dumps(step.configuration, sort_keys=True)),
        )


def _plan_members(plan: Mapping[str, Any]) -> Value:
    return {"id": plan["id"], "name": plan.get("name")}


def _condition(text: str | None) -> Condition | None:
    return Condition.read(text) if text else None
