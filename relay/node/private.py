"""
What a worker answers to the other processes of its daemon.

They may ask everything that its technical API has, in the role of the user who asks
them, and what this module adds: what the API does not have, because a daemon that is
one process does not need it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from os import getpid
from typing import Protocol

from twisted.internet.defer import Deferred, TimeoutError, succeed
from twisted.internet.interfaces import IReactorTime

from relay.gateway.grant_renewal import Renewal
from relay.http.refusals import Refusal
from relay.management.access.identity import Identity
from relay.management.http.errors import Unauthorized
from relay.management.http.guard import Guard
from relay.management.http.parameters import Positive, Text, Words
from relay.management.http.reply import Content, Reply
from relay.management.http.routing import Body, Families, RestCall, route
from relay.management.http.site import RestSite
from relay.management.resources.channels import ChannelView
from relay.management.resources.dead_letters import DeliveryView
from relay.management.resources.gateway import Gateway
from relay.management.resources.health import HealthView
from relay.management.resources.trials import WAIT_S
from relay.management.traffic.logs import Flush
from relay.model.role import Role
from relay.model.schema.types.request_target import RequestTarget
from relay.node.peers import SCHEME
from relay.node.renewals import read_renewal, result_of
from relay.reactor.settled import settled
from relay.technical.channels import View as OpenChannels
from relay.technical.site import TechnicalRoot
from relay.technical.streams.filters import FILTERS, StreamFilter
from relay.technical.streams.resource import SORT, order_of
from relay.technical.streams.view import LocalStreams

MOST_KEYS = 10_000_000
MAX_BODY_BYTES = 16 * 1024 * 1024
"""The longest request: the ids of the streams of a page."""
HEAD_TIMEOUT_MS = 10_000
_MOST = Positive("most", "How many streams are returned.", MOST_KEYS, MOST_KEYS)
_NAMES = Words("metrics", "Names of families; by default all.")
_API_IDS = Words("apiIds", "Ids of APIs; by default all.")
_NUMBER = Positive("number", "The number of a deployment.", 0, 2**31, 0)
_REQUEST = Text("request", "The id of a request.")
_ROUTED = tuple(Text(name, "") for name in ("host", "path", "query", "listener"))


class Samples(Protocol):
    """The metrics of this process."""

    def lines(self, wanted: Collection[str] | None) -> Deferred[list[bytes]]:
        """Return the samples of families, by their names (None for all), as lines."""


Renew = Callable[[str, Renewal], Refusal | None]


@dataclass(frozen=True)
class OwnGateway:
    """
    The gateway of a worker, as the other processes of the daemon use it.

    :param streams: its live streams.
    :param open_channels: its open channels, for the technical API.
    :param metrics: None if they are switched off.
    :param channels: returns the open channels of an API, for the management API.
    :param health: returns the results of the health checks of an API.
    :param deliveries: returns the delivery of a subscription.
    :param gateway: tries deployments, and reports when they are served.
    :param flush: writes the flight records that wait.
    :param renew: replaces the grants of a stream; returns why not, or None.
    """

    streams: LocalStreams
    open_channels: OpenChannels
    metrics: Samples | None
    channels: ChannelView
    health: HealthView
    deliveries: DeliveryView
    gateway: Gateway
    flush: Flush
    renew: Renew


class OwnRoutes:
    """
    The paths of a worker that the technical API does not have.

    :param clock: of the timeouts.
    :param own: the gateway of this process.
    """

    def __init__(self, clock: IReactorTime, own: OwnGateway) -> None:
        self._clock = clock
        self._own = own

    @route("GET", "/worker/streams", query=(*FILTERS, SORT, _MOST))
    async def streams(self, call: RestCall) -> Reply:
        """Return the first streams of an order, as numbers and ids, and how many there
        are."""
        wanted, order = StreamFilter(call.query), order_of(call.query)
        most = call.query.positive("most")
        keys, total = await self._own.streams.keys(wanted, order, most)
        return Reply(200, {"keys": keys, "total": total})

    @route("POST", "/worker/streams", body=Body.REQUIRED, no_dry_run="it reads")
    async def described(self, call: RestCall) -> Reply:
        """Return streams by their ids, those that are under way."""
        with_path = call.user.role.includes(Role.ADMIN)
        found = [
            await self._own.streams.one(one, with_path) for one in call.body["ids"]
        ]
        lines = [one + b"\n" for one in found if one is not None]
        return Reply(200, Content(lines), {"Content-Type": "application/jsonl"})

    @route("GET", "/worker/metrics", query=(_NAMES,))
    async def samples(self, call: RestCall) -> Reply:
        """Return the samples of families, after a line that names this process."""
        metrics, wanted = self._own.metrics, call.query.many("metrics")
        lines = [] if metrics is None else await metrics.lines(wanted or None)
        run = f"{getpid()}\n".encode()
        return Reply(200, Content([run, *lines]), {"Content-Type": "application/jsonl"})

    @route("GET", "/worker/channels", query=(_API_IDS,))
    async def open_channels(self, call: RestCall) -> Reply:
        """Return the open channels, as the technical API has them."""
        found = await self._own.open_channels.all(call.query.many("apiIds"))
        return Reply(200, {"data": list(found)})

    @route("GET", "/worker/apis/<api_id>/channels")
    async def channels(self, call: RestCall, api_id: str) -> Reply:
        """Return the open channels of an API, as the management API has them."""
        return Reply(200, {"data": await settled(self._own.channels(api_id))})

    @route("GET", "/worker/apis/<api_id>/health")
    async def health(self, call: RestCall, api_id: str) -> Reply:
        """Return the results of the health checks of an API."""
        return Reply(200, {"data": await settled(self._own.health(api_id))})

    @route("GET", "/worker/deliveries/<subscription_id>")
    async def delivery(self, call: RestCall, subscription_id: str) -> Reply:
        """Return the delivery of a subscription; null without one."""
        found = await settled(self._own.deliveries(subscription_id))
        return Reply(200, {"data": found})

    @route("GET", "/worker/apis/<api_id>/reached", query=(_NUMBER,))
    async def reached(self, call: RestCall, api_id: str) -> Reply:
        """Wait until a deployment is dealt with; 204 if it takes too long."""
        number = call.query.positive("number") or None
        waiting = self._own.gateway.reached(api_id, number)
        try:
            report = await waiting.addTimeout(WAIT_S, self._clock)
        except TimeoutError:
            return Reply(204)
        return Reply(200, {"report": None if report is None else asdict(report)})

    @route("POST", "/worker/records", query=(_REQUEST,), no_dry_run="it is no change")
    async def flush(self, call: RestCall) -> Reply:
        """Write the flight records that wait."""
        await self._own.flush(call.query.text("request") or "")
        return Reply(204)

    @route(
        "POST", "/worker/renewals", body=Body.REQUIRED, no_dry_run="it stores nothing"
    )
    async def renew(self, call: RestCall) -> Reply:
        """Renew a stream that another worker was called for."""
        refusal = self._own.renew(*read_renewal(call.body))
        return Reply(200, {"result": result_of(refusal)})

    @route("GET", "/worker/route", query=_ROUTED)
    async def api_at(self, call: RestCall) -> Reply:
        """Return the id of the API that answers a request; null for none."""
        host, path, query, listener = (call.query.text(one.name) for one in _ROUTED)
        target = RequestTarget.parse(
            (path or "").encode("ascii"),
            None if query is None else query.encode("ascii"),
        )
        found = self._own.gateway.own.api_at(host or "", target, listener or "")
        return Reply(200, {"api": await settled(found)})


class _StatedRole:
    """
    Takes the role that a process of the daemon states.

    :param token: what it proves that with.
    """

    def __init__(self, token: str) -> None:
        self._roles = {f"{SCHEME} {token}:{role}".encode(): role for role in Role}

    def check(self, authorization: bytes | None, address: str) -> Deferred[Identity]:
        """Return a user with the role that is stated."""
        sent = authorization or b""
        found = [
            role
            for expected, role in self._roles.items()
            if hmac.compare_digest(sent, expected)
        ]
        if not found:
            raise Unauthorized("a process of the daemon is required")
        return succeed(Identity("control", found[0]))


def private_site(families: Families, clock: IReactorTime, token: str) -> RestSite:
    """
    Make the site of a worker's socket.

    :param families: the resources of the technical API, and :class:`OwnRoutes`.
    :param token: what the processes of the daemon send.
    """
    root = TechnicalRoot(
        Guard((), "technical.hosts"), _StatedRole(token), families.resource(), False
    )
    return RestSite(root, clock, HEAD_TIMEOUT_MS, MAX_BODY_BYTES)
