"""The flows of one deployment, in the order in which calls and events meet them."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred

from relay.expression.nodes import Scope
from relay.expression.template import Condition
from relay.expression.values import Value
from relay.gateway.flows.paths import Rank
from relay.gateway.flows.selection import Asked, Selection
from relay.model.api.definition import ApiDefinition
from relay.model.api.flow import Flow, FlowStep
from relay.model.api.kinds import Phase
from relay.policies.call import Call
from relay.policies.interfaces import Policy

PHASES: tuple[Phase, ...] = ("request", "response", "subscribe", "publish")
Act = Callable[[Policy, Call], "Deferred[None] | None"]
"""What a policy does in one phase of a call."""


def on_request(policy: Policy, call: Call) -> Deferred[None] | None:
    """Act on a request."""
    return policy.on_request(call)


def on_response(policy: Policy, call: Call) -> Deferred[None] | None:
    """Act on the head of a response."""
    return policy.on_response(call)


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

    @classmethod
    def of(cls, step: FlowStep, policy: Policy) -> ReadyStep:
        """
        Make a step ready.

        :param policy: built from the step.
        """
        return cls(
            step.name or step.policy,
            policy,
            _condition(step.condition),
            _condition(step.message_condition),
            (step.policy, json.dumps(step.configuration, sort_keys=True)),
        )

    def applies(self, scope: Scope) -> bool:
        """
        Whether the step is taken for a call.

        :raises EvaluationFailed: when its condition has no value.
        """
        return self.condition is None or self.condition.holds(scope)


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


Candidate = tuple[ReadyFlow, dict[str, str]]
"""A flow whose selectors match a call, with the parameters of its path."""


class Chosen:
    """
    The flows of one call: those of its plan first, then the API's.

    :meth:`enter` evaluates the condition of a flow when the flow is reached, so that it
    reads what earlier flows changed. The other phases run the flows that it chose.

    :param levels: the candidates of the plan, and of the API.
    :param call: its scope is that of the conditions; its path parameters are set.
    :param best: whether only the best match of each level is run.
    :param required: whether a call without a flow is refused.
    """

    __slots__ = ("_best", "_call", "_flows", "_levels", "_required")

    def __init__(
        self,
        levels: Sequence[Sequence[Candidate]],
        call: Call,
        best: bool,
        required: bool,
    ) -> None:
        self._levels = levels
        self._call = call
        self._best = best
        self._required = required
        self._flows: list[ReadyFlow] = []
        for level in levels:
            for _, parameters in level:
                call.path_parameters.update(parameters)

    def enter(self) -> Iterator[ReadyStep]:
        """
        Choose the flows one after another; iterate over the steps of the phase
        ``request``.

        :raises NoFlow: when ``matchRequired`` is set and no flow matches.
        :raises EvaluationFailed: when a condition has no value.
        """
        for level in self._levels:
            for flow, parameters in self._best_of(level) if self._best else level:
                if self._best or flow.selection.holds(self._call.scope):
                    self._flows.append(flow)
                    self._call.path_parameters.update(parameters)
                    yield from flow.steps["request"]
        if self._required and not self._flows:
            raise NoFlow()

    def steps(self, phase: Phase) -> list[ReadyStep]:
        """Return the steps of a phase of the chosen flows, in order."""
        return [step for flow in self._flows for step in flow.steps[phase]]

    def _best_of(self, level: Sequence[Candidate]) -> list[Candidate]:
        holding = [one for one in level if one[0].selection.holds(self._call.scope)]
        # max() returns the first of equal ranks.
        return [max(holding, key=_rank)] if holding else []


def _rank(candidate: Candidate) -> Rank:
    return candidate[0].selection.pattern.rank


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

    def choose(self, plan_id: str | None, asked: Asked, call: Call) -> Chosen:
        """
        Choose the flows of a call.

        :param plan_id: the plan that admitted it.
        :param asked: what selectors look at, besides conditions.
        :param call: the call as policies and conditions see it.
        """
        levels = [
            [
                (flow, found)
                for flow in level
                if (found := flow.selection.match(asked)) is not None
            ]
            for level in (self._of_plan.get(plan_id or "", ()), self._of_api)
        ]
        return Chosen(levels, call, self._best, self._required)

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
                        self._step(step, level, number, phase, position)
                        for position, step in enumerate(getattr(flow, phase))
                        if step.enabled
                    )
                    for phase in PHASES
                },
            )
            for number, flow in enumerate(flows)
            if flow.enabled
        )

    def _step(
        self, step: FlowStep, level: str, number: int, phase: Phase, position: int
    ) -> ReadyStep:
        try:
            policy = self._build(step, f"{level}/{number}/{phase}/{position}")
        except ValueError as error:
            plan = f"plan [{self._plans[level].get('name')}], " if level else ""
            where = f"{plan}flows[{number}].{phase}[{position}]"
            raise ValueError(f"{where}: {error}") from None
        self._policies.append(policy)
        return ReadyStep.of(step, policy)


def _plan_members(plan: Mapping[str, Any]) -> dict[str, Value]:
    return {"id": plan["id"], "name": plan.get("name")}


def _condition(text: str | None) -> Condition | None:
    return Condition.read(text) if text else None
