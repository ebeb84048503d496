"""The limits of exchanges, and of the exchanges and attempts of one address."""

from __future__ import annotations

from functools import partial

from twisted.internet.defer import Deferred

from relay.cluster.link import EngineLost
from relay.gateway.exchange import Exchange
from relay.gateway.responses import refusals
from relay.gateway.services import Services
from relay.http.refusals import Refusal, Refused
from relay.policies.limits.counters import Hit
from relay.policies.limits.places import Place, count_key


class ExchangeLimits:
    """
    Applies the limits of the settings to exchanges that begin.

    A process that counts alone decides at once, by the exchanges that it carries.
    Otherwise the engine counts: the attempts and the exchanges of an address over all
    processes, all exchanges over the processes of the node.
    """

    def __init__(self, services: Services) -> None:
        self._services = services

    def check(self, exchange: Exchange) -> Deferred[None] | None:
        """
        Count an exchange.

        :return: a Deferred when the engine counts: fails with :class:`Refused` when a
            limit is reached. It is cancelled when the exchange ends before.
        :raises Refused: when a limit is reached.
        """
        limits, tallies = self._services.limits, self._services.tallies
        counted = limits.max_attempts_per_address
        if not tallies.node:
            # First, since an attempt counts regardless of its outcome.
            if counted:
                self._judge(self._hit_here(exchange))
            self._check_here(exchange)
            return None
        if not (counted or limits.max_exchanges or limits.max_exchanges_per_address):
            return None
        waited = Deferred.fromCoroutine(self._ask(exchange))
        exchange.end_hooks.append(waited.cancel)
        return waited

    def _check_here(self, exchange: Exchange) -> None:
        limits, live = self._services.limits, self._services.live
        # The exchange itself is counted already.
        if 0 < limits.max_exchanges < len(live):
            raise Refused(refusals.TOO_MANY)
        of_address = live.of_address(exchange.record.client)
        if 0 < limits.max_exchanges_per_address < of_address:
            raise Refused(refusals.TOO_MANY_OF_ADDRESS)

    def _hit_here(self, exchange: Exchange) -> Hit:
        return self._services.tallies.own.hit(*self._attempt(exchange))

    def _attempt(self, exchange: Exchange) -> tuple[str, int, int]:
        limits = self._services.limits
        key = f"ATTEMPTS\x00{exchange.record.client}"
        return key, limits.max_attempts_per_address, limits.attempt_window_ms

    def _judge(self, hit: Hit) -> None:
        if not hit.allowed:
            raise Refused(refusals.too_many_attempts(hit.ends_in_ms))

    async def _ask(self, exchange: Exchange) -> None:
        limits, tallies = self._services.limits, self._services.tallies
        on_loss = limits.on_engine_loss
        try:
            if limits.max_attempts_per_address:
                await self._count(exchange)
            places, full = self._places(exchange)
            if not places:
                return
            index = tallies.places.enter(places, on_loss)
            if isinstance(index, Deferred):
                index = await index
        except EngineLost:
            raise Refused(refusals.NOT_COUNTED) from None
        if index is not None:
            raise Refused(full[index])
        keys = [place.key for place in places]
        exchange.end_hooks.append(partial(tallies.places.leave, keys))

    async def _count(self, exchange: Exchange) -> None:
        """Count an attempt."""
        on_loss = self._services.limits.on_engine_loss
        hit = self._services.tallies.counters.hit(*self._attempt(exchange))
        try:
            self._judge(await hit if isinstance(hit, Deferred) else hit)
        except EngineLost:
            if on_loss == "refuse":
                raise
            if on_loss == "local":
                self._judge(self._hit_here(exchange))

    def _places(self, exchange: Exchange) -> tuple[list[Place], list[Refusal]]:
        """Return the places that an exchange needs, and how it is refused if they are
        all taken."""
        limits, node = self._services.limits, self._services.tallies.node
        wanted = (
            (limits.max_exchanges, "NODE", node, refusals.TOO_MANY),
            (
                limits.max_exchanges_per_address,
                "ADDRESS",
                exchange.record.client,
                refusals.TOO_MANY_OF_ADDRESS,
            ),
        )
        found = [one for one in wanted if one[0]]
        return (
            [Place(count_key(kind, name), most) for most, kind, name, _ in found],
            [refusal for *_, refusal in found],
        )
