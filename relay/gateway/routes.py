"""
The route table: from hosts and paths to APIs. It is immutable and swapped as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from relay.gateway.served import ServedApi
from relay.model.schema.types.request_target import RequestTarget

_Places = dict[tuple[str, ...], tuple[ServedApi, ...]]
"""APIs by the segments of their context-paths."""


class Route(NamedTuple):
    """
    A request's API.

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
        """Segments of the longest context-path that there is, or was."""
        for api in apis:
            self._add(api)

    def changed(
        self, gone: Iterable[ServedApi], added: Iterable[ServedApi]
    ) -> RouteTable:
        """
        Make the table that comes next. It takes no more time with many APIs than with
        few, but for copying dictionaries.

        :param gone: APIs of this table that are not in the next one.
        :param added: APIs that are not in this table.
        """
        gone, added = tuple(gone), tuple(added)
        table = RouteTable()
        table._hosts = dict(self._hosts)
        table._any_host = dict(self._any_host)
        table._deepest = self._deepest
        touched = {host for api in gone + added for host, _ in api.places}
        for host in touched & self._hosts.keys():
            assert host is not None
            table._hosts[host] = dict(self._hosts[host])
        for api in gone:
            table._remove(api)
        for api in added:
            table._add(api)
        return table

    def _add(self, api: ServedApi) -> None:
        for host, context_path in api.places:
            places = (
                self._any_host if host is None else self._hosts.setdefault(host, {})
            )
            # Never changed in place: the table before may have it, too.
            places[context_path] = (*places.get(context_path, ()), api)
            self._deepest = max(self._deepest, len(context_path))

    def _remove(self, api: ServedApi) -> None:
        for host, context_path in api.places:
            places = self._any_host if host is None else self._hosts.get(host, {})
            left = tuple(one for one in places.get(context_path, ()) if one is not api)
            if left:
                places[context_path] = left
            else:
                # Another of its listeners may have had the same place.
                places.pop(context_path, None)
            if host is not None and not places:
                self._hosts.pop(host, None)

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
