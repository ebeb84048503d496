"""Failover at a real daemon: how often sources are called, and what clients receive."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.wire.harness.daemon import KEYLESS, until
from tests.wire.upstream.group_case import ERROR, OK, RESET, SLOW, GroupCase, Sources

FAST_MS, PATIENT_MS = 150, 10_000
"""``slowCallDuration`` where calls are slow, and where none is."""


class RetryTests(GroupCase):
    """One endpoint, or several in turn."""

    def test_fast(self) -> None:
        """A call that is answered at once is made once."""
        self.open(Sources(one=OK), {"slowCallDuration": PATIENT_MS})
        self.check(self.call(), (200, "one"), one=1)

    def test_slow(self) -> None:
        """A source that never answers is called maxRetries times more."""
        self.open(Sources(one=SLOW), {"slowCallDuration": FAST_MS})
        self.check(self.call(), (502, ""), one=3)

    def test_slow_once(self) -> None:
        """The second try is answered."""
        self.open(Sources(one=f"{SLOW} {OK}"), {"slowCallDuration": FAST_MS})
        self.check(self.call(), (200, "one"), one=2)

    def test_connection_lost(self) -> None:
        """A connection that is reset is a failure, too."""
        self.open(Sources(one=RESET), {"slowCallDuration": PATIENT_MS})
        self.check(self.call(), (502, ""), one=3)

    def test_connection_lost_once(self) -> None:
        """The second connection holds."""
        self.open(Sources(one=f"{RESET} {OK}"), {"slowCallDuration": PATIENT_MS})
        self.check(self.call(), (200, "one"), one=2)

    def test_post(self) -> None:
        """Something that was posted is sent once, unless the publisher allows more."""
        self.open(Sources(one=SLOW), {"slowCallDuration": FAST_MS})
        self.check(self.call("", "POST", b"body"), (502, ""), one=1)

    def test_post_again(self) -> None:
        """Each try sends the whole body."""
        failover = {"slowCallDuration": FAST_MS, "retryNonIdempotent": True}
        self.open(Sources(one=SLOW), failover)
        self.check(self.call("", "POST", b"body"), (502, ""), one=3)
        self.assertEqual(self.sources.bodies, [b"body"] * 3)

    def test_several_fast(self) -> None:
        """The first endpoint answers."""
        sources = Sources(one=OK, two=OK, three=OK)
        self.open(sources, {"slowCallDuration": PATIENT_MS}, ("one", "two", "three"))
        self.check(self.call(), (200, "one"), one=1)

    def test_several_slow(self) -> None:
        """Each is called once."""
        sources = Sources(one=SLOW, two=SLOW, three=SLOW)
        self.open(sources, {"slowCallDuration": FAST_MS}, ("one", "two", "three"))
        self.check(self.call(), (502, ""), one=1, two=1, three=1)

    def test_the_third_answers(self) -> None:
        """The query of each endpoint is sent to it."""
        sources = Sources(one=SLOW, two=SLOW, three=OK)
        endpoints = ("one?e=1", "two?e=2", "three?e=3")
        self.open(sources, {"slowCallDuration": FAST_MS}, endpoints)
        self.check(self.call(), (200, "three"), one=1, two=1, three=1)
        self.assertEqual(sources.targets, ["/one?e=1", "/two?e=2", "/three?e=3"])

    def test_the_third_answers_a_post(self) -> None:
        """Each receives the body."""
        sources = Sources(one=SLOW, two=SLOW, three=OK)
        failover = {"slowCallDuration": FAST_MS, "retryNonIdempotent": True}
        self.open(sources, failover, ("one", "two", "three"))
        answer = self.call("", "POST", b"body")
        self.check(answer, (200, "three"), one=1, two=1, three=1)
        self.assertEqual(sources.bodies, [b"body"] * 3)


class FailureConditionTests(GroupCase):
    """Responses that count as failures."""

    FAILOVER = {
        "slowCallDuration": PATIENT_MS,
        "failureCondition": "{#response.status >= 500}",
    }

    def test_recovered(self) -> None:
        """The second response is none."""
        self.open(Sources(one=f"{ERROR} {OK}"), self.FAILOVER)
        self.check(self.call(), (200, "one"), one=2)

    def test_no_failure(self) -> None:
        """A response that the condition does not match is the answer."""
        self.open(Sources(one=OK), self.FAILOVER)
        self.check(self.call(), (200, "one"), one=1)

    def test_another_endpoint_each(self) -> None:
        """Tries go round the endpoints, whatever the load balancer selects."""
        for balancer in ("ROUND_ROBIN", "RANDOM"):
            with self.subTest(balancer):
                sources = Sources(one=ERROR, two=ERROR, three=ERROR)
                api_id = self.open(
                    sources,
                    self.FAILOVER | {"forceNextEndpointOnFailure": True},
                    ("one", "two", "three"),
                    balancer=balancer,
                )
                self.check(self.call(), (502, ""), one=1, two=1, three=1)
                self.daemon.must("POST", f"/apis/{api_id}/_stop")
                self.daemon.must("DELETE", f"/apis/{api_id}?closePlans=true")

    def test_round_again(self) -> None:
        """The first endpoint follows the last one."""
        sources = Sources(one=ERROR, two=f"{ERROR} {OK}", three=ERROR)
        failover = {"forceNextEndpointOnFailure": True, "maxRetries": 4}
        self.open(sources, self.FAILOVER | failover, ("one", "two", "three"))
        self.check(self.call(), (200, "two"), one=2, two=2, three=1)


class RoutedTests(GroupCase):
    """Calls that dynamic-routing sends to a group or an endpoint."""

    GROUP = ("/to/(.*)", "{#endpoints['second-group']}/{#group[0]}")
    ENDPOINT = ("/to/(.*)", "{#endpoints['two']}/{#group[0]}")

    def routed(
        self, sources: Sources, rule: tuple[str, str], second: tuple[str, ...]
    ) -> tuple[int, str]:
        """Open an API and call it."""
        failover = {"slowCallDuration": FAST_MS}
        self.open(sources, failover, second=second, rule=rule)
        return self.call("/to/x")

    def test_an_endpoint(self) -> None:
        """The named endpoint answers."""
        answer = self.routed(Sources(two=OK), self.ENDPOINT, ("two", "three"))
        self.check(answer, (200, "two"), two=1)
        self.assertEqual(self.sources.targets, ["/two/x"])

    def test_a_slow_endpoint(self) -> None:
        """Each try is made there."""
        answer = self.routed(Sources(two=SLOW), self.ENDPOINT, ("two", "three"))
        self.check(answer, (502, ""), two=3)

    def test_an_endpoint_that_is_slow_once(self) -> None:
        """The second try is answered."""
        sources = Sources(two=f"{SLOW} {OK}")
        answer = self.routed(sources, self.ENDPOINT, ("two", "three"))
        self.check(answer, (200, "two"), two=2)

    def test_a_group(self) -> None:
        """The first endpoint of the named group answers."""
        answer = self.routed(Sources(two=OK), self.GROUP, ("two", "three"))
        self.check(answer, (200, "two"), two=1)

    def test_a_slow_group(self) -> None:
        """Each try is made at the next endpoint of the group."""
        sources = Sources(two=SLOW, three=SLOW, four=SLOW)
        answer = self.routed(sources, self.GROUP, ("two", "three", "four", "five"))
        self.check(answer, (502, ""), two=1, three=1, four=1)

    def test_the_third_of_a_group(self) -> None:
        """The third endpoint of the named group answers."""
        sources = Sources(two=SLOW, three=SLOW, four=OK)
        answer = self.routed(sources, self.GROUP, ("two", "three", "four"))
        self.check(answer, (200, "four"), two=1, three=1, four=1)

    def test_two_slashes(self) -> None:
        """A group that begins with a slash is a path of the group, not a host."""
        sources = Sources(two=f"{SLOW} {OK}")
        rule = ("(/.*)", "{#endpoints['second-group']}/{#group[0]}")
        answer = self.routed(sources, rule, ("two",))
        self.check(answer, (200, "two"), two=2)
        self.assertEqual(sources.targets, ["/two//to/x"] * 2)


class CircuitTests(GroupCase):
    """The circuit breaker."""

    def test_calls_count(self) -> None:
        """Five calls fail, each with three tries, before the circuit opens."""
        self.open(Sources(one=SLOW), {"slowCallDuration": FAST_MS})
        with ThreadPoolExecutor(5) as pool:
            calls: list[Callable[[], tuple[int, str]]] = [self.call] * 5
            answers = list(pool.map(lambda call: call(), calls))
        self.assertEqual(answers, [(502, "")] * 5)
        self.assertEqual(self.sources.calls["one"], 15)
        self.check(self.call(), (502, ""), one=15)

    def test_per_subscription(self) -> None:
        """The circuit of one subscriber does not keep another out."""
        failover = {
            "slowCallDuration": FAST_MS,
            "maxRetries": 1,
            "maxFailures": 2,
            "perSubscription": True,
        }
        sources = Sources(one=" ".join([SLOW] * 4 + [OK]))
        at = f"/apis/{self.open(sources, failover)}"
        must = self.daemon.must
        plan = must("POST", f"{at}/plans", KEYLESS | {"security": {"type": "API_KEY"}})
        must("POST", f"{at}/plans/{plan['id']}/_publish")
        must("POST", f"{at}/deployments", {})
        application = must("POST", "/applications", {"name": "reader"})
        wanted = {"applicationId": application["id"], "planId": plan["id"]}
        key = must("POST", f"{at}/subscriptions", wanted)["apiKey"]["key"]
        self.assertEqual([self.call() for _ in range(3)], [(502, "")] * 3)
        self.assertEqual(sources.calls["one"], 4)

        def let_in() -> bool:
            return self.call(**{"X-Gravitee-Api-Key": key}) == (200, "one")

        # No call reaches the source before the gateway knows the key.
        until(let_in, "the other subscriber is served")
        self.assertEqual(sources.calls["one"], 5)
        self.assertEqual(self.call(), (502, ""))
