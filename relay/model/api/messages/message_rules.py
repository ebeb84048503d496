"""Rules between the members of the definition of a MESSAGE API.

Options that act on single proxied calls have no effect on a channel and are refused.
As in :mod:`relay.model.api.rules`, a rule skips values that lack the shape it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relay.model.api.kinds import EndpointType, EntrypointType
from relay.model.api.rules import objects
from relay.model.schema.errors import Issue, join
from relay.model.schema.types.scalars import decoded


def is_message_api(body: Mapping[str, Any]) -> bool:
    """Whether the ``type`` of a body is ``MESSAGE``."""
    return _upper(body.get("type")) == "MESSAGE"


def check(
    body: Mapping[str, Any],
    endpoints: Mapping[str, EndpointType],
    entrypoints: Mapping[str, EntrypointType],
) -> Iterator[Issue]:
    """Check the rules between the members of the body of a MESSAGE API.

    :param body: as it was sent.
    :param endpoints: the kinds of endpoints, by id.
    :param entrypoints: the kinds of entrypoints, by id.
    """
    yield from _guarantees(body, entrypoints)
    for at, listener in objects(body, "listeners"):
        if _object(listener.get("requestValidation")).get("allowTrace") is True:
            yield Issue(
                f"{_FOR_PROXY}: no entrypoint takes TRACE",
                join(at, "requestValidation", "allowTrace"),
            )
    yield from _publishers(body, endpoints, entrypoints)
    for position, (at, group) in enumerate(objects(body, "endpointGroups")):
        if position:
            yield Issue("a MESSAGE API has one endpoint group", at)
        yield from _load_balancer(at, group)
        yield from _endpoints(at, group, endpoints)
        yield from _failover(at, group)
        yield from _checks(at, group)
        for where, endpoint in objects(group, "endpoints", at):
            yield from _checks(where, endpoint)
    if _object(body.get("failover")).get("enabled") is True:
        yield Issue(f"{_FOR_PROXY}: {_MODE}", "failover.enabled")


_FOR_PROXY = "is for PROXY APIs"
_MODE = (
    "sharedConfiguration.channel.mode sets how the endpoints of a MESSAGE API are used"
)


def _checks(at: str, member: Mapping[str, Any]) -> Iterator[Issue]:
    """Refuse health checks: a channel monitors its own source."""
    check = _object(_object(member.get("services")).get("healthCheck"))
    if check and check.get("enabled") is not False:
        yield Issue(
            f"{_FOR_PROXY}: a channel shows the health of its source by itself",
            join(at, "services", "healthCheck"),
        )


def _guarantees(
    body: Mapping[str, Any], entrypoints: Mapping[str, EntrypointType]
) -> Iterator[Issue]:
    for at, listener in objects(body, "listeners"):
        for where, entrypoint in objects(listener, "entrypoints", at):
            qos = entrypoint.get("qos")
            kind = _kind(entrypoint, entrypoints)
            given = "NONE and AUTO"
            unfit = ["AT_MOST_ONCE", "AT_LEAST_ONCE"]
            if kind and kind.listener == "SUBSCRIPTION":
                given = "NONE, AUTO and AT_LEAST_ONCE"
                unfit.remove("AT_LEAST_ONCE")
            if _upper(qos) in unfit:
                yield Issue(f"is not supported, only {given}", join(where, "qos"), qos)


def _publishers(
    body: Mapping[str, Any],
    endpoints: Mapping[str, EndpointType],
    entrypoints: Mapping[str, EntrypointType],
) -> Iterator[Issue]:
    """Refuse publishing entrypoints of groups that read a source."""
    groups = [group for _, group in objects(body, "endpointGroups")]
    source = _kind(groups[0], endpoints) if groups else None
    if source is None or source.published or source.takes_publications:
        return
    fit = ", ".join(
        kind.id
        for kind in endpoints.values()
        if kind.published or kind.takes_publications
    )
    for at, listener in objects(body, "listeners"):
        for where, entrypoint in objects(listener, "entrypoints", at):
            kind = _kind(entrypoint, entrypoints)
            if kind and kind.publishes(_configuration(entrypoint)):
                yield Issue(
                    f"publishing needs an endpoint group of type [{fit}]: the events"
                    f" of type [{source.id}] come from a source of its own",
                    join(where, "type"),
                    kind.id,
                )


def _load_balancer(at: str, group: Mapping[str, Any]) -> Iterator[Issue]:
    balancer = group.get("loadBalancer")
    kind = balancer.get("type") if isinstance(balancer, Mapping) else None
    if _upper(kind) not in ("", "ROUND_ROBIN"):
        yield Issue(
            f"{_FOR_PROXY}: {_MODE}",
            join(at, "loadBalancer", "type"),
            kind,
        )


def _endpoints(
    at: str, group: Mapping[str, Any], endpoints: Mapping[str, EndpointType]
) -> Iterator[Issue]:
    kind = _kind(group, endpoints)
    for position, (where, endpoint) in enumerate(objects(group, "endpoints", at)):
        if position and kind and kind.alone:
            yield Issue(f"a group of type [{kind.id}] has one endpoint", where)
        if "channel" in _object(endpoint.get("sharedConfigurationOverride")):
            yield Issue(
                "belongs into the group's sharedConfiguration: a channel is read"
                " from all endpoints of its group",
                join(where, "sharedConfigurationOverride", "channel"),
            )
        weight = endpoint.get("weight")
        if isinstance(weight, int | float) and weight > 1:
            yield Issue(
                "has no effect in a MESSAGE API: its endpoints are used in their order",
                join(where, "weight"),
                weight,
            )


def _failover(at: str, group: Mapping[str, Any]) -> Iterator[Issue]:
    """Refuse endpoints of a failover group whose ``resume`` differs."""
    channel = _object(_object(group.get("sharedConfiguration")).get("channel"))
    if group.get("type") != "sse" or channel.get("mode") == "merge":
        return
    wanted: list[object] = []
    for where, endpoint in objects(group, "endpoints", at):
        resume = _configuration(endpoint).get("resume") or "verify"
        wanted.append(resume)
        if resume != wanted[0]:
            yield Issue(
                f"must be [{wanted[0]}] as of the first endpoint: in the mode failover"
                " one goes on where another left off",
                join(where, "configuration", "resume"),
                resume if isinstance(resume, str) else None,
            )


def _kind(member: Mapping[str, Any], kinds: Mapping[str, Any]) -> Any:
    kind = member.get("type")
    return kinds.get(kind) if isinstance(kind, str) else None


def _configuration(member: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(member.get("configuration"))


def _object(value: object) -> Mapping[str, Any]:
    """Return an object, decoded if it is a string; an empty one if it is neither."""
    try:
        value = decoded(value)
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _upper(value: object) -> str:
    return value.upper().replace("-", "_") if isinstance(value, str) else ""
