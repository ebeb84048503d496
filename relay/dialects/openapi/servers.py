"""The servers of a description: the endpoints of an API, and its context-path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Any
from urllib.parse import urljoin, urlsplit

from relay.dialects.members import Found, Made, Members
from relay.model.schema.errors import join

MOST_ENDPOINTS = 50
"""How many endpoints the variables of servers may make."""
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_TYPE = "http-proxy"


def read_servers(document: Members, base: str) -> list[Found]:
    """
    Return the URLs of the servers, one for each combination of their variables.

    :param base: the URL of the description, which relative URLs are resolved against;
        empty when it is not known.
    :returns: none only with a problem that prevents the import.
    """
    report = document.report
    listed = document.take("servers")
    if listed is None or listed.value == []:
        report.refuse(
            listed.at if listed else join(document.at, "servers"),
            "at least one server with its URL is required: the API is made for it",
        )
        return []
    urls: list[Found] = []
    for found in document.listed(listed):
        server = document.within(found)
        if server is not None:
            urls += _urls(server, base)
    if len(urls) > MOST_ENDPOINTS:
        report.refuse(
            listed.at, f"makes {len(urls)} endpoints; at most {MOST_ENDPOINTS} can be"
        )
    elif len(urls) > 1:
        report.warn(
            listed.at,
            f"calls are shared out among {len(urls)} endpoints: remove those that do"
            " not stand in for each other",
        )
    return urls[:MOST_ENDPOINTS]


def _urls(server: Members, base: str) -> list[Found]:
    report = server.report
    url = server.take("url")
    if url is None or not isinstance(url.value, str):
        where = url.at if url else join(server.at, "url")
        report.refuse(where, "must be a URL")
        return []
    variables = server.take("variables")
    names = list(dict.fromkeys(_VARIABLE.findall(url.value)))
    values = [_values(server, variables, name) for name in names]
    combinations = 1
    for each in values:
        combinations *= len(each)
    if combinations > MOST_ENDPOINTS:
        report.refuse(
            url.at,
            f"makes {combinations} endpoints; at most {MOST_ENDPOINTS} can be",
        )
        return []
    made = []
    for chosen in product(*values):
        text = url.value
        for name, value in zip(names, chosen, strict=True):
            text = text.replace(f"{{{name}}}", value)
        try:
            text = urljoin(base, text) if base else text
            absolute = bool(urlsplit(text).scheme)
        except ValueError:
            absolute = True
        if not absolute:
            report.refuse(
                url.at,
                "is relative to a URL that is not known: write the whole URL, or import"
                " the description by its URL",
            )
            return []
        made.append(Found(text, url.at))
    return made


def _values(server: Members, variables: Found | None, name: str) -> list[str]:
    at = join(server.at, "variables", name)
    given = variables.value if variables else None
    variable = given.get(name) if isinstance(given, Mapping) else None
    if not isinstance(variable, Mapping):
        server.report.refuse(at, "is required by the URL, and must be an object")
        return []
    enum = variable.get("enum")
    if isinstance(enum, list) and enum:
        return [str(one) for one in enum]
    if variable.get("default") is None:
        server.report.refuse(join(at, "default"), "is required")
        return []
    return [str(variable["default"])]


def make_group(urls: list[Found], document: Members) -> dict[str, Any]:
    """Make the endpoint group of all servers."""
    report = document.report
    group = Made("endpointGroups[0]", report, join(document.at, "servers"))
    endpoints: list[dict[str, Any]] = []
    for number, url in enumerate(urls):
        at = f"endpointGroups[0].endpoints[{number}]"
        report.origins.put(at, url.at)
        report.origins.put(f"{at}.configuration.target", url.at)
        endpoints.append(
            {
                "name": f"server{number + 1}" if len(urls) > 1 else "default",
                "type": _TYPE,
                "inheritConfiguration": True,
                "configuration": {"target": url.value},
            }
        )
    group.value |= {
        "name": "default-group",
        "type": _TYPE,
        "sharedConfiguration": {},
        "endpoints": endpoints,
    }
    return group.value


def context_path(urls: list[Found], title: object) -> str:
    """
    Return the context-path of an API: the path of its first server, or else its title
    in small letters without spaces.
    """
    try:
        path = urlsplit(urls[0].value).path
    except ValueError:
        path = ""
    if not path.strip("/"):
        text = title if isinstance(title, str) else ""
        path = re.sub(r"[^a-z0-9._~-]", "", text.lower()).strip(".")
    return f"/{path.strip('/')}"
