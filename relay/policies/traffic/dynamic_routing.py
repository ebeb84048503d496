"""``dynamic-routing``: chooses the endpoint of a request by its path."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import AfterValidator
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import BadPattern, Pattern, pattern as compiled
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.hosts import normal_origin
from relay.model.schema.types.sensitive import LOCATING
from relay.model.schema.types.texts import Text
from relay.policies.call import ENDPOINT_ATTRIBUTE, Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


def _regex(value: str) -> str:
    if "{#" in value:
        Template.read(value)
        return value
    try:
        Pattern(value)
    except BadPattern as error:
        raise ValueError(str(error)) from None
    return value


_UNENCODED = "/!$&'()*+,;=:@~"
_LITERAL = re.compile(r"https?://[A-Za-z0-9.:_\[\]-]+(?=[/?]|\Z)")


class Rule(Options):
    """Where requests of some paths go."""

    pattern: Annotated[str, AfterValidator(_regex)]
    """A regular expression for the whole path after the context-path, percent-encoded
    only where needed, or decoded; it may contain expressions."""
    url: Annotated[Text, LOCATING]
    """``{#endpoints['name']}/path``, a URL, a path, or ``?query``; ``{#group[0]}`` and
    ``{#groupName['x']}`` stand for what the groups of the pattern matched."""


class DynamicRouting(Options):
    """The first rule whose pattern matches counts."""

    rules: tuple[Rule, ...] = ()
    """The rules, in order; the first one whose pattern matches applies."""


DYNAMIC_ROUTING = PolicyType(
    "dynamic-routing",
    "Dynamic routing",
    DynamicRouting,
    proxy=("request",),
    description="Selects the endpoint, group or URL of a call by its path.",
)


@implementer(IPolicy)
class DynamicRoutingType:
    """Makes ``dynamic-routing`` steps."""

    kind = DYNAMIC_ROUTING

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Routed(DynamicRouting.read(configuration))


class Routed(Policy):
    """A configured ``dynamic-routing`` step."""

    def __init__(self, options: DynamicRouting) -> None:
        self._rules = [
            (_pattern(rule.pattern), Template.read(rule.url), _origin(rule.url))
            for rule in options.rules
        ]

    def on_request(self, call: Call) -> None:
        """Set the endpoint of the request."""
        if not self._rules:
            return
        path = call.request.target.normal.decode("ascii") or "/"
        # A decoded slash would separate segments that the path does not have.
        decoded = path if "%2F" in path else unquote(path)
        for given, url, origin in self._rules:
            pattern = _evaluated(given, call) if isinstance(given, Template) else given
            found = pattern.capture(path)
            if found is None and decoded != path:
                found = _encoded(pattern.capture(decoded))
            if found is not None:
                groups: dict[str, Value] = {
                    "group": found[1:],
                    "groupName": pattern.named(found),
                }
                target = url.render({**call.scope, **groups})
                call.attributes[ENDPOINT_ATTRIBUTE] = target
                call.named_origin = origin
                return
        raise Interrupted(400, "No routing rule is matching path", "NO_ROUTING_RULE")


def _pattern(text: str) -> Pattern | Template:
    """Compile a pattern; one with expressions is evaluated for each call."""
    return Template.read(text) if "{#" in text else Pattern(text)


def _evaluated(template: Template, call: Call) -> Pattern:
    """
    Compile the pattern that a template yields for a call.

    :raises EvaluationFailed: when it yields no regular expression.
    """
    try:
        return compiled(template.render(call.scope) or "")
    except BadPattern as error:
        raise EvaluationFailed(str(error)) from None


def _encoded(groups: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Percent-encode the groups of a decoded path, which become a part of a URL."""
    return groups and tuple(quote(group, _UNENCODED) for group in groups)


def _origin(url: str) -> str | None:
    """Return scheme and host of a URL, if the definition has them literally."""
    match = _LITERAL.match(url)
    return normal_origin(match[0]) if match else None


dynamic_routing = DynamicRoutingType()
