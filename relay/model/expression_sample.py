"""Evaluation of an expression with a sample of a call, before it is saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from time import thread_time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict

from relay.expression.budget import Budget, TooCostly
from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.json_path import parse_json
from relay.expression.template import Condition, Template
from relay.expression.values import Lookup, Value, name_of
from relay.model.schema.base import Options
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.types.scalars import Integral, Upper

MOST_NAMES = 200
LONGEST_CONTENT = 8_192
"""The longest text of a sample, such as the content of an event, in characters, and
the longest JSON of ``attributes``."""
LONGEST_SAMPLE = 32_768
"""The longest JSON of a sample, in characters."""
LONGEST_EXPRESSION = 4096
"""The longest text, in characters."""
_UNKNOWN = {
    "REQUEST": ("message", "response"),
    "RESPONSE": ("message",),
    "MESSAGE": (),
}
"""The variables that expressions of a phase cannot read."""


def _bounded_json(value: Any) -> Any:
    if len(json.dumps(value, ensure_ascii=False)) > LONGEST_CONTENT:
        raise ValueError(f"must be JSON of at most {LONGEST_CONTENT} characters")
    return value


def _bounded_sample(sample: Sample) -> Sample:
    if len(json.dumps(sample.to_json(), ensure_ascii=False)) > LONGEST_SAMPLE:
        raise ValueError(f"must be JSON of at most {LONGEST_SAMPLE} characters")
    return sample


Bounded = Annotated[str, Field(max_length=LONGEST_CONTENT)]
Texts = Bounded | Annotated[tuple[Bounded, ...], Field(max_length=MOST_NAMES)]
ByName = Annotated[dict[Bounded, Texts], Field(max_length=MOST_NAMES, repr=False)]
Single = Annotated[dict[Bounded, Bounded], Field(max_length=MOST_NAMES, repr=False)]
Attributes = Annotated[
    dict[str, Any],
    Field(max_length=MOST_NAMES, repr=False),
    AfterValidator(_bounded_json),
]


class SampleRequest(Options):
    """The request of a sample."""

    method: Bounded = "GET"
    path: Bounded = "/"
    """The whole path, decoded."""
    context_path: Bounded = ""
    """The beginning of the path by which the API was found."""
    headers: ByName = {}
    params: ByName = {}
    path_params: Single = {}
    scheme: Literal["http", "https"] = "http"
    host: Bounded = "localhost"
    remote_address: Bounded = "127.0.0.1"


class SampleResponse(Options):
    """The head of the response of a sample."""

    status: Annotated[int, Strict(), Integral] = 200
    headers: ByName = {}


class SampleMessage(Options):
    """The event of a sample."""

    id: Bounded | None = None
    type: Bounded | None = None
    topic: Bounded | None = None
    content: Annotated[Bounded, Field(repr=False)] = ""
    headers: Single = {}
    metadata: Single = {}
    attributes: Attributes = {}


class Sample(Options):
    """The variables that an expression is evaluated with."""

    request: SampleRequest = SampleRequest()
    response: SampleResponse | None = None
    message: SampleMessage | None = None
    attributes: Attributes = {}
    """Of the context."""
    properties: Single = {}
    """Of the API."""


class ExpressionToEvaluate(Options):
    """An expression, and a sample of a call."""

    text: Annotated[str, Field(max_length=LONGEST_EXPRESSION)]
    kind: Annotated[Literal["CONDITION", "TEXT"], Upper] = "CONDITION"
    """Whether it must yield a boolean, or may be a text with expressions."""
    phase: Annotated[Literal["REQUEST", "RESPONSE", "MESSAGE"], Upper] = "MESSAGE"
    """Which variables it may read: those of the request, also those of the response, or
    also those of an event."""
    sample: Annotated[Sample, AfterValidator(_bounded_sample)] | None = None
    """Without a sample, the expression is only parsed."""


def evaluate(
    asked: ExpressionToEvaluate, cpu_s: Callable[[], float] = thread_time
) -> dict[str, Any]:
    """
    Parse an expression, and evaluate it with the sample.

    :param cpu_s: returns the CPU time of this thread, in seconds.
    :returns: JSON: ``ok``, whether a definition may contain it, the ``reason`` and the
        ``position`` of an error; with a sample the ``value`` and its ``type``, or the
        ``failure`` of the evaluation.
    :raises Invalid: when the evaluation takes more work than is allowed.
    """
    read = Condition.read if asked.kind == "CONDITION" else Template.read
    try:
        parsed = read(asked.text)
    except BadExpression as error:
        return {"ok": False, "reason": str(error), "position": error.position}
    for root in sorted(parsed.roots.intersection(_UNKNOWN[asked.phase])):
        return {"ok": False, "reason": f"#{root} is not known here"}
    if asked.sample is None:
        return {"ok": True}
    scope = _scope(asked.sample)
    budgeted = parsed.metered(Budget(cpu_s))
    try:
        if isinstance(budgeted, Condition):
            value: Value = budgeted.holds(scope)
        else:
            value = budgeted.evaluate(scope)
    except TooCostly as error:
        raise Invalid((Issue(str(error), "text"),)) from None
    except EvaluationFailed as error:
        return {"ok": True, "failure": str(error)}
    return {"ok": True, "type": name_of(value), "value": _shown(value)}


def _shown(value: Value) -> Any:
    """Convert a value to JSON; None for one that has no JSON."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return None


class _Headers(Lookup):
    """Headers by name, in upper or lower case."""

    __slots__ = ("_values",)

    def __init__(self, given: Mapping[str, Texts]) -> None:
        self._values = {name.lower(): one for name, one in _lists(given).items()}

    def get(self, name: str) -> Value:
        return self._values.get(name.lower())

    def names(self) -> list[str]:
        return list(self._values)


class _Attributes(Lookup):
    """Attributes of a call, with or without the prefix of their names."""

    __slots__ = ("_values",)
    _PREFIX = "gravitee.attribute."

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._values = {
            name.removeprefix(self._PREFIX): one for name, one in given.items()
        }

    def get(self, name: str) -> Value:
        value: Value = self._values.get(name.removeprefix(self._PREFIX))
        return value

    def names(self) -> list[str]:
        return list(self._values)


def _lists(given: Mapping[str, Texts]) -> dict[str, list[Value]]:
    return {
        name: [one] if isinstance(one, str) else list(one)
        for name, one in given.items()
    }


def _scope(sample: Sample) -> dict[str, Value]:
    scope: dict[str, Value] = {
        "request": _request(sample.request),
        "context": {"attributes": _Attributes(sample.attributes)},
        "properties": dict(sample.properties),
        "api": {"properties": dict(sample.properties)},
    }
    if sample.response is not None:
        scope["response"] = {
            "status": sample.response.status,
            "headers": _Headers(sample.response.headers),
        }
    if sample.message is not None:
        scope["message"] = _message(sample.message)
    return scope


def _request(given: SampleRequest) -> dict[str, Value]:
    context = given.context_path.rstrip("/")
    path_info = given.path.removeprefix(context)
    return {
        "method": given.method,
        "path": given.path,
        "paths": given.path.split("/"),
        "pathInfo": path_info,
        "pathInfos": path_info.split("/"),
        "contextPath": f"{context}/",
        "uri": given.path,
        "headers": _Headers(given.headers),
        "params": _lists(given.params),
        "pathParams": dict(given.path_params),
        "scheme": given.scheme,
        "host": given.host,
        "remoteAddress": given.remote_address,
        "version": "HTTP_1_1",
    }


def _message(given: SampleMessage) -> dict[str, Value]:
    try:
        content = parse_json(given.content)
    except EvaluationFailed:
        content = None
    return {
        "id": given.id,
        "type": given.type,
        "topic": given.topic,
        "content": given.content,
        "jsonContent": content,
        "contentLength": len(given.content.encode("utf-8", "replace")),
        "headers": dict(given.headers),
        "metadata": dict(given.metadata),
        "attributes": given.attributes,
    }
