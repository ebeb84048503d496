"""The endpoint of a call of a PROXY API: of the default group, or as flows choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from relay.http.refusals import DOT_SEGMENT, Refused
from relay.model.schema.types.hosts import normal_origin
from relay.model.schema.types.request_target import PathFault, RequestTarget
from relay.upstream.connector import Connector
from relay.upstream.group import Choose, ConnectorGroup
from relay.upstream.target import Target

_ESCAPES = PathFault.DOT_SEGMENT | PathFault.DISGUISED
_SAFE = "/%:@!$&'()*+,;=~-._"


class Destination(NamedTuple):
    """
    Where a call goes.

    :param connector: the endpoint.
    :param target: appended to the endpoint's target.
    :param choose: chooses the endpoint of another try.
    """

    connector: Connector
    target: RequestTarget
    choose: Choose


class Destinations:
    """
    The endpoints of an API.

    :param groups: its groups; the first is the default.
    """

    def __init__(self, groups: Sequence[ConnectorGroup]) -> None:
        self.groups = groups
        self._by_name = {one.name: one for group in groups for one in group.connectors}
        self._group_by_name = {group.name: group for group in groups}

    def start(self, wall_ms: Callable[[], int]) -> None:
        """
        Start the health checks.

        :param wall_ms: the time of day, in milliseconds since the Unix epoch.
        """
        for group in self.groups:
            group.start(wall_ms)

    def health(self) -> list[dict[str, Any]]:
        """Return the state of the endpoints that are checked, as JSON."""
        return [one.as_json() for group in self.groups for one in group.health]

    def default(self, after: Connector | None = None) -> Connector | None:
        """Choose an endpoint of the default group; see :meth:`ConnectorGroup.next`."""
        return self.groups[0].next(after)

    def find(
        self, target: str, origin: str | None, asked: RequestTarget
    ) -> Destination | None:
        """
        Find the endpoint that a target names.

        :param target: ``name:/path`` of an endpoint or group, a URL, a path, or
            ``?query``. The path stands in for the call's; the query is added.
        :param origin: scheme and host of URLs that the definition itself names.
        :param asked: what follows the call's context-path.
        :return: None when the target names no endpoint.
        :raises Refused: when the client's path leads to another place.
        """
        name, colon, rest = target.partition(":")
        choose: Choose
        path = asked.path
        if target.startswith(("/", "?")):
            choose, rest = self.default, target
        elif colon and name in self._by_name:
            choose = partial(_one, self._by_name[name])
        elif colon and name in self._group_by_name:
            choose = self._group_by_name[name].next
        else:
            choose, rest, path = partial(self._foreign, target, origin), "", b""
        given, _, query = rest.partition("?")
        if query:
            added = tuple(quote(one, _SAFE).encode() for one in query.split("&"))
            choose = partial(_with_query, choose, added)
        connector = choose(None)
        if connector is None:
            return None
        path = quote(given, _SAFE).encode() if given else path
        _check(path)
        sent = RequestTarget.parse(path, asked.query)
        return Destination(connector, sent, choose)

    def close(self) -> None:
        """Close unused connections; those in use end with their calls."""
        for group in self.groups:
            group.close()

    def _foreign(
        self, url: str, origin: str | None, after: Connector | None
    ) -> Connector | None:
        """
        Aim the default endpoint at a URL whose host the definition names: what a client
        sends must not choose the host.
        """
        connector = self.default()
        if connector is None or not url.isascii() or normal_origin(url) is None:
            return None
        try:
            target = Target.parse(quote(url, _SAFE + "?[]"))
        except ValueError:
            return None
        own = {one.target.origin for one in self._by_name.values()}
        if target.origin in own or normal_origin(url) == origin:
            _check(target.path)
            return connector.aimed(target)
        return None


def _check(path: bytes) -> None:
    if RequestTarget.parse(b"/" + path).faults & _ESCAPES:
        raise Refused(DOT_SEGMENT)


def _one(connector: Connector, after: Connector | None) -> Connector:
    """Choose an endpoint that is named: each try is made there."""
    return connector


def _with_query(
    choose: Choose, added: tuple[bytes, ...], after: Connector | None
) -> Connector | None:
    """Choose an endpoint, and add to the query of its target."""
    connector = choose(after)
    if connector is None:
        return None
    aim = connector.target
    return connector.aimed(Target(aim.origin, aim.path, aim.query + added))
