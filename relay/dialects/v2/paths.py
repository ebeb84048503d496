"""
The maps of paths in definitions of version 1, which have no flows.

Version 1 runs every rule of the path that fits best and has the method of the call. A
flow is made for each path and each set of methods that the same rules are for, so that
exactly one of them is the best match.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from relay.dialects.members import Found, Made, Members, Report
from relay.model.api.flow import Method
from relay.model.schema.errors import join

METHODS: tuple[str, ...] = get_args(get_args(Method)[0])
"""All methods that a flow can be for."""
_ABOUT = frozenset({"methods", "description", "enabled"})
"""The members of a rule besides its policy."""


@dataclass(frozen=True, slots=True)
class _Rule:
    policy: str
    configuration: Any
    description: Any
    methods: frozenset[str]
    at: str

    @property
    def phase(self) -> str:
        """The phase of the step: in version 1 the configuration has it."""
        scope = (
            self.configuration.get("scope")
            if isinstance(self.configuration, Mapping)
            else None
        )
        return "response" if str(scope).upper().startswith("RESPONSE") else "request"


def has_rules(paths: object) -> bool:
    """Return whether a map of paths has any rule."""
    return isinstance(paths, Mapping) and any(paths.values())


def read_paths(holder: Members, found: Found, at: str) -> list[dict[str, Any]]:
    """
    Convert a map of paths to flows.

    :param holder: the API or the plan.
    :param at: the location of the result.
    """
    if not isinstance(found.value, Mapping):
        holder.report.refuse(found.at, "must be an object")
        return []
    flows: list[dict[str, Any]] = []
    shortest = min(map(_length, found.value), default=0)
    paths: set[str] = set()
    for written, listed in found.value.items():
        where = join(found.at, written)
        path = _path(written)
        if path in paths:
            holder.report.refuse(where, "stands for the same calls as another path")
            continue
        paths.add(path)
        rules = _rules(holder, Found(listed, where))
        below = _length(written) > shortest
        for methods, applying in _by_methods(rules, below):
            flow = Made(join(at, len(flows)), holder.report, where)
            _fill(flow, path, methods, applying)
            flows.append(flow.value)
    return flows


def _rules(holder: Members, listed: Found) -> list[_Rule]:
    if listed.value is None:
        return []
    rules = []
    for one in holder.listed(listed):
        if not isinstance(one.value, Mapping):
            holder.report.refuse(one.at, "must be an object")
            continue
        policies = [name for name in one.value if name not in _ABOUT]
        if one.value.get("enabled") is False:
            holder.report.warn(one.at, "is disabled; left out")
        elif len(policies) != 1:
            holder.report.refuse(one.at, "must have exactly one policy")
        else:
            rules.append(_rule(one, policies[0], holder.report))
    return rules


def _rule(one: Found, policy: str, report: Report) -> _Rule:
    methods = one.value.get("methods")
    named: Iterable[str] = METHODS
    if isinstance(methods, list) and methods:
        named = [str(method).upper() for method in methods]
        unknown = [method for method in named if method not in METHODS]
        if unknown:
            where = join(one.at, "methods")
            report.refuse(where, f"must be some of {', '.join(METHODS)}")
    elif methods not in (None, []):
        report.refuse(join(one.at, "methods"), "must be a list")
    return _Rule(
        policy,
        one.value[policy],
        one.value.get("description"),
        frozenset(named),
        one.at,
    )


def _by_methods(rules: list[_Rule], below: bool) -> list[tuple[list[str], list[_Rule]]]:
    """
    Group the methods that the same rules are for.

    :param below: whether another path is shorter: then a flow without a step stands for
        the methods without a rule, so that the flow of that path is not taken.
    """
    groups: dict[tuple[int, ...], list[str]] = {}
    for method in METHODS:
        applying = tuple(
            number for number, rule in enumerate(rules) if method in rule.methods
        )
        groups.setdefault(applying, []).append(method)
    whole = len(groups) == 1
    return [
        ([] if whole else methods, [rules[number] for number in applying])
        for applying, methods in groups.items()
        if applying or below
    ]


def _fill(flow: Made, path: str, methods: list[str], rules: list[_Rule]) -> None:
    selector: dict[str, Any] = {
        "type": "HTTP",
        "path": path,
        "pathOperator": "STARTS_WITH",
    }
    if methods:
        selector["methods"] = methods
    flow.value["selectors"] = [selector]
    origins = flow.report.origins
    origins.put(join(flow.at, "selectors[0].path"), origins.of(flow.at))
    for phase in ("request", "response"):
        steps: list[dict[str, Any]] = []
        for rule in rules:
            if rule.phase != phase:
                continue
            step = Made(join(flow.at, phase, len(steps)), flow.report, rule.at)
            where = join(rule.at, rule.policy)
            step.set("policy", rule.policy, where)
            step.set("configuration", rule.configuration, where)
            if rule.description:
                step.set("description", rule.description, join(rule.at, "description"))
            steps.append(step.value)
        flow.value[phase] = steps


def _path(written: str) -> str:
    """Return the path of flows for a path, which may end with ``*`` in version 1."""
    return f"/{written[:-2].strip('/')}" if written.endswith("/*") else written


def _length(path: str) -> int:
    return sum(1 for part in _path(path).split("/") if part)
