"""The drain of a daemon over REST; with a real daemon in tests/wire/operate."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.reply import Reply
from relay.model.api.lifecycle import ActionRefused
from relay.model.schema.errors import Invalid
from relay.technical.drain import Drain, LocalDrain

NOW_MS = 1_800_000_000_000


class Left(NamedTuple):
    """What is left."""

    streams: int = 30
    calls: int = 2
    rate_per_s: float = 10.001
    spread_left_s: float = 3.0
    hard_stop_left_s: float = 9.0


class View(NamedTuple):
    """A drain in its delay."""

    state: str = "draining"
    stopping: bool = False
    begun_ms: int = NOW_MS - 1000
    streams_at_start: int = 40
    delay_left_s: float = 2.0
    left: Left = Left()


class Control:
    """Records what is asked for."""

    def __init__(self) -> None:
        self.stopping = False
        self.view: View | None = None
        self.asked: list[tuple[float | None, float | None] | None] = []

    def begin(self, spread_s: float | None, hard_stop_s: float | None) -> None:
        """Drain."""
        self.asked.append((spread_s, hard_stop_s))
        self.view = View()

    def cancel(self) -> None:
        """Serve."""
        self.asked.append(None)
        self.view = None


class Call(NamedTuple):
    """A request with a body."""

    body: Any = None


class DrainTests(SynchronousTestCase):
    """The family, with a control that does nothing."""

    def setUp(self) -> None:
        """Serve."""
        self.control = Control()
        self.family = Drain(LocalDrain(self.control, lambda: NOW_MS))

    def ask(self, method: str, body: Any = None) -> Reply:
        """Call a method."""
        made = getattr(self.family, method)(cast(Any, Call(body)))
        reply: Reply = self.successResultOf(Deferred.fromCoroutine(made))
        return reply

    def test_serving(self) -> None:
        """There is nothing else to tell."""
        self.assertEqual(self.ask("show").body, {"state": "serving"})

    def test_forecast(self) -> None:
        """The times are those of the clock of the day, the delay included."""
        reply = self.ask("begin", {"seconds": 3, "hardStopSeconds": 9})
        self.assertEqual(reply.status, 202)
        self.assertEqual(self.control.asked, [(3, 9)])
        self.assertEqual(
            reply.body,
            {
                "state": "draining",
                "stopping": False,
                "startedAt": "2027-01-15T07:59:59.000Z",
                "streamsAtStart": 40,
                "streams": 30,
                "calls": 2,
                "streamsPerSecond": 10.0,
                "lastStreamEndsAt": "2027-01-15T08:00:05.000Z",
                "hardStopAt": "2027-01-15T08:00:11.000Z",
            },
        )
        self.control.view = View("drained")
        self.assertNotIn("hardStopAt", cast(Any, self.ask("show").body))
        self.assertEqual(self.ask("cancel").body, {"state": "serving"})

    def test_defaults(self) -> None:
        """A request without a body has the times of the settings."""
        bodies: list[Any] = [None, {}, {"seconds": None}]
        for body in bodies:
            self.ask("begin", body)
            self.assertEqual(self.control.asked.pop(), (None, None))

    def refused(self, method: str, body: Any, error: type[Exception]) -> str:
        """Insist that a call is refused, and return the reason."""
        made = getattr(self.family, method)(cast(Any, Call(body)))
        failure = self.failureResultOf(Deferred.fromCoroutine(made), error)
        return str(failure.value)

    def test_bounds(self) -> None:
        """Numbers of seconds, in order; nothing else."""
        bodies: list[Any] = [
            {"seconds": -0.1},
            {"seconds": 86_401},
            {"seconds": True},
            {"seconds": "1"},
            {"seconds": 2, "hardStopSeconds": 1},
            {"hardStopSeconds": 1},
            {"spread": 1},
            [],
        ]
        for body in bodies:
            self.refused("begin", body, Invalid)
        self.assertEqual(self.control.asked, [])

    def test_a_daemon_that_stops(self) -> None:
        """Its drain is not changed."""
        self.control.stopping = True
        for method in ("begin", "cancel"):
            reason = self.refused(method, None, ActionRefused)
            self.assertIn("stops", reason)
        self.assertEqual(self.control.asked, [])
