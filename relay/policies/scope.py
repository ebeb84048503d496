"""The variables of expressions in a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from relay import __version__
from relay.expression.nodes import Scope, member
from relay.expression.values import Fields, Lookup, Value
from relay.model.api.definition import ApiDefinition
from relay.model.schema.types.request_target import RequestTarget
from relay.policies.call import Call, attribute_name
from relay.upstream.scope_headers import HeaderValues, response_values


class Attributes(Lookup):
    """
    The attributes of a call; expressions may use their names with or without the
    prefix.

    :param call: only its parts are kept: the call refers to this object by its scope.
    :param facts: members of ``#request`` that no policy changes.
    :param shared: the variables that are the same for all calls of the deployment.
    """

    def __init__(self, call: Call, facts: Lookup, shared: Scope) -> None:
        self._assigned = call.attributes
        self.ids = call.ids
        self.facts = facts
        self.shared = shared

    def get(self, name: str) -> Value:
        """Look up an attribute; the plan and policies may have set it."""
        known = attribute_name(name)
        if known in self._assigned:
            return self._assigned[known]
        attribute = _ATTRIBUTES.get(known)
        return None if attribute is None else attribute(self)

    def names(self) -> list[str]:
        """List the names."""
        return [
            *_ATTRIBUTES,
            *(one for one in self._assigned if one not in _ATTRIBUTES),
        ]

    def original_url(self) -> Value:
        """Return the URL as the client has sent it."""
        scheme, host, uri = (self.facts.get(one) for one in ("scheme", "host", "uri"))
        return f"{scheme}://{host}{uri}" if isinstance(uri, str) else None


_ATTRIBUTES: Mapping[str, Callable[[Attributes], Value]] = {
    "api": lambda of: of.ids.get("api"),
    "api.name": lambda of: member(of.shared.get("api"), "name"),
    "plan": lambda of: of.ids.get("plan"),
    "application": lambda of: of.ids.get("application"),
    "subscription-id": lambda of: of.ids.get("subscription"),
    "user-id": lambda of: of.ids.get("subscription"),
    "context-path": lambda of: of.facts.get("contextPath"),
    "request.original-url": Attributes.original_url,
    "organization": lambda of: "DEFAULT",
    "environment": lambda of: "DEFAULT",
}
"""The attributes of every call, besides those that the plan and policies set."""


class EndpointNames(Lookup):
    """
    The endpoints and groups of an API: the value of ``#endpoints['name']`` begins a
    target that routes to them.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def get(self, name: str) -> Value:
        """Return the beginning of a target."""
        return f"{name}:" if name in self._names else None

    def names(self) -> list[str]:
        """List the names."""
        return sorted(self._names)


def query_values(target: RequestTarget) -> dict[str, Value]:
    """
    Group the parameters of a query by their names.

    :param target: of a request.
    :return: the values of each name, in order.
    """
    values: dict[str, list[str]] = {}
    for name, value in target.parameters:
        values.setdefault(name, []).append(value)
    return dict(values)


class RequestValues(Fields):
    """
    The value of ``#request``; its members are computed on demand.

    :param call: only its parts are kept: the call refers to this object by its scope.
    :param facts: members that no policy changes.
    """

    __slots__ = ("_facts", "path_parameters", "request")

    def __init__(self, call: Call, facts: Lookup) -> None:
        self.request = call.request
        """What the client asks."""
        self.path_parameters = call.path_parameters
        """The values of ``:name`` in the paths of its flows."""
        self._facts = facts

    def get(self, name: str) -> Value:
        """Compute a member."""
        member = _REQUEST.get(name)
        return self._facts.get(name) if member is None else member(self)


_REQUEST: Mapping[str, Callable[[RequestValues], Value]] = {
    "method": lambda of: of.request.method,
    "headers": lambda of: HeaderValues(lambda: of.request.headers),
    "params": lambda of: query_values(of.request.target),
    "pathInfo": lambda of: of.request.target.text,
    "pathInfos": lambda of: of.request.target.text.split("/"),
    "pathParams": lambda of: dict(of.path_parameters),
    "remoteAddress": lambda of: of.request.remote_address,
}


def call_scope(call: Call, facts: Lookup, shared: Scope) -> dict[str, Value]:
    """
    Make the scope of a call.

    :param facts: members of ``#request`` that no policy changes.
    :param shared: the variables that are the same for all calls of the deployment.
    """
    return {
        **shared,
        "request": RequestValues(call, facts),
        "context": {"attributes": Attributes(call, facts, shared)},
        "application": {"id": call.ids.get("application")},
        "subscription": _subscription_members(call),
    }


def _subscription_members(call: Call) -> Value:
    """Make ``#subscription``; without one, the id is the client's address."""
    one = call.consumer
    if one is None:
        return {"id": call.ids.get("subscription"), "type": "STANDARD"}
    pushed = one.consumer_configuration is not None
    return {
        "id": one.subscription_id,
        "type": "PUSH" if pushed else "STANDARD",
        "clientId": one.client_id,
        "applicationName": one.application_name,
        "metadata": one.metadata,
    }


def response_members(call: Call) -> Value:
    """Make ``#response``; None before the head of the response has come."""
    response = call.response
    if response is None:
        return None
    return response_values(lambda: response.status, lambda: response.headers)


SharedScope: TypeAlias = Scope
"""The variables that are the same for all calls of a deployment."""


def shared_scope(
    api_id: str, api: ApiDefinition, tenant: str | None = None
) -> SharedScope:
    """
    Make the variables that are the same for all calls of a deployment.

    :param tenant: of the gateway.
    """
    properties = dict(_properties(api.properties))
    names = {group.name for group in api.endpoint_groups}
    names |= {one.name for group in api.endpoint_groups for one in group.endpoints}
    return {
        "api": {
            "id": api_id,
            "name": api.name,
            "version": api.api_version,
            "properties": properties,
        },
        "properties": properties,
        "endpoints": EndpointNames(frozenset(names)),
        "node": {"version": __version__, "tenant": tenant},
    }


def _properties(given: Any) -> Iterator[tuple[str, Value]]:
    """Read the properties of an API, which are kept as they were sent."""
    for one in given if isinstance(given, list) else ():
        if isinstance(one, Mapping) and isinstance(one.get("key"), str):
            value = one.get("value")
            yield one["key"], value if isinstance(value, str) else None
