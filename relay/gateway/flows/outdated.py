"""
Comparisons in expressions that can no longer hold.

Earlier versions of Relay had no slash at the end of ``#request.contextPath``, and
``HTTP/1.1`` in ``#request.version``. A stored comparison with such a text is valid, and
never holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from relay.expression.errors import BadExpression
from relay.expression.nodes import Apply, Constant, Node
from relay.expression.template import Template

_COMPARISONS = frozenset({"==", "eq", "!=", "ne", ".equals", ".equalsIgnoreCase"})
_CONTEXT_PATHS = frozenset(
    {
        "request.contextPath",
        "context.attributes.context-path",
        "context.attributes.gravitee.attribute.context-path",
    }
)
_MARKS = ("contextPath", "context-path", "version")
"""A text without any of these is not parsed."""


def outdated(
    definition: Mapping[str, Any], plans: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """
    Find comparisons of the context-path and the version that can no longer hold.

    :param definition: of an API, as it is stored.
    :param plans: its plans.
    :return: sentences that name the place and the comparison.
    """
    yield from _search(definition.get("flows"), "flows")
    for plan in plans:
        place = f"plan {plan.get('name')}: "
        yield from _search(plan.get("flows"), f"{place}flows")
        yield from _search(plan.get("selectionRule"), f"{place}selectionRule")


def _search(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, str):
        if "{" in value and any(mark in value for mark in _MARKS):
            yield from _read(value, place)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _search(one, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from _search(one, f"{place}[{number}]")


def _read(text: str, place: str) -> Iterator[str]:
    try:
        template = Template.read(text)
    except BadExpression:
        # The text is no template, such as a regular expression.
        return
    for node in template.nodes():
        if isinstance(node, Apply) and node.name in _COMPARISONS:
            one, other = node.children
            if problem := _problem(one, other) or _problem(other, one):
                yield f"{place}: {problem}"


def _problem(member: Node, literal: Node) -> str | None:
    if not isinstance(literal, Constant) or not isinstance(literal.value, str):
        return None
    text = literal.value
    if member.path in _CONTEXT_PATHS and not text.endswith("/"):
        return f"#{member.path} ends with a slash, and is never equal to {text!r}"
    if member.path == "request.version" and text.upper().startswith("HTTP/"):
        return f"#request.version is such as 'HTTP_1_1', and never equal to {text!r}"
    return None
