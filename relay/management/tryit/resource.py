"""One call to an API, made by the daemon through its own gateway.

The gateway is another origin than the console, and sends no CORS headers unless the
definition of an API asks for them. The daemon therefore makes the call on the user's
behalf, as a client on this machine: what it passes on is what such a client is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from relay.management.http.answers import EVENT_STREAM, Answer
from relay.management.http.errors import BadRequest, Conflict, NotFound
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.resources.deployments import served_deployment
from relay.management.shapes.plugins import TryPlaces
from relay.management.tryit.body import TryBody, refusal
from relay.management.tryit.calls import OwnCall, OwnGateway, OwnListener
from relay.management.tryit.curl import as_curl
from relay.management.tryit.running import RunningCall, RunningCalls
from relay.model.api import lifecycle
from relay.model.role import Role
from relay.model.schema.errors import Issue
from relay.model.schema.types.hosts import normal_host
from relay.model.schema.types.request_target import RequestTarget
from relay.reactor.settled import settled
from relay.store.store import Store

EVENTS = {"Content-Type": "text/event-stream"}


class TryIt:
    """
    The resource family of calls through the own gateway.

    :param store: has the deployments.
    :param gateway: makes the calls.
    :param gateway_urls: returns the URLs of the gateway, best first.
    :param key_header: the name of the header of API keys.
    """

    def __init__(
        self,
        store: Store,
        gateway: OwnGateway,
        gateway_urls: Callable[[], list[str]],
        key_header: str,
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._gateway_urls = gateway_urls
        self._key_header = key_header
        self._running = RunningCalls()

    @route(
        "GET",
        "/apis/<api_id>/_try",
        role=Role.PUBLISHER,
        answers={200: TryPlaces},
        refuses=(409,),
    )
    async def places(self, call: RestCall, api_id: str) -> Reply:
        """Return what can be called: listeners, and the paths of the API at each."""
        definition = await self._served(api_id)
        found = [
            {"listener": listener.id, "host": host, "path": path, "url": url}
            for listener in self._listeners(definition)
            for _, host, path in lifecycle.places(definition)
            for url in (self._url(listener, host) + path,)
        ]
        return Reply(200, {"data": found, "apiKeyHeader": self._key_header})

    @route(
        "POST",
        "/apis/<api_id>/_try",
        body=Body.REQUIRED,
        role=Role.PUBLISHER,
        no_dry_run="a call to an API cannot be undone",
        reads=TryBody,
        answers={200: Answer({EVENT_STREAM: None})},
        refuses=(409,),
    )
    async def call(self, call: RestCall, api_id: str) -> Reply:
        """Call the API, and report the response as it comes, as an event stream."""
        asked = bodies.read(TryBody, call.body)
        definition = await self._served(api_id)
        listener = self._listener(asked, definition)
        host = _host(asked, definition)
        authority = _authority(listener, host)
        target = RequestTarget.parse(
            asked.path.encode("ascii"), asked.query.encode("ascii") or None
        )
        name = normal_host(_without_port(authority))
        api_there = await settled(self._gateway.api_at(name, target, listener.id))
        if api_there != api_id:
            raise _bad("path", _FOREIGN.format(path=asked.path))
        user = call.user.name
        self._running.check(user)
        url = self._url(listener, host) + asked.target
        made = OwnCall(
            listener.id,
            authority,
            asked.method,
            asked.target,
            asked.sent_headers(self._key_header),
            None if asked.body is None else asked.body.encode(),
            asked.max_seconds,
            asked.max_bytes,
            {
                "url": url,
                "method": asked.method,
                "host": authority,
                "listener": listener.id,
                "curl": as_curl(url, asked, self._key_header),
            },
        )
        live = self._gateway.call(made, RunningCall(self._running, user, api_id))
        return Reply(200, headers=EVENTS, live=live)

    @route(
        "DELETE",
        "/apis/<api_id>/_try/<request_id>",
        role=Role.PUBLISHER,
        no_dry_run="the end of a call cannot be undone",
        answers={204: None},
    )
    async def end(self, call: RestCall, api_id: str, request_id: str) -> Reply:
        """End a call of the same user, as an operator ends a stream."""
        name = call.user.name
        is_own = self._running.has(name, api_id, request_id)
        if not (is_own and await settled(self._gateway.end(request_id))):
            raise NotFound(
                f"{name} makes no call [{request_id}] to this API",
                "try.notFound",
                {"request": request_id},
            )
        return Reply(204)

    async def _served(self, api_id: str) -> dict[str, Any]:
        served = await self._store.read(partial(served_deployment, api_id))
        if served is None:
            raise Conflict(
                f"Api [{api_id}] is not served: start it, and deploy it, before it is "
                "called",
                "api.notServed",
                {"api": api_id},
            )
        return served.definition

    def _listeners(self, definition: dict[str, Any]) -> list[OwnListener]:
        bound = {
            name
            for one in definition["listeners"]
            if one.get("type", "").upper() == "HTTP"
            for name in one.get("servers") or ()
        }
        return [
            one for one in self._gateway.listeners() if not bound or one.id in bound
        ]

    def _listener(self, asked: TryBody, definition: dict[str, Any]) -> OwnListener:
        found = self._listeners(definition)
        wanted = [one for one in found if asked.listener in (None, one.id)]
        if not wanted:
            names = _names([one.id for one in found])
            raise _bad("listener", f"must be a listener that serves the API: {names}")
        listener = wanted[0]
        for number, (name, _) in enumerate(asked.sent_headers(self._key_header)):
            reason = refusal(name, listener.of_proxies)
            if reason is not None:
                raise _bad(asked.location_of(number), reason)
        return listener

    def _url(self, listener: OwnListener, host: str | None) -> str:
        """Return the URL in front of a path, as clients write it."""
        public = self._gateway_urls()
        base = f"{listener.scheme}://{_authority(listener, None)}"
        if base not in public and len(public) == 1:
            # gateway.public_url is that of a proxy in front of all listeners.
            base = public[0].rstrip("/")
        if host is None:
            return base
        scheme, _, rest = base.partition("://")
        authority, slash, prefix = rest.partition("/")
        port = authority.removeprefix(_without_port(authority))
        return f"{scheme}://{host}{port}{slash}{prefix}"


_FOREIGN = (
    "[{path}] leads to no path of this API: another API has a longer context-path, or "
    "the gateway does not serve the path"
)


def _host(asked: TryBody, definition: dict[str, Any]) -> str | None:
    """
    Choose the virtual host of a call: that of the longest context-path.

    :raises BadRequest: when the path is below no context-path of the API.
    """
    places = [
        (None if host is None else normal_host(host), path)
        for _, host, path in lifecycle.places(definition)
    ]
    asked_host = None if asked.host is None else normal_host(asked.host)
    if asked_host is not None and asked_host not in [host for host, _ in places]:
        hosts = _names([host for host, _ in places if host])
        raise _bad("host", f"must be a virtual host of the API: {hosts}")
    segments = RequestTarget.parse(asked.path.encode("ascii")).segments
    found: list[tuple[int, str | None]] = []
    for host, path in places:
        own = RequestTarget.parse(path.encode("ascii")).segments
        if segments[: len(own)] == own and asked_host in (None, host):
            found.append((len(own), host))
    if not found:
        paths = _names([path for _, path in places])
        raise _bad("path", f"must be below a context-path of the API: {paths}")
    return max(found, key=lambda one: one[0])[1]


def _authority(listener: OwnListener, host: str | None) -> str:
    if host is None:
        return listener.authority
    return host + listener.authority.removeprefix(_without_port(listener.authority))


def _without_port(authority: str) -> str:
    host, colon, port = authority.rpartition(":")
    return host if colon and port.isdigit() else authority


def _names(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "there is none"


def _bad(name: str, what: str) -> BadRequest:
    message = f"{name} {what}"
    return BadRequest(message, "try.invalid", issues=[Issue(message, name)])
