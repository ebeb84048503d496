"""``transform-headers``: sets, adds, keeps and removes headers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.outcome import Outcome
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Upper
from relay.model.schema.types.texts import FRAMING, Header, HeaderName
from relay.policies.call import Call, Interrupted, header_value
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class TransformHeaders(Options):
    """Applied in the order of the members here."""

    scope: Annotated[Literal["REQUEST", "RESPONSE"], Upper] | None = None
    """Stored by consoles; has no effect: the phase decides."""
    add_headers: tuple[Header, ...] = ()
    """Set, in the place of what was there; one whose text gives nothing is left out."""
    append_headers: tuple[Header, ...] = ()
    """Added beside what was there."""
    whitelist_headers: tuple[HeaderName, ...] = ()
    """When any are named, all others are removed."""
    remove_headers: tuple[HeaderName, ...] = ()


TRANSFORM_HEADERS = PolicyType(
    "transform-headers",
    "Transform headers",
    TransformHeaders,
    proxy=("request", "response"),
    message=("request", "response"),
)


@implementer(IPolicy)
class TransformHeadersType:
    """Makes ``transform-headers`` steps."""

    kind = TRANSFORM_HEADERS

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return HeadersTransformed(TransformHeaders.read(configuration))


class HeadersTransformed(Policy):
    """A configured ``transform-headers`` step."""

    def __init__(self, options: TransformHeaders) -> None:
        self._texts = [
            (append, one.name.encode("ascii"), Template.read(one.value))
            for append, headers in (
                (False, options.add_headers),
                (True, options.append_headers),
            )
            for one in headers
        ]
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
        failed = False
        for append, name, text in self._texts:
            try:
                value = text.render(call.scope)
            except EvaluationFailed:
                failed = True
                continue
            if value is None:
                continue
            if append:
                headers.addRawHeader(name, header_value(value))
            else:
                headers.setRawHeaders(name, [header_value(value)])
        if self._kept:
            for given, _ in list(headers.getAllRawHeaders()):
                lower = given.lower().decode("latin-1")
                if lower not in self._kept and lower not in FRAMING:
                    headers.removeHeader(given)
        for name in self._removed:
            headers.removeHeader(name)
        if failed:
            # The other headers are changed first: a MESSAGE API sends the response.
            raise Interrupted(
                500,
                "Unable to apply headers transformation",
                "TRANSFORM_HEADERS_FAILURE",
                outcome=Outcome.INTERNAL_ERROR,
            )


transform_headers = TransformHeadersType()
