"""Rules between the members of an API definition.

They check the body as it was sent, not the definition read from it, so that their
problems are reported together with those of single members. Values that lack the shape
that a rule needs are skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relay.model.api.listener import listener_type
from relay.model.schema.errors import Issue, join
from relay.model.schema.types import paths
from relay.model.schema.types.scalars import decoded

Members = Iterator[tuple[str, Mapping[str, Any]]]
"""Locations and objects."""


def objects(body: Mapping[str, Any], name: str, at: str = "") -> Members:
    """Iterate over the objects of a list.

    :param body: the object with the list.
    :param name: the key of the list.
    :param at: the location of ``body``.
    """
    items = body.get(name)
    if isinstance(items, list):
        for position, item in enumerate(items):
            if isinstance(item, Mapping):
                yield join(at, name, position), item


def check(body: Mapping[str, Any]) -> Iterator[Issue]:
    """Check the rules between the members of an API body."""
    yield from _listeners(body)
    yield from _groups(body)
    yield from _names(body)


def _listeners(body: Mapping[str, Any]) -> Iterator[Issue]:
    if body.get("listeners") == []:
        yield Issue("at least one listener is required", "listeners")
    seen: set[str] = set()
    for at, listener in objects(body, "listeners"):
        yield from _repeated(at, listener, "Listener", seen)
        kind = listener_type(listener)
        if kind in ("TCP", "KAFKA"):
            continue
        if kind != "SUBSCRIPTION":
            yield from _paths(at, listener)
        yield from _entrypoints(at, listener)
        if kind == "SUBSCRIPTION" and str(body.get("type")).upper() == "PROXY":
            yield Issue(
                "SUBSCRIPTION listeners are for MESSAGE APIs", join(at, "type"), kind
            )


def _paths(at: str, listener: Mapping[str, Any]) -> Iterator[Issue]:
    given = listener.get("paths")
    at = join(at, "paths")
    if given is None or given == []:
        yield Issue("HTTP listener requires a minimum of one path", at)
    elif isinstance(given, list):
        yield from paths.check(map(_key, given), at)


def _key(path: object) -> paths.Key | None:
    if not isinstance(path, Mapping):
        return None
    host, text = path.get("host"), path.get("path")
    text = "/" if text is None else text
    if isinstance(text, str) and (host is None or isinstance(host, str)):
        return host, text
    return None


def _entrypoints(at: str, listener: Mapping[str, Any]) -> Iterator[Issue]:
    if not listener.get("entrypoints"):
        yield Issue("at least one entrypoint is required", join(at, "entrypoints"))
    seen: set[str] = set()
    for where, entrypoint in objects(listener, "entrypoints", at):
        yield from _repeated(where, entrypoint, "Entrypoint", seen)


def _repeated(
    at: str, member: Mapping[str, Any], what: str, seen: set[str]
) -> Iterator[Issue]:
    kind = member.get("type")
    if not isinstance(kind, str):
        return
    if kind.upper() in seen:
        yield Issue(f"{what} type [{kind}] is duplicated", join(at, "type"), kind)
    seen.add(kind.upper())


def _groups(body: Mapping[str, Any]) -> Iterator[Issue]:
    if body.get("endpointGroups") == []:
        yield Issue("at least one endpoint group is required", "endpointGroups")
    for at, group in objects(body, "endpointGroups"):
        if not group.get("endpoints"):
            yield Issue("at least one endpoint is required", join(at, "endpoints"))
        for where, endpoint in objects(group, "endpoints", at):
            kind, wanted = endpoint.get("type"), group.get("type")
            if isinstance(kind, str) and isinstance(wanted, str) and kind != wanted:
                yield Issue(
                    f"must be the type of its group [{wanted}]",
                    join(where, "type"),
                    kind,
                )
            if endpoint.get("inheritConfiguration") is True and not _has_shared(group):
                yield Issue(
                    "cannot inherit: the group has no sharedConfiguration",
                    join(where, "inheritConfiguration"),
                    True,
                )


def _has_shared(group: Mapping[str, Any]) -> bool:
    try:
        return decoded(group.get("sharedConfiguration")) is not None
    except ValueError:
        return True


def _names(body: Mapping[str, Any]) -> Iterator[Issue]:
    seen: set[str] = set()
    for at, group in objects(body, "endpointGroups"):
        yield from _name(at, group, seen)
        for where, endpoint in objects(group, "endpoints", at):
            yield from _name(where, endpoint, seen)


def _name(at: str, member: Mapping[str, Any], seen: set[str]) -> Iterator[Issue]:
    name = member.get("name")
    if not isinstance(name, str):
        return
    if ":" in name:
        yield Issue("must not contain a colon", join(at, "name"), name)
    if name in seen:
        yield Issue(
            f"the name [{name}] is used by another group or endpoint of the API",
            join(at, "name"),
            name,
        )
    seen.add(name)
