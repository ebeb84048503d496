"""The paths of a description: the flows and the path mappings of an API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.dialects.members import Found, Members
from relay.dialects.openapi.references import References
from relay.model.schema.errors import join

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_PARAMETER = re.compile(r"\{([^{}/]*)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a description."""

    path: str
    """With ``:name`` for each parameter."""
    method: str
    at: str
    name: str | None
    security: Found | None
    """Its own requirements; None for those of the whole description."""


def read_operations(document: Members, references: References) -> list[Operation]:
    """List the operations of a description."""
    report = document.report
    paths = document.take("paths")
    operations: list[Operation] = []
    if paths is None:
        return operations
    if not isinstance(paths.value, Mapping):
        report.refuse(paths.at, "must be an object")
        return operations
    for key, value in paths.value.items():
        if key.startswith("x-"):
            continue
        found = Found(value, join(paths.at, key))
        path = _path(key, found, document)
        try:
            item = references.resolved(found)
        except LookupError as problem:
            report.refuse(join(found.at, "$ref"), str(problem))
            continue
        if not isinstance(item.value, Mapping):
            report.refuse(item.at, "must be an object")
            continue
        _refuse_servers(item, document)
        for method in _METHODS:
            operation = item.value.get(method)
            at = join(item.at, method)
            if isinstance(operation, Mapping):
                operations.append(_operation(path, method, operation, at))
                _refuse_servers(Found(operation, at), document)
            elif operation is not None:
                report.refuse(at, "must be an object")
    return operations


def _operation(path: str, method: str, value: Mapping[str, Any], at: str) -> Operation:
    name = value.get("operationId") or value.get("summary")
    security = value.get("security")
    return Operation(
        path,
        method.upper(),
        at,
        name if isinstance(name, str) else None,
        None if security is None else Found(security, join(at, "security")),
    )


def _refuse_servers(found: Found, document: Members) -> None:
    if found.value.get("servers"):
        document.report.refuse(
            join(found.at, "servers"),
            "calls go to the servers of the whole description",
        )


def _path(key: str, found: Found, document: Members) -> str:
    parts = []
    for part in key.split("/"):
        name = _PARAMETER.search(part)
        if name is None:
            parts.append(part)
            continue
        if name[0] != part:
            document.report.warn(
                found.at, f"the parameter {name[1]} stands for the whole of [{part}]"
            )
        parts.append(f":{name[1]}")
    return "/".join(parts)


def make_flows(operations: list[Operation], document: Members) -> list[dict[str, Any]]:
    """Make a flow without steps for each operation."""
    flows = []
    for number, operation in enumerate(operations):
        at = join("flows", number)
        document.report.origins.put(at, operation.at)
        document.report.origins.put(f"{at}.selectors[0].path", operation.at)
        flows.append(
            {
                "name": operation.name or f"{operation.method} {operation.path}",
                "enabled": True,
                "selectors": [
                    {
                        "type": "HTTP",
                        "path": operation.path,
                        "pathOperator": "EQUALS",
                        "methods": [operation.method],
                    }
                ],
                "request": [],
                "response": [],
            }
        )
    return flows
