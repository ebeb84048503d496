"""Health and readiness, as an operator and as an orchestrator see them."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.management.access.identity import ANYBODY, Identity
from relay.management.http.errors import BadRequest
from relay.management.http.query import Query
from relay.management.http.routing import RestCall
from relay.model.role import Role
from relay.observability import probes
from relay.technical.health import PARAMETERS, Health

VIEWER = Identity("ops", Role.VIEWER)


class HealthTests(SynchronousTestCase):
    """Probes and reasons that the test controls."""

    def setUp(self) -> None:
        """Have a good probe and a bad one."""
        self.probes = probes.Probes(Clock())
        self.probes.add("good", lambda: probes.Health(True, facts={"limit": 1}))
        self.probes.add("bad", lambda: probes.Health(False, "why"))
        self.reasons: dict[str, str] = {}
        self.family = Health(self.probes, lambda: self.reasons)

    def ask(self, name: str, user: Identity = VIEWER, **query: str) -> tuple[int, Any]:
        """Call a method of the family."""
        parameters = {key.encode(): [one.encode()] for key, one in query.items()}
        call = RestCall("", "", Query(parameters, PARAMETERS), None, None, user)
        coroutine = getattr(self.family, name)(call)
        try:
            coroutine.send(None)
        except StopIteration as ended:
            return ended.value.status, ended.value.body
        self.fail("it waits")

    def test_one_bad_probe_is_enough(self) -> None:
        """The status is 503, and each probe has its result."""
        self.assertEqual(
            self.ask("health"),
            (
                503,
                {
                    "good": {"healthy": True, "limit": 1},
                    "bad": {"healthy": False, "message": "why"},
                },
            ),
        )

    def test_chosen_probes(self) -> None:
        """Only the named probes are run, and count."""
        self.assertEqual(
            self.ask("health", probes="good"),
            (200, {"good": {"healthy": True, "limit": 1}}),
        )
        self.assertEqual(self.ask("health", probes="good,bad")[0], 503)

    def test_unknown_probes(self) -> None:
        """An unknown name is refused, with the names that there are."""
        error = self.assertRaises(BadRequest, self.ask, "health", probes="good,nope")
        self.assertIn("takes bad, good", str(error))

    def test_without_credentials(self) -> None:
        """Names and states are shown, and nothing else."""
        self.assertEqual(
            self.ask("health", ANYBODY),
            (503, {"good": {"healthy": True}, "bad": {"healthy": False}}),
        )

    def test_ready(self) -> None:
        """It is ready as long as there is no reason against it."""
        self.assertEqual(self.ask("ready"), (200, {"ready": True}))
        self.reasons = {"starting": "the first route table is not built yet"}
        self.assertEqual(
            self.ask("ready"), (503, {"ready": False, "reasons": self.reasons})
        )
        self.assertEqual(
            self.ask("ready", ANYBODY), (503, {"ready": False, "reasons": ["starting"]})
        )
