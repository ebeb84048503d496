"""The limits of exchanges, which this process counts together with another."""

from __future__ import annotations

import json
from typing import Any, cast

from relay.gateway.exchange import Exchange
from relay.gateway.limits import ExchangeLimits
from relay.gateway.routes import RouteTable
from relay.policies.limits.places import Place, count_key
from relay.settings.gateway import LimitSettings
from tests.gateway.harness import EVENT_STREAM, get
from tests.gateway.raw import Client, until
from tests.gateway.sharing import SharingCase

JSON = b"Accept: application/json"


class SharedLimitTests(SharingCase):
    """Limits of the settings."""

    async def limited(self, *, answers: bool = True, **limits: Any) -> None:
        """
        Open the gateway.

        :param answers: whether the hub answers, and not only from :meth:`run_hub` on.
        """
        self.share(answers=answers)
        await self.stage(limits=LimitSettings(**limits))

    async def refusal(self) -> tuple[int, str]:
        """Make a call that is refused; return the status and the error key."""
        client = await self.asked(get(b"/api", JSON))
        answer = await client.answer()
        return answer.status, json.loads(answer.body)["key"]

    async def streaming(self) -> Client:
        """Open a stream."""
        client, connection = await self.call(get(b"/api"))
        connection.send(EVENT_STREAM)
        self.assertEqual((await client.head()).status, 200)
        return client

    async def test_attempts(self) -> None:
        """An address is refused when it has called all processes too often."""
        await self.limited(max_attempts_per_address=2, attempt_window_ms=5000)
        self.two.counters.hit("ATTEMPTS\x00127.0.0.1", 2, 5000)
        await self.streaming()
        self.assertEqual(await self.refusal(), (429, "ADDRESS_TOO_MANY_ATTEMPTS"))
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "limit_reached")

    async def test_exchanges(self) -> None:
        """The limit is that of the node; a place is free when its exchange is over."""
        await self.limited(max_exchanges=2, max_exchanges_per_address=9)
        self.two.places.enter([Place(count_key("NODE", "n"), 2)], "refuse")
        client = await self.streaming()
        self.assertEqual(await self.refusal(), (503, "GATEWAY_TOO_MANY_EXCHANGES"))
        client.reset()
        await self.gateway.ended(2)
        await self.streaming()

    async def test_exchanges_of_an_address(self) -> None:
        """An address has one number of exchanges in all processes."""
        await self.limited(max_exchanges_per_address=1)
        place = Place(count_key("ADDRESS", "127.0.0.1"), 1)
        self.two.places.enter([place], "refuse")
        self.assertEqual(await self.refusal(), (429, "ADDRESS_TOO_MANY_EXCHANGES"))
        self.two.places.leave([place.key])
        await self.streaming()

    async def test_a_client_that_leaves(self) -> None:
        """A client that leaves while it waits keeps no place."""
        await self.limited(answers=False, max_exchanges=1)
        client = await self.asked(get(b"/api"))
        await until(lambda: len(self.gateway.services.live), "the exchange")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.run_hub()
        await self.streaming()

    async def test_another_deployment(self) -> None:
        """A call that has waited is routed by the table that is in force then."""
        await self.limited(answers=False, max_exchanges=1)
        client = await self.asked(get(b"/api"))
        await until(lambda: len(self.gateway.services.live), "the exchange")
        self.gateway.resource.table = RouteTable()
        self.run_hub()
        self.assertEqual((await client.answer()).status, 404)

    async def test_without_an_engine(self) -> None:
        """``on_engine_loss`` decides, for places and for attempts."""
        for limit, refused in (
            ("max_exchanges", (503, "GATEWAY_TOO_MANY_EXCHANGES")),
            ("max_attempts_per_address", (429, "ADDRESS_TOO_MANY_ATTEMPTS")),
        ):
            one: dict[str, Any] = {limit: 1}
            await self.limited(on_engine_loss="allow", **one)
            self.machine.kill_hub()
            for _ in range(2):
                await self.streaming()
            await self.limited(on_engine_loss="local", **one)
            self.machine.kill_hub()
            await self.streaming()
            self.assertEqual(await self.refusal(), refused)
            await self.limited(on_engine_loss="refuse", **one)
            self.machine.kill_hub()
            self.assertEqual(await self.refusal(), (503, "GATEWAY_LIMITS_NOT_COUNTED"))

    async def test_without_limits(self) -> None:
        """A gateway without limits asks nobody."""
        await self.limited(answers=False)
        limits = ExchangeLimits(self.gateway.services)
        self.assertIsNone(limits.check(cast(Exchange, None)))
