"""Which API a request is for: an immutable table, swapped as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relay.gateway.served import ServedApi
from relay.model.request_target import RequestTarget

_Places = dict[tuple[str, ...], list[ServedApi]]
"""APIs by the segments of their context-paths."""


class Route(NamedTuple):
    """
    A request's API.

    :param api: the API.
    :param target: what follows its context-path.
    """

    api: ServedApi
    target: RequestTarget


class RouteTable:
    """
    Finds the API of a request: its host first, then the longest context-path.

    :param apis: all APIs that are served.
    """

    def __init__(self, apis: Iterable[ServedApi] = ()) -> None:
        self._hosts: dict[str, _Places] = {}
        self._any_host: _Places = {}
        self._deepest = 0
        """Segments of the longest context-path."""
        for api in apis:
            for host, context_path in api.places:
                places = (
                    self._any_host if host is None else self._hosts.setdefault(host, {})
                )
                places.setdefault(context_path, []).append(api)
                self._deepest = max(self._deepest, len(context_path))

    def match(self, host: str, target: RequestTarget, listener_id: str) -> Route | None:
        """
        Find the API.

        :param host: the request's host, in its normal form, without its port.
        :param target: the request-target.
        :param listener_id: where the request came in.
        """
        places = self._hosts.get(host)
        route = None
        if places is not None:
            route = self._longest(places, target, listener_id)
        return route or self._longest(self._any_host, target, listener_id)

    def _longest(
        self, places: _Places, target: RequestTarget, listener_id: str
    ) -> Route | None:
        """Try the path, then cut one segment after another off its end."""
        segments = target.segments
        for count in range(min(len(segments), self._deepest), -1, -1):
            for api in places.get(segments[:count], ()):
                if not api.listener_ids or listener_id in api.listener_ids:
                    return Route(api, target.below(count))
        return None
