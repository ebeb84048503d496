"""``policy-assign-attributes``: sets attributes for the steps that follow."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Annotated, Any

from pydantic import Field, Strict
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.api.kinds import Phase, PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import BYTES, INEFFECTIVE
from relay.model.schema.types.scalars import Integral
from relay.model.schema.types.sensitive import SENSITIVE
from relay.model.schema.types.texts import BodyText, Scoped
from relay.policies.call import Call, attribute_name
from relay.policies.contents import MOST_BYTES, with_request_content
from relay.policies.event import Event
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext


class Assignment(Options):
    """An attribute with a text, which may hold a credential for later steps."""

    name: str
    """The name of the attribute."""
    value: Annotated[BodyText, Field(repr=False), SENSITIVE] = ""
    """The value; it may contain expressions."""


class AssignAttributes(Options):
    """The attributes, in order."""

    scope: Annotated[Scoped | None, INEFFECTIVE] = None
    """Stored by consoles; has no effect: the phase decides."""
    attributes: tuple[Assignment, ...] = ()
    """A single expression keeps its type. An attribute whose text has no value stays as
    it is."""
    max_body_bytes: Annotated[
        int, Strict(), Field(ge=1, le=MOST_BYTES), Integral, BYTES
    ] = 1_048_576
    """The largest body that a text may read."""


def _reads_body(options: AssignAttributes) -> bool:
    return any(_text(one).reads_body for one in options.attributes)


def _text(attribute: Assignment) -> Template:
    return Template.read(attribute.value, bodies=True)


def _problem(options: AssignAttributes, phase: Phase) -> str | None:
    if phase != "request" and _reads_body(options):
        return "the body of a request can be read in the phase request only"
    return None


ASSIGN_ATTRIBUTES = PolicyType(
    "policy-assign-attributes",
    "Assign attributes",
    AssignAttributes,
    proxy=("request", "response"),
    message=("request", "response", "subscribe", "publish"),
    problem=_problem,
    reads_body=_reads_body,
    description="Assigns attributes of the call, for the expressions of later steps.",
)


@implementer(IPolicy)
class AssignAttributesType:
    """Makes ``policy-assign-attributes`` steps."""

    kind = ASSIGN_ATTRIBUTES

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = AssignAttributes.read(configuration)
        if _reads_body(options) and context.api.type != "PROXY":
            raise ValueError("the body of a request can be read in PROXY APIs only")
        return Assigned(options)


class Assigned(Policy):
    """A configured ``policy-assign-attributes`` step."""

    log = Logger()

    def __init__(self, options: AssignAttributes) -> None:
        self._attributes = [
            (attribute_name(one.name), _text(one)) for one in options.attributes
        ]
        self._reads_body = _reads_body(options)
        self._most_bytes = options.max_body_bytes

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Set the attributes of the call."""
        assign = partial(self._assign, call.attributes)
        if self._reads_body:
            return with_request_content(
                call, self._most_bytes, "ASSIGN_ATTRIBUTES", assign
            )
        assign(call.scope)
        return None

    def _assign(self, attributes: dict[str, Value], scope: Scope) -> None:
        for name, text in self._attributes:
            try:
                value = text.evaluate(scope)
            except EvaluationFailed as error:
                self.log.warn(
                    "the attribute {name} is not assigned: {error}",
                    name=name,
                    error=error,
                )
                continue
            if value is not None:
                attributes[name] = value

    on_response = on_request

    def for_events(self, scope: Scope) -> EventStep:
        """Evaluate the texts that depend on the client only."""
        attributes: list[tuple[str, Template]] = []
        for name, text in self._attributes:
            try:
                attributes.append((name, text.reduced(scope)))
            except EvaluationFailed:
                continue
        return _OfEvents(attributes)


class _OfEvents:
    """The step for the events of all clients with the same texts."""

    def __init__(self, attributes: list[tuple[str, Template]]) -> None:
        self._attributes = attributes
        self.key: Hashable = tuple((name, text.key) for name, text in attributes)

    def apply(self, event: Event) -> Event:
        """Set the attributes of the event."""
        assigned: dict[str, Value] = {}
        for name, text in self._attributes:
            try:
                value = text.evaluate({"message": event})
            except EvaluationFailed:
                continue
            if value is not None:
                assigned[name] = value
        return event.assigning(assigned) if assigned else event


assign_attributes = AssignAttributesType()
