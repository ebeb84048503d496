"""``policy-assign-content``: replaces the content of requests, responses and events."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field, Strict
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.expression import roots
from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.freemarker.interpolation import Interpolation, rendered
from relay.expression.freemarker.nodes import Expression, Path
from relay.expression.nodes import Scope
from relay.expression.values import Fields, Value
from relay.model.api.kinds import Phase, PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import BYTES, INEFFECTIVE, MULTILINE
from relay.model.schema.types.scalars import Integral
from relay.model.schema.types.sensitive import SENSITIVE
from relay.model.schema.types.texts import Scoped
from relay.policies.call import Call, ContentTooLarge, Interrupted
from relay.policies.contents import MOST_BYTES, WithContent, is_encoded
from relay.policies.event import Event
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext

FAILED = "ASSIGN_CONTENT_ERROR"
TOO_LARGE = "ASSIGN_CONTENT_TOO_LARGE"
CONTENT = ("content", "jsonContent")
MEMBERS: Mapping[str, frozenset[str]] = {
    "request": roots.MEMBERS["request"].union(CONTENT),
    "response": roots.MEMBERS["response"].union(CONTENT),
    "context": roots.MEMBERS["context"],
    "message": roots.MEMBERS["message"],
}
"""The members by variable."""
VARIABLES: Mapping[Phase, tuple[str, ...]] = {
    "request": ("request", "context"),
    "response": ("request", "response", "context"),
    "subscribe": ("message", "context"),
    "publish": ("message", "context"),
}
"""The variables by phase."""
_SEVERAL = {
    ("message", "headers"),
    ("request", "headers"),
    ("request", "params"),
    ("request", "pathParams"),
    ("response", "headers"),
}
"""The members whose values are lists, as in Gravitee."""


def _template(text: str) -> str:
    for path, position in Interpolation.read(text).paths:
        if problem := _problem_of(path):
            raise BadExpression(problem, position)
    return text


def _problem_of(path: Path) -> str | None:
    """Return why a path leads nowhere in any phase."""
    members = MEMBERS.get(path.root)
    if members is None:
        return f"{path.root} is not known, only {', '.join(MEMBERS)}"
    member = path.steps[0] if path.steps else None
    if path.root == "context" and member == "dictionaries":
        return "there are no dictionaries"
    if member not in members:
        return f"{path.root} has the members {', '.join(sorted(members))}"
    if (path.root, member) in _SEVERAL:
        if len(path.steps) < 3 or not isinstance(path.steps[2], int):
            name = "name" if len(path.steps) < 2 else path.steps[1]
            return f"may have several values: write {path.root}.{member}['{name}'][0]"
    elif member == "attributes" and len(path.steps) < 2:
        return f"needs a name: {path.root}.attributes['name']"
    return None


class AssignContent(Options):
    """The new content."""

    scope: Annotated[Scoped | None, INEFFECTIVE] = None
    """Stored by consoles; the phase decides."""
    body: Annotated[
        str, AfterValidator(_template), Field(repr=False), SENSITIVE, MULTILINE
    ]
    """A text with FreeMarker interpolations."""
    max_body_bytes: Annotated[
        int, Strict(), Field(ge=1, le=MOST_BYTES), Integral, BYTES
    ] = 1_048_576
    """The largest content that the text may read, in bytes."""


def _problem(configuration: AssignContent, phase: Phase) -> str | None:
    known = VARIABLES[phase]
    for path, _ in Interpolation.read(configuration.body).paths:
        if path.root not in known:
            return f"${{{path.text}}}: {path.root} is not known in the phase {phase}"
        if phase == "response" and path.root == "request" and path.steps[0] in CONTENT:
            return f"${{{path.text}}}: the content of the request is not kept"
    return None


ASSIGN_CONTENT = PolicyType(
    "policy-assign-content",
    "Assign content",
    AssignContent,
    proxy=("request", "response"),
    message=("subscribe", "publish"),
    problem=_problem,
    description="Replaces the body of requests and responses, or the data of events.",
)


@implementer(IPolicy)
class AssignContentType:
    """Makes ``policy-assign-content`` steps."""

    kind = ASSIGN_CONTENT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return ContentAssigned(AssignContent.read(configuration))


class ContentAssigned(Policy):
    """A configured ``policy-assign-content`` step."""

    log = Logger()

    def __init__(self, options: AssignContent) -> None:
        self._template = Interpolation.read(options.body)
        self._most_bytes = options.max_body_bytes
        self._reads_request = self._template.reads("request", *CONTENT)
        self._reads_response = self._template.reads("response", *CONTENT)

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Replace the body of the request."""
        request = call.request
        if not self._reads_request:
            self._assign_to_request(call, b"")
            return None
        if (request.content_length or 0) > self._most_bytes:
            raise self._too_large(413)
        self._check_encoding(request.headers)
        return request.body.read(self._most_bytes).addCallbacks(
            partial(self._assign_to_request, call), partial(self._unread, 413)
        )

    def _assign_to_request(self, call: Call, content: bytes) -> None:
        request = call.request
        new = self._render(call, "request", content)
        request.body.replace(new)
        request.content_length = len(new)
        request.headers.removeHeader(b"content-encoding")
        request.headers.setRawHeaders(b"content-length", [b"%d" % len(new)])

    def on_response(self, call: Call) -> Deferred[None] | None:
        """Replace the content of the response."""
        response = call.response
        assert response is not None
        if response.event_stream:
            raise self._failed("the content of an event stream cannot be replaced")
        body = response.body
        if body is None:
            # The length of what a GET would be answered is not known.
            response.headers.removeHeader(b"content-length")
            return None
        if not self._reads_response:
            self._assign_to_response(call, b"")
            return None
        self._check_encoding(response.headers)
        return body.read(self._most_bytes).addCallbacks(
            partial(self._assign_to_response, call), partial(self._unread, 500)
        )

    def _assign_to_response(self, call: Call, content: bytes) -> None:
        response = call.response
        assert response is not None and response.body is not None
        response.body.replace(self._render(call, "response", content))
        response.headers.removeHeader(b"content-encoding")

    def _render(self, call: Call, of: str, content: bytes) -> bytes:
        known: dict[str, Value] = {"context": call.scope.get("context")}
        for name in ("request", "response"):
            held = content if name == of else b""
            known[name] = _Listing(call.scope.get(name), held)
        try:
            return self._template.render(known).encode("utf-8", "replace")
        except EvaluationFailed as error:
            raise self._failed(str(error)) from None

    def _check_encoding(self, headers: Headers) -> None:
        if is_encoded(headers):
            raise self._failed("the content is encoded")

    def _unread(self, status: int, failure: Failure) -> None:
        failure.trap(ContentTooLarge)
        raise self._too_large(status)

    def _too_large(self, status: int) -> Interrupted:
        self._failed(f"the content is larger than {self._most_bytes} bytes")
        return Interrupted(
            status,
            f"The content is larger than {self._most_bytes} bytes",
            TOO_LARGE,
            parameters={"limit": self._most_bytes},
        )

    def _failed(self, problem: str) -> Interrupted:
        self.log.warn("content cannot be assigned: {problem}", problem=problem)
        return Interrupted(500, "Unable to assign body content", FAILED)

    def for_events(self, scope: Scope) -> EventStep:
        """Evaluate what depends on the client only."""
        return _Assigned(self._template.reduced("message", scope))


class _Listing(WithContent):
    """A request or a response with its content, and lists where Gravitee has lists."""

    __slots__ = ()

    def get(self, name: str) -> Value:
        """Look up a member."""
        value = super().get(name)
        if name == "pathParams" and isinstance(value, Mapping):
            return {key: [one] for key, one in value.items()}
        return value


class _Assigned:
    """The step for all clients for whom the text is the same."""

    def __init__(self, parts: tuple[str | Expression, ...]) -> None:
        self._parts = parts
        self.key: Hashable = parts

    def apply(self, event: Event) -> Event:
        """Replace the content of an event."""
        text = rendered(self._parts, {"message": _Message(event)})
        return event.having(replace(event.message, data=text, binary=False))


class _Message(Fields):
    """An event, whose headers are lists as in Gravitee."""

    __slots__ = ("_event",)

    def __init__(self, event: Event) -> None:
        self._event = event

    def get(self, name: str) -> Value:
        """Look up a member."""
        if name == "headers":
            return _MessageHeaders(self._event.message.headers or {})
        return self._event.get(name)


class _MessageHeaders(Fields):
    """The headers of an event by their names, in upper or lower case."""

    __slots__ = ("_headers",)

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def get(self, name: str) -> Value:
        """Return the values of one header."""
        wanted = name.lower()
        return [
            value for key, value in self._headers.items() if key.lower() == wanted
        ] or None


assign_content = AssignContentType()
