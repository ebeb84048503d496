"""``transform-headers``: sets, adds, keeps and removes headers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Annotated, Any

from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.outcome import Outcome
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.texts import FRAMING, Header, HeaderName, Scoped
from relay.policies.call import Call, Interrupted, header_value
from relay.policies.event import Event
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext

FAILURE = "TRANSFORM_HEADERS_FAILURE"


class TransformHeaders(Options):
    """Applied in the order of the members here."""

    scope: Annotated[Scoped | None, INEFFECTIVE] = None
    """Stored by consoles; has no effect: the phase decides."""
    add_headers: tuple[Header, ...] = ()
    """Set, in the place of what was there; one whose text gives nothing is left out."""
    append_headers: tuple[Header, ...] = ()
    """Added beside what was there."""
    whitelist_headers: tuple[HeaderName, ...] = ()
    """When any are named, all others are removed."""
    remove_headers: tuple[HeaderName, ...] = ()
    """The names of headers that are removed."""


TRANSFORM_HEADERS = PolicyType(
    "transform-headers",
    "Transform headers",
    TransformHeaders,
    proxy=("request", "response"),
    message=("request", "response", "subscribe", "publish"),
    description="Sets, adds and removes headers of requests, responses and events.",
)


@implementer(IPolicy)
class TransformHeadersType:
    """Makes ``transform-headers`` steps."""

    kind = TRANSFORM_HEADERS

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return HeadersTransformed(TransformHeaders.read(configuration))


Change = tuple[bool, str, Template]
"""Whether a header is appended, its name, and its text."""


class HeadersTransformed(Policy):
    """A configured ``transform-headers`` step."""

    def __init__(self, options: TransformHeaders) -> None:
        self._changes: list[Change] = [
            (append, one.name, Template.read(one.value))
            for append, headers in (
                (False, options.add_headers),
                (True, options.append_headers),
            )
            for one in headers
        ]
        self._encoded = [
            (append, name.encode("ascii"), text) for append, name, text in self._changes
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

    def for_events(self, scope: Scope) -> EventStep:
        """Evaluate the texts that depend on the client only."""
        changes = [
            (append, name, text.reduced(scope)) for append, name, text in self._changes
        ]
        removed = frozenset(name.decode("ascii").lower() for name in self._removed)
        return _OfEvents(changes, self._kept, removed)

    def _transform(self, call: Call, headers: Headers) -> None:
        failed = False
        for append, name, text in self._encoded:
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
                FAILURE,
                outcome=Outcome.INTERNAL_ERROR,
            )


class _OfEvents:
    """
    The step for the events of all clients with the same texts.

    :param kept: in lower case; empty to keep all.
    :param removed: in lower case.
    """

    def __init__(
        self, changes: list[Change], kept: frozenset[str], removed: frozenset[str]
    ) -> None:
        self._changes = changes
        self._kept = kept
        self._removed = removed
        self.key: Hashable = tuple(text.key for _, _, text in changes)

    def apply(self, event: Event) -> Event:
        """Change the headers of an event; each header has one value."""
        headers = {
            name.lower(): (name, value)
            for name, value in (event.message.headers or {}).items()
        }
        scope = {"message": event}
        for append, name, text in self._changes:
            try:
                rendered = text.render(scope)
            except EvaluationFailed:
                raise Interrupted(
                    500,
                    "Unable to apply headers transformation on message",
                    FAILURE,
                    outcome=Outcome.INTERNAL_ERROR,
                ) from None
            if rendered is None:
                continue
            value = header_value(rendered).decode()
            before = headers.pop(name.lower(), None)
            if append and before is not None:
                value = f"{before[1]},{value}"
            headers[name.lower()] = name, value
        changed = {
            name: value
            for lower, (name, value) in headers.items()
            if (not self._kept or lower in self._kept) and lower not in self._removed
        }
        return event.having(replace(event.message, headers=changed or None))


transform_headers = TransformHeadersType()
