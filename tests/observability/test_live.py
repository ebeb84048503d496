"""The exchanges that are under way."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.sent_events import SentEvents
from relay.http.client_stream import Ledger
from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchanges
from relay.observability.timeline import Timeline


class Exchange:
    """An exchange that does nothing."""

    streams = False
    transferred = Transferred(0, 0, 0)
    ends_at_once = leaves_evenly = False
    events = SentEvents(Ledger(), Timeline())

    def __init__(self, address: str, api_id: str | None = None) -> None:
        self.record = AccessRecord("GET", "h", "/", address, address, api_id=api_id)
        self.record.request_id = str(id(self))

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Go on."""

    def end(self, outcome: Outcome, key: str | None = None) -> None:
        """Go on."""


class LiveExchangesTests(SynchronousTestCase):
    def test_counted(self) -> None:
        """Exchanges are counted, in all and by address."""
        live = LiveExchanges()
        first, second, other = Exchange("a"), Exchange("a"), Exchange("b")
        for one in (first, second, other):
            live.began(one)
        self.assertEqual(len(live), 3)
        self.assertEqual([live.of_address(a) for a in "abc"], [2, 1, 0])
        live.ended(first)
        live.ended(other)
        self.assertEqual([live.of_address(a) for a in "abc"], [1, 0, 0])
        self.assertEqual(live.all(), [second])

    def test_forgotten_addresses_cost_nothing(self) -> None:
        """An address with no exchange left is not kept."""
        live = LiveExchanges()
        for number in range(100):
            exchange = Exchange(str(number))
            live.began(exchange)
            live.ended(exchange)
        live.of_address("somebody else")
        self.assertEqual(len(live._by_address), 0)

    def test_of_api(self) -> None:
        """The API of an exchange is looked up when asked for."""
        live = LiveExchanges()
        exchange = Exchange("a")
        live.began(exchange)
        self.assertEqual(live.of_api("x"), [])
        exchange.record.api_id = "x"
        self.assertEqual(live.of_api("x"), [exchange])

    def test_tells_when_none_is_left(self) -> None:
        """The callback is called at each end of the last exchange."""
        live = LiveExchanges()
        told: list[int] = []
        live.when_none(lambda: told.append(len(live)))
        first, second = Exchange("a"), Exchange("b")
        live.began(first)
        live.began(second)
        live.ended(first)
        self.assertEqual(told, [])
        live.ended(second)
        self.assertEqual(told, [0])
