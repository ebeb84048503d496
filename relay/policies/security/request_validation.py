"""``policy-request-validation``: validates values of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import model_validator
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import BadPattern, Pattern
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.scalars import Flag, Upper
from relay.model.schema.types.texts import Status, Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

_MAIL = re.compile(r"[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9.-]+\.[A-Za-z]{2,63}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?")
_DATE_PARTS = {
    "yyyy": "%Y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "X" * 3: "%z",
}
MESSAGE = "Request is not valid according to constraint rules"
MESSAGES = {
    "NOT_NULL": "'%s' can not be null.",
    "MIN": "'%s' must be higher or equals to '%s'",
    "MAX": "'%s' must be lower or equals to '%s'",
    "MAIL": "%s is not a valid email.",
    "DATE": "'%s' is not valid (format: '%s')",
    "PATTERN": "'%s' is not valid (pattern: '%s')",
    "SIZE": "'%s' length must be higher or equals to '%s' and lower or equals to '%s'",
    "ENUM": "'%s' not included in ENUM",
}
"""The messages of constraints without a ``message``."""
PARAMETERS = {"MIN": 1, "MAX": 1, "PATTERN": 1, "DATE": 1, "SIZE": 2, "ENUM": 1}
"""How many parameters a constraint needs."""


class Constraint(Options):
    """A constraint on a value."""

    type: Annotated[
        Literal["NOT_NULL", "MIN", "MAX", "MAIL", "DATE", "PATTERN", "SIZE", "ENUM"],
        Upper,
    ] = "NOT_NULL"
    parameters: tuple[str, ...] = ()
    """The bound, the pattern, the format of the date, both bounds of the length, or the
    values that are allowed."""
    message: str | None = None
    """For the client; ``%s`` stands for the value, then for the parameters."""

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        needed = PARAMETERS.get(self.type, 0)
        if len(self.parameters) < needed:
            raise refusal(
                [(("parameters",), f"{self.type} needs {needed}, at the least")]
            )
        try:
            check_for(self)
        except (BadPattern, ValueError) as error:
            raise refusal([(("parameters",), str(error))]) from None
        return self


class Rule(Options):
    """A value and its constraint."""

    input: Text
    """Such as ``{#request.headers['x'][0]}``."""
    is_required: Flag = True
    """Whether a value that is not there is refused, too."""
    constraint: Constraint


class RequestValidation(Options):
    """The rules; all of them must hold."""

    scope: Annotated[Literal["REQUEST"], Upper] | None = None
    """Stored by consoles; ``REQUEST_CONTENT`` is refused, since bodies are not read."""
    status: Status = 400
    """Of the refusal."""
    rules: tuple[Rule, ...]


REQUEST_VALIDATION = PolicyType(
    "policy-request-validation",
    "Request validation",
    RequestValidation,
    proxy=("request",),
    message=("request",),
)


def check_for(constraint: Constraint) -> Callable[[str], bool]:
    """
    Make the check of a constraint.

    :raises ValueError: when its parameters cannot be used.
    """
    given = constraint.parameters
    if constraint.type == "PATTERN":
        return Pattern(given[0]).found_in
    if constraint.type == "ENUM":
        return frozenset(given).__contains__
    if constraint.type == "SIZE":
        least, most = int(given[0]), int(given[1])
        return lambda value: least <= len(value) <= most
    if constraint.type in ("MIN", "MAX"):
        bound, sign = float(given[0]), 1 if constraint.type == "MIN" else -1
        return lambda value: bool(
            _NUMBER.fullmatch(value) and sign * (float(value) - bound) >= 0
        )
    if constraint.type == "DATE":
        return _dates(given[0])
    if constraint.type == "MAIL":
        return lambda value: len(value) <= 320 and bool(_MAIL.fullmatch(value))
    return lambda value: True


def _dates(form: str) -> Callable[[str], bool]:
    """Make the check of a Java date format with numeric parts."""
    python = form.replace("%", "%%").replace("'", "")
    for java, ours in _DATE_PARTS.items():
        python = python.replace(java, ours)

    def is_date(value: str) -> bool:
        try:
            datetime.strptime(value, python)
        except ValueError:
            return False
        return len(value) <= 64

    if re.search(r"(?<!%)[A-Za-z](?![a-z]*')", re.sub(r"%.|T|Z", "", python)):
        raise ValueError(f"the format knows {', '.join(_DATE_PARTS)} only")
    return is_date


@implementer(IPolicy)
class RequestValidationType:
    """Makes ``policy-request-validation`` steps."""

    kind = REQUEST_VALIDATION

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        return Validated(RequestValidation.read(configuration))


class Validated(Policy):
    """A configured ``policy-request-validation`` step."""

    def __init__(self, options: RequestValidation) -> None:
        self._status = options.status
        self._rules = [
            (rule, Template.read(rule.input), check_for(rule.constraint))
            for rule in options.rules
        ]

    def on_request(self, call: Call) -> None:
        """Refuse a request that breaks a rule; the refusal lists all of them."""
        broken: list[Value] = []
        for rule, text, holds in self._rules:
            try:
                value = text.render(call.scope)
            except EvaluationFailed:
                value = None
            absent = value is None or not value.strip()
            if (absent and rule.is_required) or (value and not holds(value)):
                broken.append(_message(rule.constraint, value))
        if broken:
            content = {"message": MESSAGE, "constraints": broken}
            raise Interrupted(
                self._status,
                json.dumps(content, ensure_ascii=False),
                "REQUEST_VALIDATION_INVALID",
                parameters={"violations": broken},
            )


def _message(constraint: Constraint, value: str | None) -> str:
    """Fill in the message of a constraint that a value breaks."""
    message = constraint.message or MESSAGES[constraint.type]
    parts = ["null" if value is None else value, *constraint.parameters]
    pieces = message.split("%s", len(parts))
    filled = [pieces[0]]
    for part, piece in zip(parts, pieces[1:], strict=False):
        filled += [part[:256], piece]
    return "".join(filled)


request_validation = RequestValidationType()
