"""``policy-request-validation``: validates values of a request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, Strict, model_validator
from twisted.internet.defer import Deferred
from zope.interface import implementer

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.patterns import BadPattern, pattern
from relay.expression.template import Template
from relay.expression.values import Value
from relay.model.api.kinds import PolicyType
from relay.model.schema.base import Options
from relay.model.schema.refusal import refusal
from relay.model.schema.types.keywords import BYTES, INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Integral, Upper
from relay.model.schema.types.texts import BodyText, Status, Text
from relay.policies.call import Call, Interrupted
from relay.policies.contents import MOST_BYTES, with_request_content
from relay.policies.interfaces import IPolicy, Policy, PolicyContext
from relay.policies.security.date_format import date_check

_MAIL = re.compile(r"[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9.-]+\.[A-Za-z]{2,63}")
_NUMBER = re.compile(
    r"[+-]?([0-9]{1,300}(\.[0-9]{0,300})?|\.[0-9]{1,300})([eE][+-]?[0-9]{1,3})?"
)
_PLACE = re.compile(r"%(?:%|(?:([1-9])\$)?s)")
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
    """The type of the constraint."""
    parameters: tuple[Text, ...] = ()
    """The bound, the pattern, the format of the date, both bounds of the length, or the
    values that are allowed: texts."""
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
            fixed_check(self)
        except (BadPattern, ValueError) as error:
            raise refusal([(("parameters",), str(error))]) from None
        return self


class Rule(Options):
    """A value and its constraint."""

    input: BodyText
    """Such as ``{#request.headers['x'][0]}`` or ``{#request.jsonContent.name}``."""
    is_required: Flag = True
    """Whether a value that is not there is refused, too."""
    constraint: Constraint


class RequestValidation(Options):
    """The rules; all of them must hold."""

    scope: Annotated[
        Annotated[Literal["REQUEST", "REQUEST_CONTENT"], Upper] | None, INEFFECTIVE
    ] = None
    """Stored by consoles; has no effect: the body is read if an input needs it."""
    status: Status = 400
    """The status of the refusal."""
    rules: tuple[Rule, ...]
    """The rules."""
    max_body_bytes: Annotated[
        int, Strict(), Field(ge=1, le=MOST_BYTES), Integral, BYTES
    ] = 1_048_576
    """The largest body that an input may read."""


def _reads_body(options: RequestValidation) -> bool:
    return any(_input(rule).reads_body for rule in options.rules)


def _input(rule: Rule) -> Template:
    return Template.read(rule.input, bodies=True)


REQUEST_VALIDATION = PolicyType(
    "policy-request-validation",
    "Request validation",
    RequestValidation,
    proxy=("request",),
    message=("request",),
    reads_body=_reads_body,
    description="Validates headers, parameters and the body of requests.",
)


Check = Callable[[str], bool]
"""Whether a value is good."""


def fixed_check(constraint: Constraint) -> Check | None:
    """
    Make the check of a constraint whose parameters are the same for all calls.

    :return: None if they are not.
    :raises ValueError: when they cannot be used.
    """
    texts = [Template.read(one) for one in constraint.parameters]
    if any(text.roots for text in texts):
        return None
    return check_for(constraint.type, [text.render({}) or "" for text in texts])


def check_for(kind: str, given: Sequence[str]) -> Check:
    """
    Make the check of a constraint.

    :param kind: its type.
    :param given: its parameters.
    :raises ValueError: when they cannot be used.
    """
    if kind == "PATTERN":
        return pattern(given[0]).found_in
    if kind == "ENUM":
        return frozenset(given).__contains__
    if kind == "SIZE":
        least, most = int(given[0]), int(given[1])
        return lambda value: least <= len(value) <= most
    if kind in ("MIN", "MAX"):
        bound, sign = float(given[0]), 1 if kind == "MIN" else -1
        return lambda value: bool(
            _NUMBER.fullmatch(value.strip()) and sign * (float(value) - bound) >= 0
        )
    if kind == "DATE":
        return date_check(given[0])
    if kind == "MAIL":
        return lambda value: len(value) <= 320 and bool(_MAIL.fullmatch(value))
    return lambda value: bool(value.strip())


@implementer(IPolicy)
class RequestValidationType:
    """Makes ``policy-request-validation`` steps."""

    kind = REQUEST_VALIDATION

    def build(self, configuration: dict[str, Any], context: PolicyContext) -> Policy:
        """Build a step."""
        options = RequestValidation.read(configuration)
        if _reads_body(options) and context.api.type != "PROXY":
            raise ValueError("the body of a request can be read in PROXY APIs only")
        return Validated(options)


class Validated(Policy):
    """A configured ``policy-request-validation`` step."""

    def __init__(self, options: RequestValidation) -> None:
        self._status = options.status
        self._rules = [_ReadyRule(rule) for rule in options.rules]
        self._reads_body = _reads_body(options)
        self._most_bytes = options.max_body_bytes

    def on_request(self, call: Call) -> Deferred[None] | None:
        """Refuse a request that breaks a rule; the refusal lists all of them."""
        if self._reads_body:
            return with_request_content(
                call, self._most_bytes, "REQUEST_VALIDATION", self._validate
            )
        self._validate(call.scope)
        return None

    def _validate(self, scope: Scope) -> None:
        broken: list[Value] = []
        for rule in self._rules:
            try:
                message = rule.broken_by(scope)
            except EvaluationFailed:
                # The rules that follow are not checked, as in Gravitee.
                broken.append(
                    f"Unable to evaluate expression: {rule.input} -> It might be"
                    " related to an invalid request body"
                )
                break
            if message is not None:
                broken.append(message)
        if broken:
            content = {"message": MESSAGE, "constraints": broken}
            raise Interrupted(
                self._status,
                json.dumps(content, ensure_ascii=False),
                "REQUEST_VALIDATION_INVALID",
                parameters={"violations": broken},
            )


class _ReadyRule:
    """A rule, ready to be checked."""

    def __init__(self, rule: Rule) -> None:
        constraint = rule.constraint
        self.input = rule.input
        self._text = _input(rule)
        self._is_required = rule.is_required
        self._type = constraint.type
        self._parameters = [Template.read(one) for one in constraint.parameters]
        self._check = fixed_check(constraint)
        self._message = constraint.message or MESSAGES[constraint.type]

    def broken_by(self, scope: Scope) -> str | None:
        """
        Return the message of the rule if a call breaks it.

        :param scope: of the call.
        :raises EvaluationFailed: when the input has no value.
        """
        value = self._text.render(scope)
        if value is None and not self._is_required:
            return None
        parameters = [text.render(scope) or "" for text in self._parameters]
        check = self._check
        if check is None:
            try:
                check = check_for(self._type, parameters)
            except (BadPattern, ValueError):
                # No value is good for parameters that make no sense.
                check = None
        if check is not None and value is not None and check(value):
            return None
        return _filled(self._message, ["null" if value is None else value, *parameters])


def _filled(message: str, parts: Sequence[str]) -> str:
    """
    Fill in the places of a message: ``%s`` for each part in turn, ``%1$s`` for one.

    :param parts: the value and the parameters.
    """
    ordinary = iter(parts)

    def part(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        if place[1] is None:
            return next(ordinary, place[0])[:256]
        number = int(place[1]) - 1
        return parts[number][:256] if number < len(parts) else place[0]

    return _PLACE.sub(part, message)


request_validation = RequestValidationType()
