"""Endpoint groups and endpoints of version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.members import Found, Made, Members
from relay.dialects.v2.health_check import read_health_check
from relay.model.schema.errors import join

_GROUP = "default-group"
"""The name of a group without one."""
_ENDPOINT = "default"
_TYPE = "http-proxy"


def read_groups(
    proxy: Members, services: Members | None, preserve_host: Found | None
) -> list[dict[str, Any]]:
    """
    Convert the groups, or the endpoints that are in none.

    :param services: those of the whole API.
    :param preserve_host: whether the endpoints receive the host of the client.
    """
    groups = proxy.take("groups")
    if "endpoints" in proxy:
        if groups is not None and groups.value:
            proxy.report.refuse(groups.at, "cannot stand beside endpoints")
        whole = [proxy]
    elif groups is None:
        whole = []
    else:
        proxy.report.origins.put("endpointGroups", groups.at)
        whole = [
            members
            for found in proxy.listed(groups)
            if (members := proxy.within(found)) is not None
        ]
    check = services.take("healthCheck", "healthcheck") if services else None
    if services:
        _refuse_services(services)
    made = []
    for number, one in enumerate(whole):
        made.append(_group(one, number, check, preserve_host))
        if one is not proxy:
            one.finish()
    if groups is None:
        proxy.report.origins.put("endpointGroups", join(proxy.at, "groups"))
    return made


def _group(
    members: Members, number: int, check: Found | None, preserve_host: Found | None
) -> dict[str, Any]:
    at = f"endpointGroups[{number}]"
    group = Made(at, members.report, members.at)
    group.set("name", _GROUP, members.at)
    group.copy(members, "name")
    group.value["type"] = _TYPE
    if balancing := members.object("loadBalancing", "loadBalancer"):
        made = Made(f"{at}.loadBalancer", members.report, balancing.at)
        made.copy(balancing, "type")
        balancing.finish()
        group.set("loadBalancer", made.value, balancing.at)
    shared = _shared(members, f"{at}.sharedConfiguration", preserve_host)
    group.set("sharedConfiguration", shared, members.at)
    if services := members.object("services"):
        check = services.take("healthCheck", "healthcheck") or check
        _refuse_services(services)
        services.finish()
    _health_check(group, members, check)
    endpoints = members.take("endpoints")
    listed: list[dict[str, Any]] = []
    group.set("endpoints", listed, endpoints.at if endpoints else members.at)
    for found in members.listed(endpoints) if endpoints else ():
        if (endpoint := members.within(found)) is not None:
            where = f"{at}.endpoints[{len(listed)}]"
            listed.append(_endpoint(endpoint, where, preserve_host))
    return group.value


def _endpoint(members: Members, at: str, preserve_host: Found | None) -> dict[str, Any]:
    endpoint = Made(at, members.report, members.at)
    endpoint.set("name", _ENDPOINT, members.at)
    endpoint.copy(members, "name")
    endpoint.value["type"] = _TYPE
    kind = members.take("type")
    if kind is not None and str(kind.value).lower() not in ("http", _TYPE):
        endpoint.set("type", kind.value, kind.at)
    configuration = Made(f"{at}.configuration", members.report, members.at)
    configuration.copy(members, "target")
    endpoint.value["configuration"] = configuration.value
    endpoint.copy(members, "weight")
    for name, source in (
        ("secondary", "backup"),
        ("inheritConfiguration", "inherit"),
    ):
        if found := members.take(source):
            endpoint.set(name, found.value, found.at)
    if tenant := members.take("tenant"):
        endpoint.set("tenants", [tenant.value], tenant.at)
    endpoint.copy(members, "tenants")
    override = _shared(members, f"{at}.sharedConfigurationOverride", preserve_host)
    if override and not (
        endpoint.value.get("inheritConfiguration") is True
        and set(override) == {"http"}
        and set(override["http"]) == {"propagateClientHost"}
    ):
        endpoint.set("sharedConfigurationOverride", override, members.at)
    _health_check(endpoint, members, members.take("healthcheck", "healthCheck"))
    members.skip("status")
    members.finish()
    return endpoint.value


def _shared(members: Members, at: str, preserve_host: Found | None) -> dict[str, Any]:
    """Convert the options of the client: HTTP, TLS, the proxy and the headers."""
    shared = Made(at, members.report, members.at)
    for name, other in (
        ("http", "httpClientOptions"),
        ("ssl", "httpClientSslOptions"),
        ("proxy", "httpProxy"),
    ):
        shared.copy(members, name, other)
    http = shared.value.get("http")
    if isinstance(http, Mapping):
        # Off is what happens without it; on is refused below the same location.
        shared.value["http"] = {
            key: value
            for key, value in http.items()
            if key != "encodeURI" or value is not False
        }
        if http.get("encodeURI"):
            members.report.refuse(
                members.report.origins.of(join(at, "http", "encodeURI")),
                "paths and queries are sent as they came",
            )
            del shared.value["http"]["encodeURI"]
    _trust(shared, members)
    _headers(shared, members)
    if preserve_host is not None and preserve_host.value not in (None, False):
        options = shared.value.setdefault("http", {})
        if isinstance(options, dict):
            options["propagateClientHost"] = preserve_host.value
            members.report.origins.put(
                f"{at}.http.propagateClientHost", preserve_host.at
            )
    return shared.value


def _trust(shared: Made, members: Members) -> None:
    """Convert the older form of a trust store, which is only its PEM text."""
    ssl = shared.value.get("ssl")
    if not isinstance(ssl, Mapping) or "pem" not in ssl:
        return
    options = {key: value for key, value in ssl.items() if key != "pem"}
    # Older consoles wrote the text "null" for no certificate.
    if ssl["pem"] not in (None, "", "null"):
        options.setdefault("trustStore", {"type": "PEM", "content": ssl["pem"]})
    shared.value["ssl"] = options


def _headers(shared: Made, members: Members) -> None:
    found = members.take("headers")
    host = members.take("hostHeader")
    if found is not None:
        listed = found.value
        if isinstance(listed, Mapping):
            listed = [{"name": name, "value": value} for name, value in listed.items()]
        if listed:
            shared.set("headers", listed, found.at)
    if host is not None and str(host.value).strip():
        given = shared.value.get("headers", [])
        if isinstance(given, list):
            listed = [*given, {"name": "Host", "value": host.value}]
            shared.set("headers", listed, found.at if found else host.at)
            last = join(shared.at, "headers", len(given))
            members.report.origins.put(last, host.at)
            members.report.origins.put(f"{last}.value", host.at)


def _health_check(made: Made, members: Members, check: Found | None) -> None:
    """Convert the health check of a group or an endpoint."""
    if check is None:
        return
    is_endpoint = made.at.endswith("]") and ".endpoints[" in made.at
    at = f"{made.at}.services.healthCheck"
    service = read_health_check(members, check, at, is_endpoint)
    if service is not None:
        made.value["services"] = {"healthCheck": service}


def _refuse_services(services: Members) -> None:
    """Refuse what finds endpoints or changes properties while the API runs."""
    for names, why in (
        (("discovery",), "service discovery is not supported: list the endpoints"),
        (
            ("dynamicProperty", "dynamicProperties"),
            "dynamic properties are not supported: nothing would update the values",
        ),
    ):
        found = services.take(*names)
        if found is None or found.value in ({}, False):
            continue
        if isinstance(found.value, Mapping) and found.value.get("enabled") is False:
            if set(found.value) != {"enabled"}:
                services.report.warn(found.at, "is disabled; left out")
        else:
            services.report.refuse(found.at, why)
