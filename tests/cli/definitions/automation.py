"""The Automation API in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.web.server import NOT_DONE_YET, Request

from relay.cli.client import AUTOMATION
from relay.cli.definitions.definition import Key
from tests.cli.server import Call, Server

_KINDS = {
    "apis": "api",
    "applications": "application",
    "shared-policy-groups": "shared-policy-group",
}


class Gone(Exception):
    """The client is gone."""


class Automation(Server):
    """
    Objects by their keys.

    An object can only refer to objects that exist.

    :param most: the number of changes after which no call is answered; None for any.
    """

    def __init__(self, most: int | None = None) -> None:
        super().__init__(self._answer)
        self.items: dict[Key, dict[str, Any]] = {}
        self.refused: dict[str, str] = {}
        """The problems of objects, by their hrids."""
        self.most = most
        self.changed: list[str] = []
        """The calls that have changed something."""

    def render(self, request: Request) -> Any:
        """Answer a call, if the client is not gone."""
        try:
            return super().render(request)
        except Gone:
            return NOT_DONE_YET

    def _answer(self, call: Call) -> tuple[int, Any]:
        path = call.path.removeprefix(AUTOMATION)
        if call.method == "GET":
            return 200, self._listed(path)
        if call.method == "DELETE":
            self._check()
            del self.items[self._key(path)]
            self._count(f"DELETE {path}")
            return 204, None
        return 200, self._put(path, call)

    def _listed(self, path: str) -> dict[str, Any]:
        wanted = self._key(path)
        data = [
            body
            for key, body in self.items.items()
            if (key.kind, key.api) == (wanted.kind, wanted.api)
        ]
        return {"data": data, "pagination": {"pageCount": 1}}

    def _put(self, path: str, call: Call) -> dict[str, Any]:
        body: dict[str, Any] = call.body or {}
        key = self._key(f"{path}/{body['hrid']}")
        errors: dict[str, list[str]] = {"severe": [], "warning": []}
        if (problem := self.refused.get(key.hrid)) is not None:
            errors["severe"].append(problem)
        for kind, name in _references(key, body):
            if Key(kind, name) not in self.items:
                errors["severe"].append(f"there is no {kind} {name}")
        changes = [] if self.items.get(key) == body else [{"event": "CHANGED"}]
        if call.query.get("dryRun") == ["true"]:
            return {**body, "errors": errors, "changes": changes}
        if errors["severe"]:
            raise AssertionError(errors)
        if changes:
            self._check()
            self.items[key] = body
            self._count(f"PUT {key}")
        return {**body, "errors": errors}

    def _check(self) -> None:
        if self.most is not None and len(self.changed) >= self.most:
            raise Gone

    def _count(self, line: str) -> None:
        self.changed.append(line)
        self._check()

    def _key(self, path: str) -> Key:
        names = [*path.removeprefix("/").split("/"), ""]
        if len(names) > 3:
            return Key("subscription", names[3], names[1])
        return Key(_KINDS[names[0]], names[1])


def _references(key: Key, body: Mapping[str, Any]) -> list[tuple[str, str]]:
    if key.kind != "subscription":
        return []
    return [("api", key.api), ("application", body["applicationHrid"])]
