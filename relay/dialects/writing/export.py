"""The export of an API: the dialect ``v4-export``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

EXCLUDABLE = ("groups", "members", "metadata", "pages", "plans")
"""The parts that an export can leave out."""
_BESIDE = ("members", "metadata", "pages")
_PICTURES = {"picture": "apiPicture", "background": "apiBackground"}
_LINKS = ("_links", "deploymentState")


def write_export(
    api: Mapping[str, Any],
    plans: Iterable[Mapping[str, Any]],
    exclude: Collection[str] = (),
    export: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Write an API with its plans.

    :param api: the JSON of the management API, with what only the server sets.
    :param plans: the same of its plans.
    :param exclude: the parts to leave out, of :data:`EXCLUDABLE`.
    :param export: when and by what the export was made.
    """
    body = {name: one for name, one in api.items() if name not in _LINKS}
    if "groups" in exclude:
        body.pop("groups", None)
    beside = {name: body.pop(name) for name in _BESIDE if name in body}
    pictures = {_PICTURES[name]: body.pop(name) for name in _PICTURES if name in body}
    found: dict[str, Any] = {} if export is None else {"export": dict(export)}
    found["api"] = body
    if "plans" not in exclude:
        found["plans"] = [dict(plan) for plan in plans]
    found |= {name: one for name, one in beside.items() if name not in exclude}
    return found | pictures
