"""``resource-filtering``: allows or refuses paths and methods."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator
from zope.interface import implementer

from relay.expression.ant import ant_pattern
from relay.expression.patterns import BadPattern, Pattern
from relay.expression.values import Value
from relay.model.api.flow import Method
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


def _ant(value: str) -> str:
    try:
        ant_pattern(value)
    except BadPattern as error:
        raise ValueError(str(error)) from None
    if _NEVER.search(f"/{value.strip('/')}/"):
        raise ValueError(
            "matches no path: patterns are compared with decoded paths, which have no"
            " empty and no dot segments and no path parameters (;)"
        )
    return value


_NEVER = re.compile(r"//.|/\.{1,2}/|;|%(?!2F)[0-9A-Fa-f]{2}")
"""What the decoded path of a request never contains."""
_SLASHES = re.compile(r"(?:/|%2F)+")


class Resource(Options):
    """Some paths, and methods on them."""

    pattern: Annotated[str, AfterValidator(_ant)] = "/**"
    """An Ant pattern for paths."""
    methods: tuple[Method, ...] = ()
    """The methods; empty for all."""


class ResourceFiltering(Options):
    """Refuses the resources of the blacklist, then those outside the whitelist."""

    whitelist: tuple[Resource, ...] = ()
    """Resources; if any is listed, all others are refused."""
    blacklist: tuple[Resource, ...] = ()
    """Resources that are refused."""
    normalize_request_path: Annotated[Flag, INEFFECTIVE] = False
    """Stored by consoles; has no effect: patterns are always compared with the decoded
    path."""
    decode_encoded_slash: Flag = False
    """Whether ``%2F`` separates segments; only an API with ``allowEncodedSlashes``
    accepts it."""


RESOURCE_FILTERING = PolicyType(
    "resource-filtering",
    "Resource filtering",
    ResourceFiltering,
    proxy=("request",),
    message=("request",),
    description="Allows or refuses calls by their paths and methods.",
)


@implementer(IPolicy)
class ResourceFilteringType:
    """Makes ``resource-filtering`` steps."""

    kind = RESOURCE_FILTERING

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Filtered(ResourceFiltering.read(configuration))


class Filtered(Policy):
    """A configured ``resource-filtering`` step."""

    def __init__(self, options: ResourceFiltering) -> None:
        self._white = _read(options.whitelist)
        self._black = _read(options.blacklist)
        self._decodes_slashes = options.decode_encoded_slash

    def on_request(self, call: Call) -> None:
        """Refuse a request that is not allowed."""
        path = call.request.target.text
        if self._decodes_slashes:
            path = _SLASHES.sub("/", path)
        path = path.rstrip("/") or "/"
        full = (
            f"{call.request.target.context_path.rstrip('/')}{path}".rstrip("/") or "/"
        )
        method = call.request.method
        if self._white:
            allowed = _methods(self._white, path, full)
            if not any(not methods or method in methods for methods in allowed):
                raise _not_allowed(call, bool(allowed))
        refused = _methods(self._black, path, full)
        if any(not methods or method in methods for methods in refused):
            raise _not_allowed(call, any(method in methods for methods in refused))


def _methods(
    resources: list[tuple[Pattern, frozenset[str]]], path: str, full: str
) -> list[frozenset[str]]:
    """
    Return the methods of each resource that matches.

    :param path: the path after the context-path.
    :param full: the path with the context-path.
    """
    return [
        methods
        for pattern, methods in resources
        if pattern.matches(path) or pattern.matches(full)
    ]


def _not_allowed(call: Call, by_method: bool) -> Interrupted:
    parameters: dict[str, Value] = {
        "path": call.request.target.text,
        "method": call.request.method,
    }
    if by_method:
        return Interrupted(
            405,
            "Method not allowed while accessing this resource",
            "RESOURCE_FILTERING_METHOD_NOT_ALLOWED",
            parameters=parameters,
        )
    return Interrupted(
        403,
        "You're not allowed to access this resource",
        "RESOURCE_FILTERING_FORBIDDEN",
        parameters=parameters,
    )


def _read(resources: tuple[Resource, ...]) -> list[tuple[Pattern, frozenset[str]]]:
    return [(ant_pattern(one.pattern), frozenset(one.methods)) for one in resources]


resource_filtering = ResourceFilteringType()
