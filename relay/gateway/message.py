"""
MESSAGE APIs: entrypoints for clients, channels, and endpoints that feed them.

:class:`MessageBackend` finds the entrypoint that a call is for; the entrypoint, a
connector in ``relay/connectors``, then answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Protocol

from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.channel.ownership import ChannelLease
from relay.channel.subscribers.subscriber import Subscriber
from relay.expression.errors import EvaluationFailed
from relay.gateway.exchange import Exchange
from relay.gateway.flows.events import EventRefused, ShapedChannel
from relay.gateway.flows.run import FlowRun
from relay.gateway.flows.runner import FlowRunner
from relay.gateway.renewal import PARAMETER as RENEW, renew
from relay.gateway.responses import refusals
from relay.gateway.responses.cors import (
    cors_headers,
    preflight_headers,
    preflight_method,
)
from relay.http.accept import Accept, Preference, accept_of
from relay.http.refusals import Refusal
from relay.model.api.cors import CorsOptions
from relay.model.marks import Mark
from relay.model.schema.types.request_target import RequestTarget


class MessageCall:
    """
    A call of a MESSAGE API, as its entrypoint sees it.

    :param exchange: the call; its client is admitted.
    :param target: what follows the context-path.
    :param run: the run of the call's flows; None without flows.
    """

    def __init__(
        self,
        exchange: Exchange,
        target: RequestTarget,
        channels: Channels,
        run: FlowRun | None = None,
    ) -> None:
        self.exchange = exchange
        self._run = run
        self.target = target
        self.channels = channels

    @property
    def method(self) -> bytes:
        """The request's method."""
        method: bytes = self.exchange.request.method
        return method

    @property
    def headers(self) -> Headers:
        """The request's headers."""
        return self.exchange.request.headers

    @property
    def client(self) -> str:
        """The client whose limits of channels and filters the call counts for."""
        return self.exchange.record.client

    def header(self, name: bytes) -> bytes | None:
        """
        Return the first value of a request header; None without one.

        :param name: its name, lower case.
        """
        values = self.headers.getRawHeaders(name)
        return values[0] if values else None

    @property
    def accept(self) -> Accept:
        """The media types that the client takes."""
        return accept_of(self.headers)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The query's parameters, decoded; of several with one name the first."""
        first: dict[str, str] = {}
        for name, value in self.target.parameters:
            first.setdefault(name, value)
        return first

    @property
    def topic(self) -> str:
        """The path after the context-path, decoded, without a ``/`` at its ends."""
        return self.target.text.strip("/")

    def open_channel(self) -> Channel | ShapedChannel:
        """
        Find or open the channel that the call is for, with its flows applied.

        :raises ChannelRefused: when a limit of channels is reached, or an expression
            of a flow has no value for the client.
        """
        channel = self.channels.open(
            target=self.target,
            headers=self.headers,
            address=self.client,
        )
        if self._run is None:
            return channel
        try:
            return self._run.shaped(channel)
        except EvaluationFailed:
            raise EventRefused(refusals.EXPRESSION_FAILED) from None

    def subscribe(
        self, subscriber: Subscriber, last_event_id: str | None
    ) -> Channel | ShapedChannel:
        """
        Attach a subscriber to the channel that the call is for.

        :param last_event_id: the last event that the client has; None for none.
        :raises ChannelRefused: as :meth:`open_channel` does.
        :raises TooManyFilters: when the channel, or the client, has its most filters.
        """
        channel = self.open_channel()
        timeline, journal = self.exchange.record.timeline, channel.journal
        timeline.note(Mark.ATTACHED, channel.digest, journal.state)
        timeline.follow(journal)
        channel.attach(subscriber, last_event_id)
        return channel

    @property
    def preflight_method(self) -> bytes | None:
        """The method that a preflight request asks for; None for any other call."""
        return preflight_method(self.method, self.headers)

    def answer_preflight(self, methods: bytes) -> None:
        """
        Answer a preflight request.

        :param methods: the methods of the entrypoint, as the value of ``Allow``.
        """
        headers = preflight_headers(self.headers, self.exchange.cors, methods)
        self.exchange.answer(204, b"No Content", headers)

    def cors_headers(self) -> Headers:
        """Make the headers that let a page in a browser read the answer."""
        return cors_headers(self.headers, self.exchange.cors)

    def refuse(self, refusal: Refusal) -> None:
        """
        Answer with a refusal.
        """
        self.exchange.refuse(refusal)


class Entrypoint(Protocol):
    """An entrypoint of one API, with its configuration."""

    upgrades: bool
    """Whether it takes connections over for another protocol than HTTP."""

    @property
    def cors(self) -> CorsOptions | None:
        """The CORS options of the entrypoint; None for none."""

    @property
    def methods(self) -> tuple[bytes, ...]:
        """The methods that it takes, as ``Allow`` lists them."""

    def prefers(self, call: MessageCall) -> Preference | None:
        """
        Return how well its answer suits a call with one of its methods.

        Of several entrypoints that take a call the one that suits best answers, among
        equals the first.

        :return: None when it cannot answer the call.
        """

    def attach(self, call: MessageCall) -> None:
        """
        Answer a call, now or later, through ``call.exchange``.
        """

    def close(self) -> None:
        """Accept no new calls; open calls continue."""


def refuse(call: MessageCall, refusal: Refusal) -> None:
    """
    Refuse a call with its status.
    """
    call.refuse(refusal)


class BoundEntrypoint(NamedTuple):
    """
    An entrypoint with the properties by which flows are selected.

    :param id: of its kind.
    :param operations: ``SUBSCRIBE``, ``PUBLISH`` or both.
    :param turn_away: refuses a client that may come back later.
    """

    entrypoint: Entrypoint
    id: str
    operations: frozenset[str]
    turn_away: Callable[[MessageCall, Refusal], None] = refuse


class MessageBackend:
    """
    Answers the calls of a MESSAGE API.

    :param entrypoints: its entrypoints; among those that suit a call equally well the
        first answers.
    :param group: the endpoint group's name, for the access log.
    :param lease: of the channels; None when every process has its own.
    :param release: called once this deployment needs the channels no more.
    :param hold: keeps the channels; returns what ends that.
    :param flows: None without any.
    """

    answers_preflights = True

    def __init__(
        self,
        entrypoints: Sequence[BoundEntrypoint],
        channels: Channels,
        group: str,
        lease: ChannelLease | None,
        release: Callable[[], None],
        hold: Callable[[], Callable[[], None]],
        flows: FlowRunner | None = None,
    ) -> None:
        self._lease = lease
        self._entrypoints = entrypoints
        self._flows = flows
        self._channels = channels
        self._group = group
        self._release = release
        self.hold = hold
        """Keeps the channels when the backend is closed; see :class:`ApiBackend`."""
        self.upgrades = any(bound.entrypoint.upgrades for bound in entrypoints)

    def names_origin(self, exchange: Exchange, origin: str) -> bool:
        """Whether the entrypoint that the call is for names the origin."""
        bound = self._find(MessageCall(exchange, exchange.target, self._channels))
        if bound is None:
            return False
        origins: CorsOptions | None = getattr(
            bound.entrypoint, "origins", bound.entrypoint.cors
        )
        return origins is not None and origin in origins.allow_origin

    def answer(self, exchange: Exchange) -> None:
        """Find the entrypoint that the call is for, and let it answer."""
        exchange.record.endpoint = self._group
        call = MessageCall(exchange, exchange.target, self._channels)
        bound = self._find(call)
        if call.method == b"POST" and (stream := call.parameters.get(RENEW)):
            renew(exchange, stream)
        elif bound is None:
            call.refuse(self._unmatched(call))
        elif (lease := self._lease) is None:
            self._enter(bound, call)
        else:
            lease.when_known(lambda here: self._enter_if(here, lease, bound, call))

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """Refuse a call so that a page in a browser can read why."""
        self._find(MessageCall(exchange, exchange.target, self._channels))
        exchange.refuse(refusal)

    def _find(self, call: MessageCall) -> BoundEntrypoint | None:
        """Find the entrypoint for a call; from then on its ``cors`` holds."""
        method = call.preflight_method or call.method
        found: BoundEntrypoint | None = None
        best: tuple[float, int] = (0.0, -1)
        for bound in self._entrypoints:
            entrypoint = bound.entrypoint
            if method not in entrypoint.methods:
                continue
            wanted = entrypoint.prefers(call)
            if wanted is not None and wanted[:2] > best:
                found, best = bound, wanted[:2]
        if found is not None:
            call.exchange.cors = found.entrypoint.cors
            call.exchange.record.entrypoint = found.id
        return found

    def _unmatched(self, call: MessageCall) -> Refusal:
        """Make the refusal of a call that no entrypoint takes."""
        fitting = [
            bound.entrypoint
            for bound in self._entrypoints
            if call.method in bound.entrypoint.methods
        ]
        if not fitting:
            methods = [bound.entrypoint.methods for bound in self._entrypoints]
            return refusals.method_not_allowed(chain.from_iterable(methods))
        # Only HTTP/1.1 has ``Upgrade`` (RFC 9113, 8.2.2).
        upgradable = call.exchange.request.version == b"HTTP/1.1"
        if upgradable and all(entrypoint.upgrades for entrypoint in fitting):
            return refusals.UPGRADE_REQUIRED
        return refusals.NOT_ACCEPTABLE

    def _enter_if(
        self,
        here: bool,
        lease: ChannelLease,
        bound: BoundEntrypoint,
        call: MessageCall,
    ) -> None:
        if call.exchange.over:
            return
        if here:
            self._enter(bound, call)
        else:
            call.refuse(
                refusals.CHANNEL_OWNED_ELSEWHERE
                if lease.owned_elsewhere
                else refusals.STORE_UNAVAILABLE
            )

    def _enter(self, bound: BoundEntrypoint, call: MessageCall) -> None:
        """Run the flows of the request, if there are any, and attach the call."""
        exchange = call.exchange
        exchange.record.timeline.note(Mark.ROUTED, self._group, bound.id)
        if self._flows is None or exchange.admission is None:
            bound.entrypoint.attach(call)
            return

        def attach(run: FlowRun) -> None:
            exchange.response_hooks.append(run.respond_at_once)
            asked = run.call.request.target
            bound.entrypoint.attach(MessageCall(exchange, asked, self._channels, run))

        self._flows.enter(
            exchange,
            attach,
            bound.operations,
            bound.id,
            lambda refusal: bound.turn_away(call, refusal),
        )

    def close(self) -> None:
        """End the channels, unless another deployment continues to use them."""
        for bound in self._entrypoints:
            bound.entrypoint.close()
        if self._flows is not None:
            self._flows.close()
        self._release()
