"""Steps that are taken without a gateway."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError
from twisted.internet.task import Clock
from twisted.web.http_headers import Headers

from relay.channel.message import Message
from relay.expression.values import Value
from relay.model.api.definition import ApiDefinition
from relay.model.api.flow import FlowStep
from relay.model.api.kinds import Phase
from relay.model.schema.reading import issues
from relay.model.schema.types.request_target import RequestTarget
from relay.policies.call import Call, Interrupted, Request, Response
from relay.policies.discovery import find_policies
from relay.policies.event import Event
from relay.policies.interfaces import Policy, PolicyContext
from relay.policies.limits.tallies import Tallies
from relay.policies.scope import call_scope, response_members, shared_scope
from relay.upstream.scope_headers import Known
from tests.gateway.harness import definition

POLICIES = find_policies()
API = ApiDefinition.read(
    definition("http://source")
    | {
        "properties": [{"key": "secret", "value": "s3cr3t", "encrypted": False}],
        "resources": [
            {
                "name": name,
                "type": type,
                "configuration": {"users": [{"username": user, "password": password}]},
            }
            for name, type, user, password in (
                ("staff", "auth-provider-inline-resource", "Ann", "s3cr3t"),
                ("guests", "auth-provider-inline", "bob", "päss:word"),
            )
        ],
    }
)


def context(
    clock: Clock | None = None, wall_ms: int = 0, outbound: Any = None
) -> PolicyContext:
    """Make what a policy is built in."""
    clock = clock or Clock()

    def now_ms() -> int:
        return wall_ms + round(clock.seconds() * 1000)

    return PolicyContext(clock, now_ms, outbound, "api-1", API, Tallies.alone(clock))


def build(policy: str, given: PolicyContext | None = None, **options: Any) -> Policy:
    """Make a step of a policy, by its plugin."""
    step = FlowStep(policy=policy, configuration=options)
    return POLICIES.build(step, given or context())


def refused(policy: str, **options: Any) -> list[str]:
    """Return the members of a configuration that are refused."""
    (kind,) = (one for one in POLICIES.kinds if one.id == policy)
    try:
        kind.configuration.read(options)
    except ValidationError as error:
        return sorted(one.location for one in issues(error))
    return []


def problem(policy: str, phase: Phase, **options: Any) -> str | None:
    """Return the problems of a configuration in a phase."""
    (kind,) = (one for one in POLICIES.kinds if one.id == policy)
    return kind.problem(kind.configuration.read(options), phase)


def call(
    method: str = "GET",
    path: bytes = b"/orders/7",
    query: bytes | None = None,
    headers: dict[str, list[str]] | None = None,
    content_length: int | None = 0,
    address: str = "192.0.2.7",
    status: int | None = None,
    **attributes: Value,
) -> Call:
    """Make a call; with a status one whose answer has come."""
    request = Request(
        method,
        RequestTarget.parse(path, query),
        Headers(headers or {}),
        content_length,
        address,
    )
    ids = {"api": "api-1", "plan": "plan-1", "application": "1", "subscription": "s"}
    made = Call(request, attributes=dict(attributes), ids=ids)
    facts: dict[str, Callable[[], Value]] = {
        "id": lambda: "id-1",
        "contextPath": lambda: "/api",
        "uri": lambda: "/api/orders/7?x=1",
    }
    made.scope.update(call_scope(made, Known(facts), shared_scope("api-1", API)))
    if status is not None:
        made.response = Response(status, b"", Headers())
        made.scope["response"] = response_members(made)
    return made


def interruption(policy: Policy, given: Call) -> Interrupted | None:
    """Take the step of a request; give how it ends the call, if it does."""
    try:
        assert policy.on_request(given) is None
    except Interrupted as interrupted:
        return interrupted
    return None


def event(data: str, at_ms: int = 0, **members: Any) -> Event:
    """Make an event."""
    return Event(Message(data, **members), "e-1", at_ms, "line")


def shaped(policy: Policy, given: Event, **scope: Value) -> Event | None:
    """Take the step of an event."""
    return policy.for_events(scope).apply(given)
