"""``policy-request-validation``: validates values of a request."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import BadPattern, Pattern
from relay.expression.template import Template
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.scalars import Flag, Upper
from relay.model.schema.texts import Status, Text
from relay.policies.call import Call, Interrupted
from relay.policies.interfaces import IPolicy, Policy, PolicyContext

_MAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
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
PARAMETERS = {"MIN": 1, "MAX": 1, "PATTERN": 1, "DATE": 1, "SIZE": 2, "ENUM": 1}
"""How many parameters a constraint needs."""


class Constraint(Options):
    """What a value must be."""

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
    """One value and what it must be."""

    input: Text
    """Such as ``{#request.headers['x'][0]}``."""
    is_required: Flag = True
    """Whether a value that is not there is refused, too."""
    constraint: Constraint


class RequestValidation(Options):
    """The rules; all of them must hold."""

    scope: Annotated[Literal["REQUEST"], Upper] | None = None
    """Kept from older definitions. Bodies are not looked at."""
    status: Status = 400
    """Of the refusal."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]


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
        return Pattern(given[0]).matches
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
    """One step."""

    def __init__(self, options: RequestValidation) -> None:
        self._status = options.status
        self._rules = [
            (rule, Template.read(rule.input), check_for(rule.constraint))
            for rule in options.rules
        ]

    def on_request(self, call: Call) -> None:
        """Refuse a request that breaks a rule."""
        for rule, text, holds in self._rules:
            try:
                value = text.render(call.scope)
            except EvaluationFailed:
                value = None
            if value is None or value == "":
                if rule.is_required:
                    raise self._broken(rule, "")
            elif not holds(value):
                raise self._broken(rule, value)

    def _broken(self, rule: Rule, value: str) -> Interrupted:
        constraint = rule.constraint
        message = constraint.message
        if message is None:
            message = f"A value is not as it must be ({constraint.type})"
        for part in (value, *constraint.parameters):
            message = message.replace("%s", part[:256], 1)
        return Interrupted(self._status, message, "REQUEST_VALIDATION_INVALID")


request_validation = RequestValidationType()
