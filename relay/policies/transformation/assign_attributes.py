"""``policy-assign-attributes``: sets attributes for the steps that follow."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from twisted.logger import Logger
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.texts import Attribute, Scoped
from relay.policies.call import Call, attribute_name
from relay.policies.event import Event
from relay.policies.interfaces import EventStep, IPolicy, Policy, PolicyContext


class AssignAttributes(Options):
    """The attributes, in order."""

    scope: Scoped | None = None
    """Stored by consoles; has no effect: the phase decides."""
    attributes: tuple[Attribute, ...] = ()
    """A single expression keeps its type. An attribute whose text has no value stays as
    it is."""


ASSIGN_ATTRIBUTES = PolicyType(
    "policy-assign-attributes",
    "Assign attributes",
    AssignAttributes,
    proxy=("request", "response"),
    message=("request", "response", "subscribe", "publish"),
)


@implementer(IPolicy)
class AssignAttributesType:
    """Makes ``policy-assign-attributes`` steps."""

    kind = ASSIGN_ATTRIBUTES

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Assigned(AssignAttributes.read(configuration))


class Assigned(Policy):
    """A configured ``policy-assign-attributes`` step."""

    log = Logger()

    def __init__(self, options: AssignAttributes) -> None:
        self._attributes = [
            (attribute_name(one.name), Template.read(one.value))
            for one in options.attributes
        ]

    def on_request(self, call: Call) -> None:
        """Set the attributes of the call."""
        for name, text in self._attributes:
            try:
                value = text.evaluate(call.scope)
            except EvaluationFailed as error:
                self.log.warn(
                    "the attribute {name} is not assigned: {error}",
                    name=name,
                    error=error,
                )
                continue
            if value is not None:
                call.attributes[name] = value

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
