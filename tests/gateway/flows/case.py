"""A gateway whose one API has flows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from zope.interface import implementer

from relay.model.api.kinds import PolicyType
from relay.model.policy_groups.records import DeployedGroup
from relay.model.schema.base import Options
from relay.policies.call import Call
from relay.policies.discovery import PolicyTypes
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from tests.gateway.harness import GatewayCase, definition, deployed


def step(policy: str, condition: str | None = None, **configuration: Any) -> Any:
    """Write a step."""
    return {"policy": policy, "condition": condition, "configuration": configuration}


def headers(condition: str | None = None, **values: str) -> Any:
    """Write a step that sets headers; of their names ``_`` is read as ``-``."""
    named = [{"name": n.replace("_", "-"), "value": v} for n, v in values.items()]
    return step("transform-headers", condition, addHeaders=named)


def at(path: str, operator: str = "STARTS_WITH", *methods: str) -> Any:
    """Write an HTTP selector."""
    return {
        "type": "HTTP",
        "path": path,
        "pathOperator": operator,
        "methods": list(methods),
    }


@implementer(IPolicy)
class Scripted:
    """A policy whose steps do what the test says."""

    kind = PolicyType(
        "scripted",
        "Scripted",
        Options,
        proxy=("request", "response"),
        message=("request", "response"),
    )

    def __init__(self) -> None:
        self.act: Any = lambda call: None
        self.calls: list[Call] = []
        self.closed = 0

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Make a step."""
        return ScriptedStep(self)


class ScriptedStep(Policy):
    """A step of the scripted policy."""

    def __init__(self, script: Scripted) -> None:
        self._script = script

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Do it."""
        self._script.calls.append(call)
        result: Deferred[None] | None = self._script.act(call)
        return result

    on_response = on_request

    def close(self) -> None:
        """Note it."""
        self._script.closed += 1


class FlowCase(GatewayCase):
    """A source, and a gateway in front of it whose API has flows."""

    async def flowing(
        self,
        *flows: dict[str, Any],
        of_plan: tuple[dict[str, Any], ...] = (),
        own: tuple[Any, ...] = (),
        groups: tuple[DeployedGroup, ...] = (),
        **members: Any,
    ) -> None:
        """
        Open them.

        :param flows: of the API.
        :param of_plan: flows of its plan.
        :param own: policies beside Relay's.
        :param groups: the deployed shared policy groups.
        :param members: more members of the definition.
        """
        await self.open_source()
        gateway = await self.open_gateway()
        gateway.policies = PolicyTypes([*gateway.policies.values(), *own])
        body = definition(f"http://{self.source.address}/base")
        body |= {"flows": list(flows), **members}
        self.deployment = deployed(body, flows=of_plan)
        self.put_in_force(*groups)

    def put_in_force(self, *groups: DeployedGroup) -> None:
        """Serve the deployment with these shared policy groups."""
        by_id = {one.cross_id: one for one in groups}
        self.gateway.deployer.replace_all([replace(self.deployment, groups=by_id)])
