"""Responses of the management API against its OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jsonschema_rs

from relay.management.openapi.operation import Json

_VERBS = ("get", "post", "put", "patch", "delete")
_NO_CONTENT = (204, 304)


class Described:
    """
    The document of a daemon, with which responses are compared.

    :param document: the OpenAPI document.
    """

    def __init__(self, document: Json) -> None:
        self.document = document
        self._validators: dict[tuple[str, str, str, str], Any] = {}

    @cached_property
    def _paths(self) -> list[tuple[re.Pattern[str], str]]:
        """The path templates, those with the fewest parameters first."""
        return [
            (re.compile(re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(path)) + "/?"), path)
            for path in sorted(self.document["paths"], key=lambda one: one.count("{"))
        ]

    def template(self, path: str, method: str) -> str | None:
        """
        Find the template of a path; one that has the method is preferred.

        :param path: of a URL, without a query.
        """
        found = [one for pattern, one in self._paths if pattern.fullmatch(path)]
        having = [one for one in found if method in self.document["paths"][one]]
        return next(iter([*having, *found]), None)

    def check(
        self,
        method: str,
        path: str,
        status: int,
        headers: Mapping[str, str],
        content: bytes,
    ) -> None:
        """
        Compare a response with what is described.

        :param path: of a URL; what is below no described path is not compared.
        :param headers: by names in lower case.
        :raises AssertionError: when the document does not allow the response.
        """
        method = "get" if method == "HEAD" else method.lower()
        path = path.partition("?")[0]
        at = self.template(path, method)
        where = f"{method} {path}: {status}"
        if at is None or status == 405:
            return
        if method not in self.document["paths"][at]:
            raise AssertionError(f"{where}: the method is not described")
        described = self.document["paths"][at][method]["responses"].get(str(status))
        if described is None:
            raise AssertionError(f"{where} is not described: {content[:500]!r}")
        if "$ref" in described:
            name = described["$ref"].rpartition("/")[2]
            described = self.document["components"]["responses"][name]
        kinds = described.get("content", {})
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if not content or status in _NO_CONTENT:
            return
        if kind not in kinds:
            raise AssertionError(f"{where}: {kind} is not among {list(kinds)}")
        if kind == "application/json":
            self._validate(at, method, str(status), kinds[kind]["schema"], content)

    def _validate(
        self, at: str, method: str, status: str, schema: Json, content: bytes
    ) -> None:
        key = (at, method, status, json.dumps(schema))
        if key not in self._validators:
            whole = {**schema, "components": self.document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole)
        problems = [
            f"/{'/'.join(map(str, one.instance_path))}: {one.message[:300]}"
            for one in self._validators[key].iter_errors(json.loads(content))
        ]
        if problems:
            told = "\n  ".join(problems[:10])
            raise AssertionError(f"{method} {at} {status}:\n  {told}")
