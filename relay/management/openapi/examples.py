"""Examples of bodies, made from their schemas."""

from __future__ import annotations

from typing import Any

from relay.management.openapi.operation import Json

_ID = "6f2a7c1e-3b8d-4c55-9a0f-2f1d7a9b4e60"
_API: Json = {
    "definitionVersion": "V4",
    "name": "Prices",
    "apiVersion": "1.0",
    "type": "PROXY",
    "listeners": [
        {
            "type": "HTTP",
            "paths": [{"path": "/prices"}],
            "entrypoints": [{"type": "http-proxy", "configuration": {}}],
        }
    ],
    "endpointGroups": [
        {
            "name": "default",
            "type": "http-proxy",
            "endpoints": [
                {
                    "name": "source",
                    "type": "http-proxy",
                    "configuration": {"target": "https://prices.example/stream"},
                }
            ],
        }
    ],
}
_PLAN: Json = {
    "name": "Keys",
    "mode": "STANDARD",
    "security": {"type": "API_KEY", "configuration": {}},
    "validation": "AUTO",
}
EXAMPLES: dict[str, Any] = {
    "ApiBody": _API,
    "ApplicationDefinition": {"name": "Dashboard", "description": "Shows prices"},
    "ChangedPassword": {"password": "correct horse battery staple"},
    "ChangedUser": {"role": "PUBLISHER"},
    "ConsumerSubscription": {"planId": _ID},
    "DefinitionFile": {"api": _API, "plans": [_PLAN]},
    "DuplicateOptions": {"contextPath": "/prices-copy", "version": "1.1"},
    "Error": {
        "httpStatus": 400,
        "message": "Validation error",
        "technicalCode": "validation",
        "parameters": {},
        "details": [
            {
                "message": "is required",
                "location": "endpointGroups",
                "invalidValue": None,
            }
        ],
    },
    "ExpressionToEvaluate": {
        "text": "{#request.headers['X-Tenant'] == 'a'}",
        "sample": {"request": {"headers": {"X-Tenant": "a"}}},
    },
    "Links": {"self": "http://localhost:8083/management/v2/environments/DEFAULT/apis"},
    "MergePatch": {"description": "Prices of all markets", "labels": None},
    "NewToken": {"name": "ci", "role": "PUBLISHER"},
    "NewUser": {
        "name": "ann",
        "password": "correct horse battery staple",
        "role": "PUBLISHER",
    },
    "PathsToVerify": {"paths": [{"path": "/prices"}]},
    "PlanBody": _PLAN,
    "ProbeRequest": {
        "type": "http-proxy",
        "configuration": {"target": "https://prices.example/stream"},
    },
    "PublisherSubscription": {"applicationId": _ID, "planId": _ID},
    "RollbackRequest": {"deploymentNumber": 3},
    "SearchQuery": {"query": "prices", "statuses": ["STARTED"]},
    "SharedPolicyGroupDefinition": {
        "name": "Limits",
        "apiType": "PROXY",
        "phase": "REQUEST",
        "steps": [],
    },
    "SharedPolicyGroupUpdate": {"name": "Limits of guests"},
    "TryBody": {"method": "GET", "path": "/prices"},
}
"""Of schemas by name; other examples are made from what a schema says."""
_TEXTS = {
    "date-time": "2026-01-31T12:00:00.000Z",
    "uri-reference": "/management/v2/environments/DEFAULT/apis",
}


def illustrate(document: Json) -> None:
    """
    Add an example to every JSON body.

    :param document: whole; changed in place.
    """
    schemas = document["components"]["schemas"]
    bodies = [
        body
        for methods in document["paths"].values()
        for one in methods.values()
        for body in (one.get("requestBody"), *one["responses"].values())
    ]
    for body in [*bodies, *document["components"]["responses"].values()]:
        for kind, content in (body or {}).get("content", {}).items():
            if kind.endswith("json") and content["schema"]:
                content["example"] = sample(content["schema"], schemas)


def sample(schema: Any, schemas: Json, name: str = "") -> Any:
    """
    Make an example.

    :param schema: without loops of required members.
    :param schemas: those that others refer to, by name.
    :param name: of the member.
    """
    if "$ref" in schema:
        named = schema["$ref"].rpartition("/")[2]
        return EXAMPLES.get(named) or sample(schemas[named], schemas, name)
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            forms = [one for one in schema[word] if one.get("type") != "null"]
            return sample(forms[0], schemas, name)
    if schema.get("default") is not None:
        return schema["default"]
    return _of_type(schema, schemas, name)


def _of_type(schema: Json, schemas: Json, name: str) -> Any:
    kind = schema.get("type")
    if kind == "object":
        members = schema.get("properties", {})
        return {
            member: sample(members[member], schemas, member)
            for member in schema.get("required", ())
        }
    if kind == "array":
        if "prefixItems" in schema:
            return [sample(one, schemas) for one in schema["prefixItems"]]
        return [sample(schema["items"], schemas, name)] if schema.get("items") else []
    if kind == "string":
        if name == "id" or name.endswith("Id"):
            return _ID
        text = _TEXTS.get(schema.get("format", ""), name or "text")
        return text.ljust(schema.get("minLength", 0), "x")
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    return kind == "boolean" or None
