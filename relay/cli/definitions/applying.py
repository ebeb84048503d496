"""Carrying out a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from relay.cli.client import AUTOMATION, Client
from relay.cli.concurrency import gather
from relay.cli.definitions.definition import Key
from relay.cli.definitions.planning import Plan, Step
from relay.cli.errors import Failed


@dataclass
class Applied:
    """What has been done of a plan."""

    done: list[Step] = field(default_factory=list)
    failed: list[tuple[Step, Failed]] = field(default_factory=list)
    skipped: list[Step] = field(default_factory=list)
    """Steps that refer to an object whose step has failed."""


async def apply_plan(
    client: Client, plan: Plan, ended: Callable[[Step, Mapping[str, Any]], None]
) -> Applied:
    """
    Create and update in the order of the kinds, then delete in the opposite order.

    Each step is one call, and each call leaves a state from which another run goes on.
    A step that fails does not stop the others, except those that refer to its object.
    Nothing is deleted after a failure.

    :param ended: is called with each step and the response to it, which is empty if it
        has failed or was skipped.
    """
    applied = Applied()
    lost: set[Key] = set()

    async def carry_out(step: Step) -> None:
        if step.definition is not None and step.definition.requires() & lost:
            applied.skipped.append(step)
            lost.update(step.definition.provides())
            ended(step, {})
            return
        try:
            answer = await _call(client, step)
        except Failed as error:
            applied.failed.append((step, error))
            lost.update(step.definition.provides() if step.definition else [step.key])
            ended(step, {})
        else:
            applied.done.append(step)
            ended(step, answer)

    for deleting, steps in _stages(plan):
        if deleting and lost:
            applied.skipped += steps
        else:
            await gather(steps, carry_out)
    return applied


def _stages(plan: Plan) -> Iterable[tuple[bool, list[Step]]]:
    """Return the steps in groups of those that do not depend on each other."""
    wanted = (step for step in plan.steps if step.action != "same")
    for (deleting, _), steps in groupby(
        wanted, lambda step: (step.action == "delete", step.key.order)
    ):
        yield deleting, list(steps)


async def _call(client: Client, step: Step) -> Mapping[str, Any]:
    if step.definition is None:
        await client.call("DELETE", step.key.path, base=AUTOMATION)
        return {}
    answer: Mapping[str, Any] = await client.call(
        "PUT",
        step.key.collection,
        body=step.definition.request(),
        base=AUTOMATION,
    )
    return answer


def shown_once(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the secrets that only the response has that creates a subscription."""
    return {name: answer[name] for name in ("apiKey", "credentials") if name in answer}
