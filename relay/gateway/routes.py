"""Which API a request is for: an immutable table, swapped as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relay.gateway.served import ServedApi

_Places = dict[bytes, list[ServedApi]]


class Route(NamedTuple):
    """A request's API, and what follows its context-path."""

    api: ServedApi
    path: bytes


class RouteTable:
    """
    Finds the API of a request: its host first, then the longest context-path.

    :param apis: all APIs that are served.
    """

    def __init__(self, apis: Iterable[ServedApi] = ()) -> None:
        self._hosts: dict[bytes, _Places] = {}
        self._any_host: _Places = {}
        for api in apis:
            for host, context_path in api.places:
                places = (
                    self._any_host
                    if host is None
                    else self._hosts.setdefault(host.lower().encode("ascii"), {})
                )
                places.setdefault(context_path, []).append(api)

    def match(self, host: bytes, path: bytes, listener_id: str) -> Route | None:
        """
        Find the API.

        :param host: the request's host, lower case, without its port.
        :param path: the raw path, without its query.
        :param listener_id: where the request came in.
        """
        places = self._hosts.get(host)
        route = None
        if places is not None:
            route = _longest(places, path, listener_id)
        return route or _longest(self._any_host, path, listener_id)


def _longest(places: _Places, path: bytes, listener_id: str) -> Route | None:
    """Try the path, then cut one segment after another off its end."""
    end = len(path)
    while end >= 0:
        for api in places.get(path[:end], ()):
            if not api.listener_ids or listener_id in api.listener_ids:
                return Route(api, path[end:])
        end = path.rfind(b"/", 0, end)
    return None
