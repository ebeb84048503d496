"""Callbacks that raise, among others."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.isolation import call_each
from tests.gateway.harness import GatewayCase


def _fail() -> None:
    raise ZeroDivisionError


class CallTests(SynchronousTestCase):
    def test_each_is_called(self) -> None:
        """All callbacks are called in order, despite an error of one."""
        called: list[int] = []
        call_each([lambda: called.append(1), _fail, lambda: called.append(2)])
        self.assertEqual(called, [1, 2])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)


class ExchangeTests(GatewayCase):
    async def test_an_ending_that_raises(self) -> None:
        """
        An error of one end hook does not prevent the others, nor the entry in the
        access log.
        """
        await self.stage()
        _, source = await self.stream()
        (exchange,) = self.gateway.services.live.all()
        told: list[str] = []
        exchange.end_hooks[:0] = [_fail]  # type: ignore[attr-defined]
        exchange.end_hooks.append(lambda: told.append("ended"))  # type: ignore[attr-defined]
        source.send(b"0\r\n\r\n")
        line = await self.gateway.ended()
        self.assertEqual((line["outcome"], told), ("completed", ["ended"]))
        self.assertEqual(len(self.gateway.services.live), 0)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
