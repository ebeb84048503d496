"""``resource-filtering``: allows or refuses paths and methods."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator
from zope.interface import implementer

from relay.expression.ant import ant_pattern
from relay.expression.patterns import BadPattern, Pattern
from relay.model.api.flow import Method
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
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


class Resource(Options):
    """Some paths, and methods on them."""

    pattern: Annotated[str, AfterValidator(_ant)] = "/**"
    methods: tuple[Method, ...] = ()
    """Empty for all."""


class ResourceFiltering(Options):
    """What is on the blacklist is refused, then what is not on the whitelist."""

    whitelist: tuple[Resource, ...] = ()
    """When there is any, nothing else is let through."""
    blacklist: tuple[Resource, ...] = ()


RESOURCE_FILTERING = PolicyType(
    "resource-filtering",
    "Resource filtering",
    ResourceFiltering,
    proxy=("request",),
    message=("request",),
)


@implementer(IPolicy)
class ResourceFilteringType:
    """Makes ``resource-filtering`` steps."""

    kind = RESOURCE_FILTERING

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Filtered(ResourceFiltering.read(configuration))


class Filtered(Policy):
    """One step."""

    def __init__(self, options: ResourceFiltering) -> None:
        self._white = _read(options.whitelist)
        self._black = _read(options.blacklist)

    def on_request(self, call: Call) -> None:
        """Refuse a request that is not allowed."""
        path = call.request.target.text.rstrip("/") or "/"
        method = call.request.method
        for pattern, methods in self._black:
            if pattern.matches(path) and (not methods or method in methods):
                raise _forbidden()
        if not self._white:
            return
        fitting = [methods for pattern, methods in self._white if pattern.matches(path)]
        if not fitting:
            raise _forbidden()
        if not any(not methods or method in methods for methods in fitting):
            raise Interrupted(
                405,
                "This method is not allowed for this resource",
                "RESOURCE_FILTERING_METHOD_NOT_ALLOWED",
            )


def _forbidden() -> Interrupted:
    return Interrupted(
        403,
        "You are not allowed to access this resource",
        "RESOURCE_FILTERING_FORBIDDEN",
    )


def _read(resources: tuple[Resource, ...]) -> list[tuple[Pattern, frozenset[str]]]:
    return [(ant_pattern(one.pattern), frozenset(one.methods)) for one in resources]


resource_filtering = ResourceFilteringType()
