"""
MESSAGE APIs: entrypoints on the client's side, a channel, an endpoint behind it.

:class:`MessageBackend` finds the entrypoint that a call is for; the entrypoint, a
connector in ``relay/connectors``, takes it from there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from twisted.web.http_headers import Headers

from relay.channel.channel import Channel
from relay.channel.channels import Channels
from relay.expression.errors import EvaluationFailed
from relay.gateway import refusals
from relay.gateway.cors import cors_headers, preflight_headers, preflight_method
from relay.gateway.exchange import Exchange
from relay.gateway.flows.events import EventRefused, ShapedChannel
from relay.gateway.flows.run import FlowRun
from relay.gateway.flows.runner import FlowRunner
from relay.gateway.ownership import ChannelLease
from relay.gateway.renewal import PARAMETER as RENEW, renew
from relay.http.refusals import Refusal
from relay.model.api.cors import CorsOptions
from relay.model.schema.request_target import RequestTarget


class MessageCall:
    """
    A call of a MESSAGE API, as its entrypoint sees it.

    :param exchange: the call; the client was let in.
    :param target: what follows the context-path.
    :param channels: the API's channels.
    :param passage: the call's way through the flows; None without any.
    """

    def __init__(
        self,
        exchange: Exchange,
        target: RequestTarget,
        channels: Channels,
        passage: FlowRun | None = None,
    ) -> None:
        self.exchange = exchange
        self._passage = passage
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
        """Whose share of the channels and their filters it counts for."""
        return self.exchange.record.client

    def header(self, name: bytes) -> bytes | None:
        """
        Give a request header's first value.

        :param name: its name, lower case.
        """
        values = self.headers.getRawHeaders(name)
        return values[0] if values else None

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
        Find or open the channel that the call is for, as flows let it be seen.

        :raises ChannelRefused: when there are as many as there may be, or when a flow
            cannot tell what the client may see.
        """
        channel = self.channels.open(
            target=self.target,
            headers=self.headers,
            address=self.client,
        )
        if self._passage is None:
            return channel
        try:
            return self._passage.shaped(channel)
        except EvaluationFailed:
            raise EventRefused(refusals.EXPRESSION_FAILED) from None

    @property
    def preflight_method(self) -> bytes | None:
        """The method that a preflight request asks for; None for any other call."""
        return preflight_method(self.method, self.headers)

    def answer_preflight(self, methods: bytes) -> None:
        """
        Answer a preflight request.

        :param methods: what the entrypoint takes, as a list for the header.
        """
        headers = preflight_headers(self.headers, self.exchange.cors, methods)
        self.exchange.answer(204, b"No Content", headers)

    def cors_headers(self) -> Headers:
        """Begin the head of an answer: with what lets a page in a browser read it."""
        return cors_headers(self.headers, self.exchange.cors)

    def refuse(self, refusal: Refusal) -> None:
        """
        Answer with a refusal.

        :param refusal: the answer.
        """
        self.exchange.refuse(refusal)


class Entrypoint(Protocol):
    """An entrypoint of one API, with its configuration."""

    upgrades: bool
    """Whether it takes connections over for another protocol than HTTP."""

    @property
    def cors(self) -> CorsOptions | None:
        """Which pages in a browser may read its answers; None for none."""

    def accepts(self, call: MessageCall) -> bool:
        """
        Whether a call is for this entrypoint; the first that says so takes it.

        :param call: the call.
        """

    def attach(self, call: MessageCall) -> None:
        """
        Answer a call, now or later, through ``call.exchange``.

        :param call: the call.
        """

    def close(self) -> None:
        """Take no new calls; those that were taken go on."""


def refuse(call: MessageCall, refusal: Refusal) -> None:
    """
    Refuse a call with its status.

    :param call: the call.
    :param refusal: the answer.
    """
    call.refuse(refusal)


class BoundEntrypoint(NamedTuple):
    """
    An entrypoint with what flows want to know of it.

    :param entrypoint: the entrypoint.
    :param id: of its kind.
    :param operations: what it does with events: ``SUBSCRIBE``, ``PUBLISH``.
    :param turn_away: how it refuses those who may come back later.
    """

    entrypoint: Entrypoint
    id: str
    operations: frozenset[str]
    turn_away: Callable[[MessageCall, Refusal], None] = refuse


class MessageBackend:
    """
    Answers the calls of a MESSAGE API.

    :param doors: its entrypoints, in the order in which they are asked.
    :param channels: the API's channels.
    :param group: the endpoint group's name, for the access log.
    :param custody: knows whether the channels are this process's; None when every
        process has its own.
    :param release: tells that this deployment needs the channels no more.
    :param entrance: leads into the API's flows; None without any.
    """

    def __init__(
        self,
        doors: Sequence[BoundEntrypoint],
        channels: Channels,
        group: str,
        custody: ChannelLease | None,
        release: Callable[[], None],
        entrance: FlowRunner | None = None,
    ) -> None:
        self._custody = custody
        self._doors = doors
        self._entrance = entrance
        self._channels = channels
        self._group = group
        self._release = release
        self.upgrades = any(door.entrypoint.upgrades for door in doors)

    def is_preflight(self, method: bytes, headers: Headers) -> bool:
        """Whether an entrypoint would answer it without giving or taking an event."""
        return preflight_method(method, headers) is not None

    def names_origin(self, exchange: Exchange, origin: str) -> bool:
        """Whether the entrypoint that a call is for names the origin, too."""
        door = self._find(MessageCall(exchange, exchange.target, self._channels))
        if door is None:
            return False
        origins: CorsOptions | None = getattr(
            door.entrypoint, "origins", door.entrypoint.cors
        )
        return origins is not None and origin in origins.allow_origin

    def answer(self, exchange: Exchange) -> None:
        """Find the entrypoint, and let it answer."""
        exchange.record.endpoint = self._group
        call = MessageCall(exchange, exchange.target, self._channels)
        door = self._find(call)
        if call.method == b"POST" and (stream := call.parameters.get(RENEW)):
            renew(exchange, stream)
        elif door is None:
            call.refuse(refusals.NO_ENTRYPOINT)
        elif (custody := self._custody) is None:
            self._go_through(door, call)
        else:
            custody.when_known(
                lambda here: self._go_through_if(here, custody, door, call)
            )

    def refuse(self, exchange: Exchange, refusal: Refusal) -> None:
        """Refuse a call so that a page in a browser can read why."""
        self._find(MessageCall(exchange, exchange.target, self._channels))
        exchange.refuse(refusal)

    def _find(self, call: MessageCall) -> BoundEntrypoint | None:
        for door in self._doors:
            if door.entrypoint.accepts(call):
                call.exchange.cors = door.entrypoint.cors
                return door
        return None

    def _go_through_if(
        self,
        here: bool,
        custody: ChannelLease,
        door: BoundEntrypoint,
        call: MessageCall,
    ) -> None:
        if call.exchange.over:
            return
        if here:
            self._go_through(door, call)
        else:
            call.refuse(custody.refusal)

    def _go_through(self, door: BoundEntrypoint, call: MessageCall) -> None:
        """Let the flows see to the call, if there are any, and attach it."""
        exchange = call.exchange
        if self._entrance is None or exchange.admission is None:
            door.entrypoint.attach(call)
            return

        def attach(passage: FlowRun) -> None:
            exchange.response_hooks.append(passage.adorn)
            asked = passage.call.request.target
            door.entrypoint.attach(
                MessageCall(exchange, asked, self._channels, passage)
            )

        self._entrance.enter(
            exchange,
            attach,
            door.operations,
            door.id,
            lambda refusal: door.turn_away(call, refusal),
        )

    def close(self) -> None:
        """End the channels, unless another deployment goes on with them."""
        for door in self._doors:
            door.entrypoint.close()
        if self._entrance is not None:
            self._entrance.close()
        self._release()
