"""The health that follows from the results of checks."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.endpoints.health_check import HealthCheck
from relay.upstream.health import KEPT, Health, Result

MARKS = {"UP": "U", "DOWN": "D", "TRANSITIONALLY_UP": "u", "TRANSITIONALLY_DOWN": "d"}


def health(successes: int = 2, failures: int = 3) -> Health:
    """An endpoint that takes so many results in a row to change its state."""
    check = HealthCheck(
        schedule="* * * * * *",
        target="/",
        success_threshold=successes,
        failure_threshold=failures,
    )
    return Health("a", check)


class HealthTests(SynchronousTestCase):
    """States, and the way between them."""

    def states(self, made: Health, results: str) -> str:
        """The states after each result: ``+`` or ``-``."""
        states = ""
        for sign in results:
            made.record(Result(0, 200, 1, "" if sign == "+" else "no"))
            states += MARKS[made.status]
        return states

    def test_down_and_up(self) -> None:
        """Failures in a row bring an endpoint down, successes in a row up again."""
        self.assertEqual(self.states(health(), "---++"), "ddDuU")

    def test_not_in_a_row(self) -> None:
        """A different result restarts the count."""
        self.assertEqual(self.states(health(), "--+--+---"), "ddUddUddD")
        made = health()
        self.states(made, "---")
        self.assertEqual(self.states(made, "+-+-++"), "uDuDuU")

    def test_at_once(self) -> None:
        """A threshold of one has no state in between."""
        self.assertEqual(self.states(health(1, 1), "-+-"), "DUD")

    def test_available(self) -> None:
        """An endpoint is available until it is down, and again when it is up."""
        made = health()
        seen = []
        for sign in "---++":
            self.states(made, sign)
            seen.append(made.available)
        self.assertEqual(seen, [True, True, False, False, True])

    def test_bounded(self) -> None:
        """Only the newest results are kept."""
        made = health()
        for number in range(KEPT + 5):
            made.record(Result(number, 200, 1))
        shown = made.as_json()
        self.assertEqual(len(shown["results"]), KEPT)
        self.assertEqual(shown["results"][0]["at_ms"], 5)
        self.assertEqual((shown["status"], shown["available"]), ("UP", True))
