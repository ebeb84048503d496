"""The OpenAPI document: paths, and the components that they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from relay import __version__
from relay.management.http.routing import routes_of
from relay.management.openapi.examples import illustrate
from relay.management.openapi.operation import (
    ERRORS,
    Json,
    error_name,
    operation,
    path_of,
)
from relay.management.openapi.tags import TAGS, tag_of
from relay.management.shapes.common import Error
from relay.model.schema.base import Options

SCHEMAS = "#/components/schemas/{model}"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ANNOTATIONS = ("title", "description", "default", "examples")
_GENERIC = re.compile(r"^([A-Za-z]+)_(\w+)_$")
_DESCRIPTION = """The REST API of Relay. Every path is below one origin; the only
organization and environment is `DEFAULT`. Errors have one shape, `Error`, whose
`details` name each mistake of a request with its location.

Roles are `VIEWER`, `PUBLISHER` and `ADMIN`, each with the rights of those before it;
`x-role` is the one that an operation takes. Requests that a page of another site makes
a browser send are refused. A request with the cookie of a session that changes
something also has the header `X-CSRF-Token`."""
_SECURITY: Json = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The name and the password of a user.",
    },
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A personal access token.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "relay_session",
        "description": "The session of the web console; its cookie has the prefix "
        "`__Host-` under HTTPS.",
    },
}


@dataclass(frozen=True, slots=True)
class Section:
    """Families whose paths have one prefix."""

    prefix: str
    """Without a slash at the end."""
    families: tuple[type, ...]


class Types:
    """
    The types of bodies, each of which becomes a schema once.

    The schemas are made together, so that no two types have one name.
    """

    def __init__(self) -> None:
        self._adapters: dict[Any, TypeAdapter[Any]] = {}

    def __call__(self, shape: Any) -> Json:
        """
        Note a type; its schema is filled in by :meth:`fill`.

        :param shape: as pydantic knows types.
        """
        key = repr(shape) if not isinstance(shape, type) else shape
        self._adapters.setdefault(key, TypeAdapter(shape))
        return {"$shape": key}

    def fill(self, part: Any) -> Json:
        """
        Replace the types in a part of the document by their schemas.

        :param part: changed in place.
        :returns: the schemas that others refer to, by name.
        """
        keys = list(self._adapters)
        inputs: list[tuple[int, JsonSchemaMode, TypeAdapter[Any]]] = [
            (number, "validation", self._adapters[key])
            for number, key in enumerate(keys)
        ]
        made, rest = TypeAdapter.json_schemas(inputs, ref_template=SCHEMAS)
        schemas = {key: made[number, "validation"] for number, key in enumerate(keys)}
        _replace(part, schemas)
        named = rest.get("$defs", {})
        _simplify(named)
        _rename([part, named])
        return {_name(name): schema for name, schema in sorted(named.items())}


def _replace(part: Any, schemas: dict[Any, Any]) -> None:
    members = part.items() if isinstance(part, dict) else enumerate(part)
    for key, value in list(members):
        if isinstance(value, dict) and "$shape" in value:
            part[key] = dict(schemas[value["$shape"]])
        elif isinstance(value, dict | list):
            _replace(value, schemas)


def _simplify(named: dict[str, Json]) -> None:
    """Describe that null means an absent member, where it does; leave out the defaults
    of objects and lists, since generators of clients know those of scalars only."""
    names = {one.__name__ for one in _below(Options)}
    for name, schema in named.items():
        required = schema.get("required", ())
        for member, one in schema.get("properties", {}).items():
            if isinstance(one.get("default"), dict | list):
                del one["default"]
            if name in names and member not in required and not _takes_null(one):
                told = {key: one.pop(key) for key in _ANNOTATIONS if key in one}
                schema["properties"][member] = {
                    "anyOf": [one, {"type": "null"}],
                    **told,
                }


def _takes_null(schema: Json) -> bool:
    kinds = [schema, *schema.get("anyOf", ())]
    return any(not kind or kind.get("type") == "null" for kind in kinds) or not (
        {"type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf"} & schema.keys()
    )


def _below(model: type[Any]) -> Iterator[type[Any]]:
    one: type[Any]
    for one in model.__subclasses__():
        yield one
        yield from _below(one)


def _rename(part: Any) -> None:
    """Change the names of generic types in references."""
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            _rename(value)
    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
        at, slash, name = part["$ref"].rpartition("/")
        part["$ref"] = f"{at}{slash}{_name(name)}"


def _name(name: str) -> str:
    """Return the name of a schema, such as ``PlanListing`` of ``Listing_Plan_``."""
    return _GENERIC.sub(r"\2\1", name)


def document(sections: Sequence[Section]) -> Json:
    """
    Make the document, which takes some tenths of a second.

    :param sections: all that is served on one listener.
    """
    types = Types()
    paths: dict[str, Json] = {}
    tags: set[str] = set()
    for section in sections:
        for family in section.families:
            for route in routes_of(family):
                at = path_of(section.prefix, route)
                described = operation(family, route, types)
                paths.setdefault(at, {})[route.verb.lower()] = described
                tags.add(tag_of(family))
    error = types(Error)
    components: Json = {
        "responses": {
            error_name(status): {
                "description": about,
                "content": {"application/json": {"schema": dict(error)}},
            }
            for status, about in ERRORS.items()
        },
        "securitySchemes": _SECURITY,
    }
    made: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "Relay management API",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": "/", "description": "This daemon."}],
        "tags": [
            {
                "name": tag.name,
                "x-displayName": tag.title,
                "description": tag.about,
            }
            for tag in TAGS
            if tag.name in tags
        ],
        "security": [{"basic": []}, {"token": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": components,
    }
    components["schemas"] = types.fill(made)
    illustrate(made)
    return made
