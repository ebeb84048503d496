"""Flows of version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.members import Found, Made, Members
from relay.model.schema.errors import join

_STEP = ("name", "description", "enabled", "policy", "configuration", "condition")


def read_flows(holder: Members, found: Found, at: str) -> list[dict[str, Any]]:
    """
    Convert flows.

    :param holder: the API or the plan.
    :param at: the location of the result.
    """
    flows: list[dict[str, Any]] = []
    for one in holder.listed(found):
        if (flow := holder.within(one)) is not None:
            flows.append(_flow(flow, join(at, len(flows))))
    return flows


def _flow(members: Members, at: str) -> dict[str, Any]:
    flow = Made(at, members.report, members.at)
    flow.copy_all(members, "name", "enabled")
    flow.value["selectors"] = _selectors(members, at)
    for phase, source in (("request", "pre"), ("response", "post")):
        found = members.take(source)
        if found is not None:
            steps: list[dict[str, Any]] = []
            flow.set(phase, steps, found.at)
            for one in members.listed(found):
                if (step := members.within(one)) is not None:
                    steps.append(_step(step, join(at, phase, len(steps)), phase))
    # The rules of version 4 refuse a flow that is for some consumers only.
    flow.copy(members, "consumers")
    if not flow.value.get("consumers"):
        flow.value.pop("consumers", None)
    members.skip("id", "stage", "createdAt", "updatedAt")
    members.finish()
    return flow.value


def _selectors(members: Members, at: str) -> list[dict[str, Any]]:
    http = Made(f"{at}.selectors[0]", members.report, members.at)
    http.value["type"] = "HTTP"
    operator = members.object("pathOperator") or members
    if path := operator.take("path"):
        http.set("path", path.value, path.at)
    if how := operator.take("operator"):
        http.set("pathOperator", how.value, how.at)
    if operator is not members:
        operator.finish()
    http.copy(members, "methods")
    selectors = [http.value]
    condition = members.take("condition")
    if condition is not None and condition.value != "":
        by = Made(f"{at}.selectors[1]", members.report, condition.at)
        by.value["type"] = "CONDITION"
        by.set("condition", condition.value, condition.at)
        selectors.append(by.value)
    return selectors


def _step(members: Members, at: str, phase: str) -> dict[str, Any]:
    step = Made(at, members.report, members.at)
    step.copy_all(members, *_STEP)
    for name in ("description", "condition"):
        if step.value.get(name) == "":
            del step.value[name]
    configuration = step.value.get("configuration")
    if isinstance(configuration, Mapping) and "scope" in configuration:
        scope = str(configuration["scope"]).upper()
        if scope.startswith("RESPONSE") != (phase == "response"):
            members.report.warn(
                join(members.at, "configuration", "scope"),
                f"is {scope}, but the step stands in the phase {phase}: it runs there",
            )
    members.finish()
    return step.value
