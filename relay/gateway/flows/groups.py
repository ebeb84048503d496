"""The steps of shared policy groups, which stand where flows refer to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from relay.expression.nodes import Scope
from relay.gateway.flows.chain import Act, ReadyStep, on_request, on_response
from relay.gateway.flows.events import Pipeline
from relay.model.api.flow import FlowStep
from relay.model.policy_groups.records import DeployedGroup
from relay.policies.call import Call
from relay.policies.discovery import PolicyTypes
from relay.policies.interfaces import Policy, PolicyContext


class SharedGroup(Policy):
    """
    A step that runs the steps of a group, in order.

    :param steps: none for a group that is not deployed.
    """

    def __init__(self, steps: Sequence[ReadyStep]) -> None:
        self._steps = steps

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Run the steps on a request."""
        return self._run(iter(self._steps), on_request, call)

    def on_response(self, call: Call) -> Deferred[None] | None:
        """Run the steps on the head of a response."""
        return self._run(iter(self._steps), on_response, call)

    def _run(
        self, steps: Iterator[ReadyStep], act: Act, call: Call
    ) -> Deferred[None] | None:
        for step in steps:
            waited = act(step.policy, call) if step.applies(call.scope) else None
            if waited is not None:
                return waited.addCallback(lambda _: self._run(steps, act, call))
        return None

    def for_events(self, scope: Scope) -> Pipeline:
        """Bind the steps to the events of one client."""
        return Pipeline(self._steps, scope)

    def close(self) -> None:
        """Stop all background work of the steps."""
        for step in self._steps:
            step.policy.close()


class StepBuilder:
    """
    Builds the steps of a deployment.

    :param groups: the deployed shared policy groups, by their crossId.
    :param context: the context in which the policies are built.
    """

    log = Logger()

    def __init__(
        self,
        policies: PolicyTypes,
        groups: Mapping[str, DeployedGroup],
        context: PolicyContext,
    ) -> None:
        self._policies = policies
        self._groups = groups
        self._context = context

    def build(self, step: FlowStep, place: str) -> Policy:
        """
        Build a step.

        :param place: the place of the step within the API.
        :raises ValueError: when it cannot be used.
        """
        group = partial(self._group, place)
        context = replace(self._context, place=place, group=group)
        return self._policies.build(step, context)

    def _group(self, place: str, cross_id: str) -> SharedGroup:
        group = self._groups.get(cross_id)
        if group is None:
            self.log.warn(
                "API {api_id} ({name}): the shared policy group {group} is not"
                " deployed, so that the step at {place} is skipped",
                api_id=self._context.api_id,
                name=self._context.api.name,
                group=cross_id,
                place=place,
            )
            return SharedGroup(())
        steps: list[ReadyStep] = []
        try:
            for number, one in enumerate(group.steps):
                step = FlowStep.read(one)
                if step.enabled:
                    policy = self.build(step, f"{place}/{number}")
                    steps.append(ReadyStep.of(step, policy))
        except Exception:
            SharedGroup(steps).close()
            raise
        return SharedGroup(steps)
