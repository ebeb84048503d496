"""Descriptions as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.dialects.draft import Draft, Origins
from relay.dialects.finding import Finding, Refused
from relay.dialects.members import Found, Made, Members, Report
from relay.dialects.openapi.operations import (
    Operation,
    make_flows,
    read_operations,
)
from relay.dialects.openapi.references import References
from relay.dialects.openapi.security import Plans
from relay.dialects.openapi.servers import context_path, make_group, read_servers
from relay.model.schema.errors import join

NAME = "openapi"
"""The name of the dialect."""
_VERSIONS = ("3.0", "3.1")
_EXTENSION = "xGraviteeioDefinition"
"""The extension ``x-graviteeio-definition``, as members are named here."""
_OF_EXTENSION = (
    "categories",
    "groups",
    "labels",
    "picture",
    "properties",
    "tags",
    "visibility",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a description is imported besides its servers and security."""

    flows: bool = False
    """A flow without steps for each operation."""
    path_mappings: bool = False
    """A path mapping for each path."""
    base: str = ""
    """The URL of the description, which the URLs of its servers may be relative to."""


def read_description(
    document: object, wanted: Wanted = Wanted(), at: str = ""
) -> Draft:
    """
    Make a PROXY API of a description.

    :param document: a decoded JSON or YAML value.
    :param at: its location in the file.
    :raises Refused: when it is no description of OpenAPI 3.0 or 3.1, or has no server.
    """
    whole = _checked(document, at)
    report = Report(Origins(at))
    members = Members(whole, at, report)
    references = References(whole, at)
    body = Made("", report)
    body.value |= {"definitionVersion": "V4", "type": "PROXY"}
    _info(body, members)
    urls = read_servers(members, wanted.base)
    if not urls:
        raise Refused(report.findings)
    operations = read_operations(members, references)
    labels = [
        str(tag.value["name"])
        for tag in members.items("tags")
        if isinstance(tag.value, Mapping) and tag.value.get("name")
    ]
    if labels:
        body.set("labels", list(dict.fromkeys(labels)), join(at, "tags"))
    body.value["listeners"] = [_listener(body, urls, operations, members, wanted)]
    body.set("endpointGroups", [make_group(urls, members)], join(at, "servers"))
    if wanted.flows and operations:
        body.value["flows"] = make_flows(operations, members)
    _extension(body, members)
    plans = Plans(members, references).propose(
        members.take("security"),
        [one.security for one in operations],
    )
    return Draft("api", NAME, body.value, plans, report.origins, report.findings)


def _checked(document: object, at: str) -> Mapping[str, Any]:
    if not isinstance(document, Mapping):
        raise Refused([Finding(at, "severe", "must be an object")])
    if "swagger" in document:
        why = "OpenAPI 2 (Swagger) is not read: convert the description to OpenAPI 3"
        raise Refused([Finding(join(at, "swagger"), "severe", why)])
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith(
        tuple(f"{one}." for one in _VERSIONS)
    ):
        why = f"must be a version of OpenAPI {' or '.join(_VERSIONS)}"
        raise Refused([Finding(join(at, "openapi"), "severe", why)])
    return document


def _info(body: Made, members: Members) -> None:
    info = members.object("info")
    if info is None:
        info = Members({}, join(members.at, "info"), members.report)
    members.report.origins.put("name", join(info.at, "title"))
    members.report.origins.put("apiVersion", join(info.at, "version"))
    body.copy(info, "name", "title")
    body.copy(info, "apiVersion", "version")
    body.copy(info, "description", "summary")


def _listener(
    body: Made,
    urls: list[Found],
    operations: list[Operation],
    members: Members,
    wanted: Wanted,
) -> dict[str, Any]:
    at = urls[0].at
    listener = Made("listeners[0]", members.report, at)
    path = {"path": context_path(urls, body.value.get("name"))}
    listener.value |= {
        "type": "HTTP",
        "paths": [path],
        "entrypoints": [{"type": "http-proxy"}],
    }
    members.report.origins.put("listeners[0].paths[0].path", at)
    if wanted.path_mappings:
        mappings = dict.fromkeys(one.path for one in operations)
        listener.set("pathMappings", list(mappings), join(members.at, "paths"))
    return listener.value


def _extension(body: Made, members: Members) -> None:
    """Read the extension by which descriptions have members of an API."""
    extension = members.object(_EXTENSION)
    if extension is None:
        return
    body.copy_all(extension, *_OF_EXTENSION)
    hosts = extension.objects("virtualHosts")
    if hosts:
        paths = []
        for number, host in enumerate(hosts):
            path = Made(f"listeners[0].paths[{number}]", members.report, host.at)
            path.copy(host, "host")
            path.copy(host, "path")
            path.copy(host, "overrideAccess", "overrideEntrypoint")
            host.finish()
            paths.append(path.value)
        body.value["listeners"][0]["paths"] = paths
    extension.leave_out("is not kept: an API of Relay has none", "metadata")
    extension.finish()
