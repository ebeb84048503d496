"""The checks of APIs: names of their sources, and heartbeats against timeouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from relay.cli.client import Client
from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.cli.errors import ApiError

PROBED = ("http-proxy", "sse")
"""The types of endpoints that the server can probe."""


def targets(api: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Return the endpoints of an API that have a URL, by name.

    :return: the body of a probe of each.
    """
    for group in api.get("endpointGroups") or ():
        for endpoint in group.get("endpoints") or ():
            configuration = endpoint.get("configuration") or {}
            kind = endpoint.get("type") or group.get("type")
            if kind not in PROBED or not configuration.get("target"):
                continue
            inherits = endpoint.get("inheritConfiguration")
            of = group if inherits else endpoint
            name = "sharedConfiguration" if inherits else "sharedConfigurationOverride"
            yield (
                str(endpoint.get("name")),
                {
                    "type": kind,
                    "configuration": configuration,
                    "sharedConfiguration": of.get(name) or {},
                },
            )


def hosts_of(api: Mapping[str, Any]) -> set[str]:
    """Return the host names of the endpoints of an API."""
    found = set()
    for _, probe in targets(api):
        try:
            host = urlsplit(probe["configuration"]["target"]).hostname
        except ValueError:
            continue
        # An expression has no host before a call.
        if host and "{" not in host:
            found.add(host)
    return found


async def check_heartbeats(
    client: Client, api: Mapping[str, Any], seconds: int
) -> list[Finding]:
    """
    Let the server listen to each endpoint of an API, as a deployed one would.

    :param seconds: how long, from 1 to 50.
    """
    found = []
    for name, probe in targets(api):
        place = f"{api['name']}, endpoint {name}"
        try:
            answer = await client.call(
                "POST", "/endpoints/_probe", body={**probe, "seconds": seconds}
            )
        except ApiError as problem:
            advice = "correct the endpoint, or use a user with the role PUBLISHER"
            found.append(error("heartbeat", f"{place}: {problem.message}", advice))
            continue
        found.append(heartbeat(place, answer["result"]))
    return found


def heartbeat(place: str, result: Mapping[str, Any]) -> Finding:
    """
    Judge the result of a probe.

    :param place: the API and the endpoint, in words.
    """
    proposal = result.get("proposal")
    if proposal is None:
        advice = "see whether the target answers a GET with an event stream"
        return error("heartbeat", f"{place}: {result.get('message')}", advice)
    found = f"{place}: {proposal['reason']}".rstrip(".")
    advice = f"set idleTimeout to {proposal['idleTimeout']}"
    if proposal["changes"]:
        return error("heartbeat", found, advice)
    if not proposal["measured"]:
        advice = "listen for longer with --seconds"
        return warning("heartbeat", found, advice)
    return ok("heartbeat", found)
