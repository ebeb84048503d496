"""One route as an operation of the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from pydantic.alias_generators import to_camel

from relay.management.http.answers import JSON, JSON_PATCH, Answer
from relay.management.http.parameters import Parameter, Words
from relay.management.http.request_body import TAKEN
from relay.management.http.routing import Body, Route
from relay.management.openapi.tags import tag_of
from relay.management.shapes.common import DryRun, Operation
from relay.model.schema.descriptions import plain

Json = dict[str, Any]
SchemaOf = Callable[[Any], Json]
"""Returns the schema of a type, as a part of the document."""

ALWAYS = (400, 401, 403, 421, 429, 500, 503)
"""The statuses of errors that every request may have."""
WITH_BODY = (413, 415)
ERRORS: dict[int, str] = {
    400: "The request is malformed, or the state of an object does not allow it.",
    401: "Credentials are missing or wrong.",
    403: "The role of the user does not allow the request, or a page of another site "
    "has sent it.",
    404: "An object that the path or the body names does not exist.",
    409: "The state of the daemon or of the API does not allow the request.",
    412: "The object was changed since the client read it.",
    413: "The body is longer than `management.max_body_bytes`.",
    415: "The media type of the body is not accepted.",
    421: "The name in `Host` is not an allowed one.",
    429: "The address is locked out after wrong passwords.",
    500: "An internal error, which the log has under the incident id.",
    503: "The store or the daemon cannot answer now.",
}
"""What each status of an error means."""
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_SENTENCE = re.compile(r"(?<=[.:;])\s")
_WORD = re.compile(r"[A-Z][a-z0-9]*")
_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of the version that the change is for.",
    "schema": {"type": "string"},
}


def path_of(prefix: str, route: Route) -> str:
    """
    :param prefix: the URL path of the family, without a slash at the end.
    :returns: the path template of a route.
    """
    return prefix + _PART.sub(lambda found: f"{{{to_camel(found[1])}}}", route.path)


def operation(family: type, route: Route, schema_of: SchemaOf) -> Json:
    """
    :param family: whose method answers.
    :param schema_of: returns the schema of a type.
    :returns: the operation of a route.
    """
    summary, description = _texts(route)
    described: Json = {
        "operationId": operation_id(family, route),
        "tags": [tag_of(family)],
        "summary": summary,
        "description": description,
        "x-role": str(route.role),
    }
    if parameters := [*_path_parameters(route), *map(_parameter, route.query)]:
        described["parameters"] = parameters
    if route.versioned:
        described.setdefault("parameters", []).append(_IF_MATCH)
    if route.body is not Body.IGNORED:
        described["requestBody"] = _body(route, schema_of)
    described["responses"] = _responses(route, schema_of)
    if route.public:
        described["security"] = [{}]
    return described


def operation_id(family: type, route: Route) -> str:
    """Return the unique name of a route."""
    words = "_".join(word.lower() for word in _WORD.findall(family.__name__))
    return f"{words}_{route.name}"


def _texts(route: Route) -> tuple[str, str]:
    text = plain(route.about)
    summary, *rest = _SENTENCE.split(text, maxsplit=1)
    description = " ".join([*rest, f"Role: {route.role}."])
    return summary.rstrip(".:;"), description[:1].upper() + description[1:]


def _path_parameters(route: Route) -> Iterator[Json]:
    for name in _PART.findall(route.path):
        yield {
            "name": to_camel(name),
            "in": "path",
            "required": True,
            "description": _about_part(name),
            "schema": {"type": "string", "minLength": 1, "pattern": "^[^/]+$"},
        }


def _about_part(name: str) -> str:
    words = name.split("_")
    if words[-1] != "id":
        return f"The {' '.join(words)}."
    kind = " ".join(words[:-1])
    return f"The id of the {'API' if kind == 'api' else kind}."


def _parameter(declared: Parameter) -> Json:
    described: Json = {
        "name": declared.name,
        "in": "query",
        "required": declared.required,
        "description": declared.about,
        "schema": declared.schema,
    }
    if isinstance(declared, Words):
        described |= {"style": "form", "explode": False}
    return described


def _body(route: Route, schema_of: SchemaOf) -> Json:
    # Null is no body, where none is needed.
    shape = route.reads | None if route.body is Body.OPTIONAL else route.reads
    schema = {} if route.reads is None else schema_of(shape)
    content = {kind: {"schema": schema} for kind in TAKEN.get(route.body, (JSON,))}
    if route.body is Body.PATCH:
        content[JSON_PATCH] = {"schema": schema_of(tuple[Operation, ...])}
    return {"required": route.body is not Body.OPTIONAL, "content": content}


def _responses(route: Route, schema_of: SchemaOf) -> Json:
    responses: Json = {}
    for status, answer in sorted(_answers(route).items()):
        responses[str(status)] = _response(status, answer, schema_of)
    for status in sorted(_errors(route)):
        # A route may describe an error of its own, such as a body that is no error's.
        responses.setdefault(
            str(status), {"$ref": f"#/components/responses/{error_name(status)}"}
        )
    return dict(sorted(responses.items()))


def _answers(route: Route) -> Mapping[int, Answer]:
    """Return the responses that a route declares, and those of its dry runs."""
    answers = dict(route.answers or {})
    if route.no_dry_run is None:
        done = answers.get(200)
        if done is None:
            answers[200] = Answer({JSON: DryRun}, "Nothing was changed: a dry run.")
        else:
            shape = done.content.get(JSON)
            either = DryRun if shape is None else shape | DryRun
            answers[200] = Answer({**done.content, JSON: either}, done.about)
    return answers


def _errors(route: Route) -> Iterable[int]:
    statuses = {*ALWAYS, *route.refuses, *WITH_BODY}
    if route.public:
        statuses -= {401} - route.refuses
    if "<" in route.path:
        statuses.add(404)
    if route.versioned:
        statuses.add(412)
    return statuses


def _response(status: int, answer: Answer, schema_of: SchemaOf) -> Json:
    described: Json = {"description": answer.about or HTTPStatus(status).phrase}
    if status == 201:
        described["headers"] = {
            "Location": {
                "description": "The URL of the new object, if it has one.",
                "schema": {"type": "string", "format": "uri-reference"},
            }
        }
    if answer.content:
        described["content"] = {
            kind: {"schema": {} if shape is None else schema_of(shape)}
            for kind, shape in answer.content.items()
        }
    return described


def error_name(status: int) -> str:
    """Return the name of the response of an error."""
    return HTTPStatus(status).phrase.replace(" ", "")
