"""The bodies of PATCH: JSON merge patches (RFC 7396) and JSON Patches (RFC 6902)."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import jsonpatch
from jsonpointer import JsonPointer, JsonPointerException

from relay.management.http.errors import BadRequest
from relay.model.schema.errors import Invalid, Issue
from relay.model.schema.json_limits import find_unstorable

MOST_OPERATIONS = 1000
MOST_COPIED = 1_000_000
"""How many values and characters the operations of one patch may copy."""

_MEMBERS = {
    "add": ("path", "value"),
    "remove": ("path",),
    "replace": ("path", "value"),
    "move": ("path", "from"),
    "copy": ("path", "from"),
    "test": ("path", "value"),
}
"""The operations, and the members that each one needs."""


class Patch(Protocol):
    """The interface of both kinds."""

    def check(self, read_only: Collection[str], hint: str) -> None:
        """
        :param read_only: the members that it must not change.
        :param hint: what to do instead.
        :raises BadRequest: naming every change of such a member.
        """

    def apply(
        self, stored: Mapping[str, Any], shown: Mapping[str, Any]
    ) -> dict[str, Any]:
        """
        Apply it to an object, which is not changed.

        :param stored: the members that the object has in the store.
        :param shown: the object as clients get it: with defaults, and with members that
            are read-only.
        :returns: ``stored``, with the members that the patch changes.
        :raises BadRequest: when it cannot be applied.
        """


class MergePatch:
    """
    A merge patch.

    :param body: members to set, and None for members to remove.
    :raises BadRequest: when it is no object.
    """

    def __init__(self, body: object) -> None:
        if not isinstance(body, dict):
            raise BadRequest("A merge patch must be a JSON object", "patch.invalid")
        self._members = body

    def check(self, read_only: Collection[str], hint: str) -> None:
        """Refuse members that are read-only."""
        _refuse([(name, name) for name in self._members if name in read_only], hint)

    def apply(
        self, stored: Mapping[str, Any], shown: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Merge it into what is stored."""
        merged: dict[str, Any] = _merged(stored, self._members)
        return merged


class JsonPatch:
    """
    A JSON Patch, whose paths are those of the object as clients get it.

    :param body: a list of operations.
    :raises BadRequest: when it is none, or has more than :data:`MOST_OPERATIONS`.
    """

    def __init__(self, body: object) -> None:
        if not isinstance(body, list):
            raise BadRequest("A JSON Patch must be a JSON array", "patch.invalid")
        if len(body) > MOST_OPERATIONS:
            raise BadRequest(
                f"A JSON Patch may have {MOST_OPERATIONS} operations, this one has "
                f"{len(body)}",
                "patch.invalid",
            )
        issues = [
            Issue(f"Operation {number}: {problem}", f"[{number}]")
            for number, one in enumerate(body)
            if (problem := _problem(one))
        ]
        if issues:
            raise BadRequest(issues[0].message, "patch.invalid", issues=issues)
        self._operations = body

    def check(self, read_only: Collection[str], hint: str) -> None:
        """Refuse operations that change members that are read-only."""
        _refuse(
            [
                (name, f"[{number}].{member}")
                for number, operation in enumerate(self._operations)
                for member, name in _changed(operation)
                if name in read_only
            ],
            hint,
        )

    def apply(
        self, stored: Mapping[str, Any], shown: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Apply the operations one after the other, to a copy of what is shown."""
        document = copy.deepcopy(dict(shown))
        left = MOST_COPIED
        for number, operation in enumerate(self._operations):
            try:
                if operation["op"] == "copy":
                    source = JsonPointer(operation["from"]).resolve(document)
                    left -= _weight(source, left)
                    if left < 0:
                        raise _failed(number, operation, "the patch copies too much")
                jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
            except jsonpatch.JsonPatchTestFailed:
                raise _failed(number, operation, "the value is another one") from None
            except (
                jsonpatch.JsonPatchException,
                JsonPointerException,
            ):
                reason = "the object has nothing at this place"
                raise _failed(number, operation, reason) from None
            except RecursionError:
                raise _failed(number, operation, "too many levels") from None
        if problems := find_unstorable(document):
            raise Invalid(problems)
        changed = dict(stored)
        for operation in self._operations:
            for _, name in _changed(operation):
                if name in document:
                    changed[name] = document[name]
                else:
                    changed.pop(name, None)
        return changed


def _merged(target: object, patch: object) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result


def _refuse(found: list[tuple[str, str]], hint: str) -> None:
    """
    :param found: names of members that must not be changed, with their locations.
    """
    issues = [
        Issue(f"Field '{name}' cannot be patched: {hint}", location)
        for name, location in found
    ]
    if issues:
        raise BadRequest(issues[0].message, "patch.fieldNotAllowed", issues=issues)


def _problem(operation: object) -> str | None:
    """Return what is wrong with the form of an operation; None for a right one."""
    if not isinstance(operation, dict):
        return "must be a JSON object"
    needed = _MEMBERS.get(str(operation.get("op")))
    if needed is None:
        return f"op must be one of {', '.join(_MEMBERS)}"
    for name in needed:
        if name not in operation:
            return f"{name} is missing"
        if name == "value":
            continue
        pointer = operation[name]
        try:
            parts = JsonPointer(pointer).parts if isinstance(pointer, str) else None
        except JsonPointerException:
            parts = None
        if parts is None:
            return f"{name} must be a JSON Pointer, such as /name"
        if not parts and operation["op"] != "test":
            return f"{name} must be that of a member: PUT replaces the whole object"
    if operation["op"] == "move" and operation["path"].startswith(
        operation["from"] + "/"
    ):
        return "a value cannot be moved into itself"
    return None


def _changed(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the members of the object that an operation changes, each with the name of
    the member of the operation that names it."""
    names = {"test": (), "move": ("from", "path")}.get(operation["op"], ("path",))
    return [(name, JsonPointer(operation[name]).parts[0]) for name in names]


def _failed(number: int, operation: Mapping[str, Any], reason: str) -> BadRequest:
    places = " from ".join(
        str(operation[name]) for name in ("path", "from") if name in operation
    )
    message = f"Operation {number}, {operation['op']} {places}: {reason}"
    location = f"[{number}].path"
    return BadRequest(
        message, "patch.failed", issues=[Issue(message, location, operation["path"])]
    )


def _weight(value: object, most: int) -> int:
    """Count the values and the characters of a value, not far beyond a bound."""
    total, open = 0, [value]
    while open and total <= most:
        one = open.pop()
        total += 1
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, list):
            open += one
        elif isinstance(one, dict):
            total += sum(map(len, one))
            open += one.values()
    return total
