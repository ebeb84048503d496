"""Failover at a real daemon: how often sources are called, and what clients receive."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import (
    BOUND_S,
    KEYLESS,
    SharedDaemon,
    proxy_api,
    until,
)
from tests.wire.harness.scripted import Connection, scripted

SHARED = SharedDaemon()
SLOW, RESET, OK, ERROR = "slow", "reset", "ok", "error"
"""What a source does with a request: it does not answer, resets the connection, or
answers with 200 or 500."""
FAST_MS, PATIENT_MS = 150, 10_000
"""``slowCallDuration`` where calls are slow, and where none is."""


class Sources:
    """
    Sources on one port, by the paths of their requests.

    :param behaviour: by path, what is done with its requests in order; the last entry
        also applies to all further ones.
    """

    def __init__(self, **behaviour: str) -> None:
        self.behaviour = {name: text.split() for name, text in behaviour.items()}
        self.calls: Counter[str] = Counter()
        self.targets: list[str] = []
        self.bodies: list[bytes] = []
        self._lock = threading.Lock()

    def serve(self, connection: Connection) -> None:
        """Serve the requests of a connection."""
        while True:
            head = connection.head()
            target = head.split(b" ")[1].decode()
            name = target.partition("?")[0].split("/")[1]
            if b"Content-Length: 4" in head:
                while len(connection.buffer) < 4:
                    connection.buffer += connection.socket.recv(4)
                body, connection.buffer = connection.buffer[:4], connection.buffer[4:]
                self.bodies.append(body)
            with self._lock:
                number = self.calls[name]
                self.calls[name] += 1
                self.targets.append(target)
            plan = self.behaviour[name]
            done = plan[min(number, len(plan) - 1)]
            if done == SLOW:
                connection.closed_at()
                return
            if done == RESET:
                connection.reset()
                return
            status = b"200 OK" if done == OK else b"500 Internal Server Error"
            text = name.encode()
            connection.send(
                b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s"
                % (status, len(text), text)
            )


class FailoverCase(WireCase):
    """APIs with failover."""

    def open(
        self,
        sources: Sources,
        failover: dict[str, Any],
        endpoints: tuple[str, ...] = ("one",),
        **members: Any,
    ) -> str:
        """
        Publish an API.

        :param endpoints: the paths of the endpoints of its default group.
        :param members: of the definition; ``second`` has the endpoints of a second
            group, ``rule`` is a rule of dynamic-routing.
        :return: its id.
        """
        self.daemon = SHARED.get()
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.sources = sources
        port, _ = stack.enter_context(scripted(sources.serve))
        self.path = "/" + self.id().rpartition(".")[2]
        body = proxy_api("", self.path)
        (group,) = body["endpointGroups"]
        (endpoint,) = group["endpoints"]

        def listed(paths: tuple[str, ...]) -> list[dict[str, Any]]:
            return [
                endpoint
                | {
                    "name": path.partition("?")[0],
                    "configuration": {"target": f"http://127.0.0.1:{port}/{path}"},
                }
                for path in paths
            ]

        group["endpoints"] = listed(endpoints)
        group["loadBalancer"] = {"type": members.pop("balancer", "ROUND_ROBIN")}
        if second := members.pop("second", ()):
            other = group | {"name": "second-group", "endpoints": listed(second)}
            body["endpointGroups"].append(other)
        if rule := members.pop("rule", None):
            rules = [{"pattern": rule[0], "url": rule[1]}]
            configuration = {"rules": rules}
            step = {"policy": "dynamic-routing", "configuration": configuration}
            body["flows"] = [{"request": [step]}]
        body["failover"] = {"enabled": True, "perSubscription": False, **failover}
        return self.daemon.publish(body | members)

    def call(
        self,
        path: str = "",
        method: str = "GET",
        body: bytes | None = None,
        **headers: str,
    ) -> tuple[int, str]:
        """Call the API; return the status, with the text of a 200."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        with contextlib.closing(connection):
            connection.request(method, self.path + path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            return response.status, text if response.status == 200 else ""

    def check(
        self, answer: tuple[int, str], expected: tuple[int, str], **calls: int
    ) -> None:
        """Compare an answer, and how often each source was called."""
        self.assertEqual(answer, expected)
        self.assertEqual(dict(self.sources.calls), calls)


class RetryTests(FailoverCase):
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


class FailureConditionTests(FailoverCase):
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


class RoutedTests(FailoverCase):
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


class CircuitTests(FailoverCase):
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
