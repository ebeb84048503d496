"""Listeners, failover and logging of version 2."""

from __future__ import annotations

from typing import Any

from relay.dialects.members import Found, Made, Members
from relay.model.schema.errors import join

_CORS = (
    "enabled",
    "allowOrigin",
    "allowMethods",
    "allowHeaders",
    "exposeHeaders",
    "maxAge",
    "allowCredentials",
    "runPolicies",
)


def read_listener(proxy: Members, api: Members) -> dict[str, Any]:
    """
    Convert the virtual hosts, or the context-path, with the CORS options.

    :param api: the whole definition, which may have the context-path, too.
    """
    listener = Made("listeners[0]", proxy.report, proxy.at)
    listener.value["type"] = "HTTP"
    _paths(listener, proxy, api)
    listener.value["entrypoints"] = [{"type": "http-proxy"}]
    if cors := proxy.object("cors"):
        options = Made("listeners[0].cors", proxy.report, cors.at)
        options.copy_all(cors, *_CORS)
        cors.finish()
        listener.set("cors", options.value, cors.at)
    listener.copy(api, "pathMappings")
    listener.copy(proxy, "servers")
    return listener.value


def _paths(listener: Made, proxy: Members, api: Members) -> None:
    given = [
        found for one in (proxy, api) if (found := one.take("contextPath")) is not None
    ]
    hosts = proxy.take("virtualHosts")
    paths: list[dict[str, Any]] = []
    if hosts is not None and hosts.value != []:
        listener.set("paths", paths, hosts.at)
        for found in proxy.listed(hosts):
            if (host := proxy.within(found)) is not None:
                paths.append(_virtual_host(host, len(paths)))
        _check_same(proxy, given, [one.get("path", "/") for one in paths])
    elif given:
        listener.set("paths", paths, given[0].at)
        path = Made("listeners[0].paths[0]", proxy.report, given[0].at)
        path.set("path", given[0].value, given[0].at)
        paths.append(path.value)
        _check_same(proxy, given[1:], [given[0].value])
    else:
        listener.set("paths", paths, join(proxy.at, "virtual_hosts"))
    strip = proxy.take("stripContextPath")
    if strip is not None and strip.value is not False:
        proxy.report.warn(
            strip.at, "has no effect: the target is always called without the path"
        )


def _virtual_host(host: Members, number: int) -> dict[str, Any]:
    path = Made(f"listeners[0].paths[{number}]", host.report, host.at)
    path.copy(host, "host")
    path.copy(host, "path")
    if override := host.take("overrideEntrypoint"):
        path.set("overrideAccess", override.value, override.at)
    host.finish()
    return path.value


def _check_same(proxy: Members, given: list[Found], paths: list[object]) -> None:
    known = {_bare(path) for path in paths}
    for found in given:
        if _bare(found.value) not in known:
            proxy.report.refuse(found.at, "differs from the paths of the proxy")


def _bare(path: object) -> str:
    return "/".join(part for part in str(path).split("/") if part)


def read_failover(proxy: Members) -> dict[str, Any] | None:
    """Convert the failover, which version 2 has on when it is there; None without."""
    failover = proxy.object("failover")
    if failover is None:
        return None
    made = Made("failover", proxy.report, failover.at)
    made.set("enabled", True, failover.at)
    made.copy(failover, "enabled")
    # The defaults of version 2, which differ from those of version 4.
    made.set("maxRetries", 1, failover.at)
    made.set("slowCallDuration", 10_000, failover.at)
    for name, source in (
        ("maxRetries", "maxAttempts"),
        ("slowCallDuration", "retryTimeout"),
    ):
        if found := failover.take(source):
            made.set(name, found.value, found.at)
    cases = failover.take("cases")
    if cases is not None:
        listed = cases.value if isinstance(cases.value, list) else [cases.value]
        if any(str(one).upper() != "TIMEOUT" for one in listed):
            failover.report.refuse(cases.at, "only TIMEOUT is supported")
    failover.finish()
    return made.value


def read_logging(proxy: Members) -> None:
    """Leave out the logging, and report it when it is on."""
    older = proxy.take("loggingMode")
    if older is not None and str(older.value).upper() != "NONE":
        proxy.report.warn(older.at, _LOGGING)
    found = proxy.take("logging")
    if found is None or found.value in ({}, False):
        return
    mode = found.value.get("mode") if isinstance(found.value, dict) else ""
    if mode is not None and str(mode).upper() != "NONE":
        proxy.report.warn(found.at, _LOGGING)


_LOGGING = "calls are not logged with their headers and bodies; left out"
