"""
Rules of flows that need the policies, or the whole API.

Like those of :mod:`relay.model.api.rules` they read the body as it was sent. Disabled
parts are stored unchanged, so only enabled parts are checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from relay.expression.errors import BadExpression
from relay.expression.template import Condition
from relay.model.api.flow import current_id
from relay.model.api.kinds import Phase, PolicyType
from relay.model.api.rules import objects
from relay.model.schema.errors import Issue, join
from relay.model.schema.reading import issues, shown
from relay.model.schema.types.paths import is_path
from relay.model.schema.types.scalars import decoded

PHASES: tuple[Phase, ...] = ("request", "response", "subscribe", "publish")
PER_EVENT = ("subscribe", "publish")
HOLDS_BODY = frozenset(
    {
        "cache",
        "groovy",
        "html-json",
        "javascript",
        "js",
        "json-to-json",
        "json-validation",
        "json-xml",
        "policy-json-validation",
        "url-rewriting",
        "wssecurity-authentication",
        "xml-json",
        "xml-validation",
        "xslt",
    }
)
"""Policies of Gravitee's that need a whole body."""

Policies = Mapping[str, PolicyType]
Resources = Collection[tuple[str, str]]
"""The types and names of the enabled resources of an API."""


def check(
    body: Mapping[str, Any],
    policies: Policies,
    api_type: str | None,
    entrypoints: Collection[str],
    resources: Resources | None = None,
) -> Iterator[Issue]:
    """
    Check the flows of an API or a plan.

    :param body: what holds ``flows``.
    :param policies: by id, what policies there are.
    :param api_type: ``PROXY`` or ``MESSAGE``; None when that is not known.
    :param entrypoints: the ids of what entrypoints there are.
    :param resources: that steps may use; None when they are not known, for a plan.
    """
    for at, flow in objects(body, "flows"):
        if flow.get("enabled") is False:
            continue
        if flow.get("tags"):
            yield Issue(
                "sharding tags limit the gateways that run a flow, which is not"
                " supported yet",
                join(at, "tags"),
            )
        yield from _selectors(at, flow, api_type, entrypoints)
        for phase in PHASES:
            for where, step in objects(flow, phase, at):
                if step.get("enabled") is not False:
                    yield from check_step(
                        where, step, phase, policies, api_type, resources
                    )


def resources_of(body: Mapping[str, Any]) -> Resources:
    """List the enabled resources of the body of an API."""
    return [
        (str(one.get("type")), str(one.get("name")))
        for _, one in objects(body, "resources")
        if one.get("enabled") is not False
    ]


def _selectors(
    at: str,
    flow: Mapping[str, Any],
    api_type: str | None,
    entrypoints: Collection[str],
) -> Iterator[Issue]:
    seen: set[str] = set()
    for where, selector in objects(flow, "selectors", at):
        kind = str(selector.get("type")).upper()
        if kind in seen:
            yield Issue(f"there are two selectors of type {kind}", where)
        seen.add(kind)
        if kind == "CONDITION":
            yield from _condition(where, selector, "condition", ("message",))
        elif kind == "HTTP":
            yield from _path(where, selector, "path")
        elif kind == "CHANNEL" and api_type == "PROXY":
            yield Issue("CHANNEL selectors are for MESSAGE APIs", join(where, "type"))
        elif kind == "CHANNEL":
            yield from _path(where, selector, "channel")
            yield from _entrypoints(where, selector, entrypoints)


def _path(at: str, selector: Mapping[str, Any], name: str) -> Iterator[Issue]:
    """Refuse a path that no request can have: its flow would never be run."""
    text = selector.get(name)
    if not isinstance(text, str):
        return
    segments = text.split("/")
    problem = None
    if "*" in text or "+" in segments:
        problem = (
            "wildcards are not supported: STARTS_WITH matches what is below a path,"
            " and :name stands for one segment"
        )
    elif "?" in text or "#" in text:
        problem = "must be a path, without a query and a fragment"
    elif ":" in segments:
        problem = "a parameter needs a name, as in :id"
    elif not is_path(text):
        problem = (
            "no request can have this path: it must be a URI path without dot segments,"
            " path parameters, encoded slashes, backslashes and control characters"
        )
    if problem is not None:
        yield Issue(problem, join(at, name), shown(text))


def _entrypoints(
    at: str, selector: Mapping[str, Any], entrypoints: Collection[str]
) -> Iterator[Issue]:
    named, there = selector.get("entrypoints"), ", ".join(sorted(entrypoints))
    for number, one in enumerate(named if isinstance(named, list) else ()):
        if isinstance(one, str) and one not in entrypoints:
            yield Issue(
                f"there is no entrypoint [{one}], only {there}",
                join(at, "entrypoints", number),
                shown(one),
            )


def _condition(
    at: str, body: Mapping[str, Any], name: str, barred: tuple[str, ...]
) -> Iterator[Issue]:
    text = body.get(name)
    if not isinstance(text, str) or not text:
        return
    try:
        roots = Condition.read(text).roots
    except BadExpression as error:
        yield Issue(str(error), join(at, name))
        return
    for root in sorted(roots & set(barred)):
        yield Issue(f"#{root} is not known here", join(at, name))


def check_step(
    at: str,
    step: Mapping[str, Any],
    phase: Phase,
    policies: Policies,
    api_type: str | None,
    resources: Resources | None = None,
) -> Iterator[Issue]:
    """
    Check an enabled step.

    :param at: the location of the step.
    :param policies: all policies by their ids.
    :param api_type: ``PROXY`` or ``MESSAGE``; None when that is not known.
    :param resources: that the step may use; None when they are not known.
    """
    early = ("message",) if phase == "response" else ("message", "response")
    yield from _condition(at, step, "condition", early)
    if phase in PER_EVENT:
        yield from _condition(at, step, "messageCondition", ())
    elif step.get("messageCondition"):
        yield Issue(
            "is for the phases subscribe and publish", join(at, "messageCondition")
        )
    name = step.get("policy")
    if not isinstance(name, str):
        return
    kind = policies.get(current_id(name))
    if kind is None:
        yield Issue(_unknown(name, policies), join(at, "policy"), shown(name))
        return
    phases = kind.phases(api_type) if api_type else kind.proxy + kind.message
    if phase not in phases:
        possible = ", ".join(phases) or "none"
        yield Issue(
            f"the policy cannot be used in the phase {phase} of {api_type or 'any'}"
            f" APIs (possible: {possible})",
            join(at, "policy"),
            shown(name),
        )
        return
    where = join(at, "configuration")
    yield from _configuration(where, step, kind, phase, api_type, resources)


def _unknown(name: str, policies: Policies) -> str:
    if name in HOLDS_BODY:
        return (
            f"the policy [{name}] holds a body back until its end, so that no event of"
            " a stream could pass"
        )
    return f"there is no policy [{name}], only {', '.join(sorted(policies))}"


def _configuration(
    at: str,
    step: Mapping[str, Any],
    kind: PolicyType,
    phase: Phase,
    api_type: str | None,
    resources: Resources | None,
) -> Iterator[Issue]:
    try:
        configuration = decoded(step.get("configuration"))
    except ValueError:
        return
    if configuration is None:
        configuration = {}
    if not isinstance(configuration, Mapping):
        return
    try:
        read = kind.configuration.read(configuration)
    except ValidationError as error:
        yield from issues(error, at, kind.configuration)
        return
    if problem := kind.problem(read, phase):
        yield Issue(problem, at)
    if api_type == "MESSAGE" and kind.reads_body(read):
        yield Issue("the body of a request can be read in PROXY APIs only", at)
    if resources is None:
        return
    for need in kind.needs(read):
        if not any(id in need.types and name == need.name for id, name in resources):
            yield Issue(need.missing, join(at, *need.where), need.name)
