"""``transform-headers``: sets, adds, keeps and removes headers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import Phase, PolicyType
from relay.model.schema.base import Options
from relay.model.schema.scalars import Upper
from relay.model.schema.texts import FRAMING, Header, HeaderName
from relay.policies.call import Call, header_value
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class TransformHeaders(Options):
    """Applied in the order of the members here."""

    scope: Annotated[Literal["REQUEST", "RESPONSE"], Upper] | None = None
    """Kept from older definitions; when it is given, it must be that of the phase."""
    add_headers: tuple[Header, ...] = ()
    """Set, in the place of what was there; one whose text gives nothing is left out."""
    append_headers: tuple[Header, ...] = ()
    """Added beside what was there."""
    whitelist_headers: tuple[HeaderName, ...] = ()
    """When any are named, all others are removed."""
    remove_headers: tuple[HeaderName, ...] = ()


def _problem(configuration: TransformHeaders, phase: Phase) -> str | None:
    scope = configuration.scope
    if scope is not None and scope != phase.upper():
        return f"scope {scope} is not that of the phase {phase}"
    return None


TRANSFORM_HEADERS = PolicyType(
    "transform-headers",
    "Transform headers",
    TransformHeaders,
    proxy=("request", "response"),
    message=("request", "response"),
    problem=_problem,
)


@implementer(IPolicy)
class TransformHeadersType:
    """Makes ``transform-headers`` steps."""

    kind = TRANSFORM_HEADERS

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return HeadersTransformed(TransformHeaders.read(configuration))


class HeadersTransformed(Policy):
    """One step."""

    def __init__(self, options: TransformHeaders) -> None:
        self._set = _read(options.add_headers)
        self._add = _read(options.append_headers)
        self._kept = frozenset(name.lower() for name in options.whitelist_headers)
        self._removed = [name.encode("ascii") for name in options.remove_headers]

    def on_request(self, call: Call) -> None:
        """Change the request headers."""
        self._transform(call, call.request.headers)

    def on_response(self, call: Call) -> None:
        """Change the response headers."""
        assert call.response is not None
        self._transform(call, call.response.headers)

    def _transform(self, call: Call, headers: Headers) -> None:
        for name, text in self._set:
            if (value := _value(call, text)) is not None:
                headers.setRawHeaders(name, [value])
        for name, text in self._add:
            if (value := _value(call, text)) is not None:
                headers.addRawHeader(name, value)
        if self._kept:
            for given, _ in list(headers.getAllRawHeaders()):
                lower = given.lower().decode("latin-1")
                if lower not in self._kept and lower not in FRAMING:
                    headers.removeHeader(given)
        for name in self._removed:
            headers.removeHeader(name)


def _read(headers: tuple[Header, ...]) -> list[tuple[bytes, Template]]:
    return [(one.name.encode("ascii"), Template.read(one.value)) for one in headers]


def _value(call: Call, text: Template) -> bytes | None:
    """Evaluate a header; None, which omits it, when an expression has no value."""
    try:
        rendered = text.render(call.scope)
    except EvaluationFailed:
        return None
    return None if rendered is None else header_value(rendered)


transform_headers = TransformHeadersType()
