"""``policy-assign-attributes``: sets attributes for the steps that follow."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from zope.interface import implementer

from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Upper
from relay.model.schema.types.texts import Attribute
from relay.policies.call import Call, attribute_name
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class AssignAttributes(Options):
    """The attributes, in order."""

    scope: Annotated[Literal["REQUEST", "RESPONSE"], Upper] | None = None
    """Kept from older definitions; the phase decides."""
    attributes: tuple[Attribute, ...] = ()
    """A single expression keeps its type; null leaves the attribute unchanged."""


ASSIGN_ATTRIBUTES = PolicyType(
    "policy-assign-attributes",
    "Assign attributes",
    AssignAttributes,
    proxy=("request", "response"),
    message=("request", "response"),
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

    def __init__(self, options: AssignAttributes) -> None:
        self._attributes = [
            (attribute_name(one.name), Template.read(one.value))
            for one in options.attributes
        ]

    def on_request(self, call: Call) -> None:
        """Set the attributes."""
        for name, text in self._attributes:
            value = text.evaluate(call.scope)
            if value is not None:
                call.attributes[name] = value

    on_response = on_request


assign_attributes = AssignAttributesType()
