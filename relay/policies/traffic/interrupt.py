"""``policy-interrupt``: ends a call with an error key of its own."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn

from pydantic import Field, Strict
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE, MULTILINE
from relay.model.schema.types.scalars import Integral, Name
from relay.model.schema.types.texts import NameAndText, Scoped, Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext


class Interrupt(Options):
    """The refusal; a response template for its key can reword it."""

    scope: Annotated[Scoped | None, INEFFECTIVE] = None
    """Stored by consoles; has no effect: the phase decides."""
    status_code: Annotated[int, Strict(), Field(ge=300, le=599), Integral] = 500
    """The status of the response."""
    error_key: Name
    """The key, by which response templates are selected."""
    message: Annotated[Text, MULTILINE] = ""
    """The body of the response; it may contain expressions."""
    variables: tuple[NameAndText, ...] = ()
    """What response templates know as ``{#parameters['name']}``."""


INTERRUPT = PolicyType(
    "policy-interrupt",
    "Interrupt",
    Interrupt,
    proxy=("request", "response"),
    message=("request",),
    description="Refuses a call with a status, an error key and a message.",
)


@implementer(IPolicy)
class InterruptType:
    """Makes ``policy-interrupt`` steps."""

    kind = INTERRUPT

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Interrupting(Interrupt.read(configuration))


class Interrupting(Policy):
    """A configured ``policy-interrupt`` step."""

    def __init__(self, options: Interrupt) -> None:
        self._status = options.status_code
        self._key = options.error_key
        self._message = Template.read(options.message)
        self._variables = [
            (one.name, Template.read(one.value)) for one in options.variables
        ]

    def on_request(self, call: Call) -> NoReturn:
        """End the call."""
        parameters: dict[str, Value] = {}
        for name, text in self._variables:
            try:
                parameters[name] = text.render(call.scope)
            except EvaluationFailed:
                # The call ends anyway, and the template sees null.
                continue
        raise Interrupted(
            self._status,
            self._message.render(call.scope) or "The request was interrupted",
            self._key,
            parameters=parameters,
        )

    on_response = on_request


interrupt = InterruptType()
