"""Changes of APIs, plans, keys, users, groups, certificates and settings: only what a
change is about is affected by it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import (
    BACKLOG,
    BOUND_S,
    PASSWORD,
    Daemon,
    proxy_api,
    until,
)
from tests.wire.harness.subscribers import Subscribers
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.following import call, listed
from tests.wire.operate.multiplexed import Multiplexed
from tests.wire.plans.keyed import KeyedApi

CHANGES = 100
STREAMS = 900
"""Over HTTP/1.1, of each type of API."""
MULTIPLEXED = 100
"""Over HTTP/2, of each type of API."""
AUTHORITY = Authority()
INTERVAL_MS = 1000
EXTRA = """
        [[gateway.listeners]]
        id = "extra"
        endpoint = "tcp:0:interface=127.0.0.1"
"""
GROUP = {
    "name": "headers",
    "crossId": "headers",
    "apiType": "PROXY",
    "phase": "REQUEST",
}


def _settings(directory: Path, most: int) -> str:
    """
    Write a settings file.

    :param most: a setting that can change while the daemon runs.
    """
    return f"""
        [limits]
        max_exchanges_per_address = 0
        max_exchanges = {most}
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1{BACKLOG}"
        [[gateway.listeners]]
        id = "secure"
        endpoint = "tcp:0:interface=127.0.0.1{BACKLOG}"
        [gateway.listeners.tls]
        certificate = "{directory}/server.pem"
        key = "{directory}/server.key"
        http2 = true
        http2_max_streams = 1000
    """


class UntouchedTests(WireCase):
    """2,000 streams of two APIs that nobody changes, and APIs that are changed."""

    daemon: Daemon

    def setUp(self) -> None:
        """Start a daemon, and a source that sends numbers."""
        self.directory = self.new_directory()
        self.certify()
        self.daemon = self.start_daemon(
            self.directory / "data", _settings(self.directory, 20_000)
        )
        self.source = LoggedSource(INTERVAL_MS)
        self.source.start()
        self.addCleanup(self.source.kill)
        self.target = f"http://127.0.0.1:{self.source.port}/"
        self.changes = 0

    def certify(self) -> None:
        """Write a new certificate."""
        AUTHORITY.server("localhost", "127.0.0.1").write(str(self.directory))

    def test_nothing_unrelated_is_touched(self) -> None:
        """
        100 changes: no stream of the two APIs ends, and none lacks an event. The
        streams of changed APIs go on or end as it is documented.
        """
        crowds = self.crowds()
        victims = Victims(self)
        before = self.source.published()
        begun_s = time.monotonic()
        steps = self.steps(victims)
        for _ in range(CHANGES):
            next(steps)
            self.changes += 1
        took_s = time.monotonic() - begun_s
        print(f"{self.changes} changes in {took_s:.1f} s")
        published = self.source.published()
        self.assertGreater(published, before)
        plain, multiplexed = crowds[:2], crowds[2]
        for crowd in plain:
            self.assertEqual(sum(one.ended for one in crowd.clients), 0)
        self.assertEqual(multiplexed.open_streams(), 2 * MULTIPLEXED)

        def all_received() -> bool:
            last = [one.numbers[-1:] for crowd in plain for one in crowd.clients]
            last += [numbers[-1:] for numbers in multiplexed.numbers()]
            return all(one and one[0] >= published for one in last)

        until(all_received, "the last events arrive")
        received = [one.numbers for crowd in plain for one in crowd.clients]
        received += multiplexed.numbers()
        self.assertEqual(len(received), 2 * (STREAMS + MULTIPLEXED))
        for numbers in received:
            self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))
            self.assertLessEqual(numbers[0], before + 1)
        self.assertEqual(sum(one.gaps for crowd in plain for one in crowd.clients), 0)
        ends = [
            line
            for line in self.daemon.access_lines()
            if line["kind"] == "close" and line["apiId"] in self.untouched
        ]
        self.assertEqual(ends, [])
        victims.check()

    def crowds(self) -> tuple[Subscribers, Subscribers, Multiplexed]:
        """Open 2,000 streams: of a PROXY API and a MESSAGE API, of both protocols."""
        proxied = self.daemon.publish(proxy_api(self.target, "/proxied"))
        shared = self.daemon.publish(message_api(self.target, "/shared", {}))
        self.untouched = {proxied, shared}
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        multiplexed = Multiplexed(self.daemon.ports["secure"], context)
        self.addCleanup(multiplexed.close)
        crowds = []
        for path in ("/proxied", "/shared"):
            crowd = Subscribers(self.daemon.port, path)
            self.addCleanup(crowd.leave)
            crowd.add(STREAMS)
            crowds.append(crowd)
            multiplexed.open(path, MULTIPLEXED)
        multiplexed.start()
        until(
            lambda: (
                multiplexed.open_streams() == 2 * MULTIPLEXED
                and all(multiplexed.numbers())
                and all(one.numbers for crowd in crowds for one in crowd.clients)
            ),
            "2,000 streams",
        )
        self.assertEqual(len(listed(self.daemon, perPage=10_000)), 2000)
        return crowds[0], crowds[1], multiplexed

    def steps(self, victims: Victims) -> Iterator[None]:
        """Make changes without end, each another one than the one before."""
        for number, change in enumerate(cycle(victims.changes())):
            change(number)
            yield

    def reload(self, number: int) -> None:
        """Write a new certificate and other settings, and let the daemon read them."""
        self.certify()
        self.write_settings(20_000 + number, extra=False)
        done = "reload by SIGHUP: changed"
        before = self.daemon.log().count(done)
        os.kill(self.daemon.pid, signal.SIGHUP)
        until(lambda: self.daemon.log().count(done) > before, "the reload")

    def change_listeners(self, number: int) -> None:
        """Add a listener, and remove it again."""
        most = 20_000 + number
        for extra in (True, False):
            self.write_settings(most, extra=extra)
            answer = call(self.daemon, "POST", "/reload")
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["left"], [])
            self.assertTrue(answer.json()["applied"])

    def write_settings(self, most: int, extra: bool) -> None:
        """
        Write the settings file of the daemon.

        :param most: see :func:`_settings`.
        :param extra: whether there is one more listener.
        """
        text = _settings(self.directory, most).replace("{port}", "0")
        if extra:
            text += EXTRA
        # A daemon that reads half a file would serve half of the listeners.
        written = self.daemon.data_dir / "relay.toml.new"
        written.write_text(text)
        os.replace(written, self.daemon.data_dir / "relay.toml")


class Victims:
    """
    The APIs that are changed, each with streams of its own.

    :param case: the test.
    """

    def __init__(self, case: UntouchedTests) -> None:
        self.case = case
        self.daemon = daemon = case.daemon
        self.deployed_id = daemon.publish(proxy_api(case.target, "/deployed"))
        self.stopped_id = daemon.publish(topics_api("/stopped", {}))
        self.grouped_id = self.publish_grouped()
        self.keyed = KeyedApi(daemon, topics_api("/keyed", {}))
        self.keyed.start()
        self.revoked = self.keyed.subscribe()
        self.paused = self.keyed.subscribe_another()
        self.kept = self.keyed.subscribe_another()
        self.running = [
            self.stream("/deployed"),
            self.stream("/grouped"),
            self.stream(f"/keyed/t?api-key={self.kept.key}"),
        ]
        """Streams of changed APIs that go on."""
        self.ended = 0
        """How many streams the changes have ended."""

    def stream(self, path: str) -> RawClient:
        """Open a stream, once its API is served and its key known."""
        client = RawClient(self.daemon.port)
        self.case.addCleanup(client.close)

        def opens() -> bool:
            client.get(path, "Accept: text/event-stream")
            return b" 200 " in client.until(b"\r\n\r\n")

        until(opens, f"a stream of {path}")
        return client

    def publish_grouped(self) -> str:
        """Publish an API with a step of a shared policy group."""
        added = [{"name": "X-Number", "value": "0"}]
        step = {
            "policy": "transform-headers",
            "configuration": {"addHeaders": added},
        }
        group = self.daemon.must(
            "POST", "/shared-policy-groups", {**GROUP, "steps": [step]}
        )
        self.group_at = f"/shared-policy-groups/{group['id']}"
        self.daemon.must("POST", f"{self.group_at}/_deploy")
        definition = proxy_api(self.case.target, "/grouped")
        use = {
            "policy": "shared-policy-group-policy",
            "configuration": {"sharedPolicyGroupId": "headers"},
        }
        definition["flows"] = [{"request": [use]}]
        return self.daemon.publish(definition)

    def changes(self) -> list[Callable[[int], None]]:
        """List the kinds of changes; each is made several times."""
        return [
            self.deploy,
            self.make_plan,
            self.stop,
            self.renew_key,
            self.change_user,
            self.change_group,
            self.pause,
            self.case.reload,
            self.case.change_listeners,
            self.make_api,
            self.revoke_key,
        ]

    def deploy(self, number: int) -> None:
        """Deploy another version of a PROXY API."""
        definition = proxy_api(self.case.target, "/deployed", name=f"version {number}")
        self.daemon.must("PUT", f"/apis/{self.deployed_id}", definition)
        self.daemon.must("POST", f"/apis/{self.deployed_id}/deployments")

    def make_plan(self, number: int) -> None:
        """Create, publish and close a plan, with the deployment of each state."""
        at = f"/apis/{self.keyed.api_id}"
        body = {"name": f"plan {number}", "security": {"type": "KEY_LESS"}}
        plan = self.daemon.must("POST", f"{at}/plans", body)["id"]
        self.daemon.must("POST", f"{at}/plans/{plan}/_publish")
        self.daemon.must("POST", f"{at}/deployments")
        self.daemon.must("POST", f"{at}/plans/{plan}/_close")
        self.daemon.must("POST", f"{at}/deployments")

    def stop(self, number: int) -> None:
        """Stop an API, whose stream is told goodbye, and start it again."""
        client = self.stream("/stopped/t")
        self.daemon.must("POST", f"/apis/{self.stopped_id}/_stop")
        client.until(b"event: goaway")
        self.ended += 1
        client.close()
        self.daemon.must("POST", f"/apis/{self.stopped_id}/_start")

    def renew_key(self, number: int) -> None:
        """Issue another key of a subscription."""
        self.daemon.must("POST", f"{self.revoked.at}/api-keys/_renew", {})

    def revoke_key(self, number: int) -> None:
        """Revoke a key: its stream ends."""
        made = self.daemon.must("POST", f"{self.revoked.at}/api-keys/_renew", {})
        client = self.stream(f"/keyed/t?api-key={made['key']}")
        key_at = f"{self.revoked.at}/api-keys/{made['id']}"
        self.daemon.must("POST", f"{key_at}/_revoke")
        client.until(b'"reason": "revoked"')
        self.ended += 1
        client.close()

    def pause(self, number: int) -> None:
        """Pause a subscription, whose stream ends, and resume it."""
        client = self.stream(f"/keyed/t?api-key={self.paused.key}")
        self.paused.act("_pause")
        client.until(b'"reason": "revoked"')
        self.ended += 1
        client.close()
        self.paused.act("_resume")

    def change_user(self, number: int) -> None:
        """Create and delete a user."""
        name = f"user-{number}"
        body = {"name": name, "password": "horse-battery-9", "role": "VIEWER"}
        for method, path, content in (
            ("POST", "/users", body),
            ("DELETE", f"/users/{name}", None),
        ):
            connection = http.client.HTTPConnection(
                "127.0.0.1", self.daemon.management_port, timeout=BOUND_S
            )
            credentials = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
            headers = {"Authorization": f"Basic {credentials}"}
            if content is not None:
                headers["Content-Type"] = "application/json"
            connection.request(
                method,
                f"/management/v2{path}",
                None if content is None else json.dumps(content),
                headers,
            )
            status = connection.getresponse().status
            connection.close()
            self.case.assertIn(status, (201, 204))

    def change_group(self, number: int) -> None:
        """Deploy another version of a shared policy group."""
        added = [{"name": "X-Number", "value": str(number)}]
        step = {
            "policy": "transform-headers",
            "configuration": {"addHeaders": added},
        }
        body: dict[str, Any] = {
            "name": "headers",
            "crossId": "headers",
            "steps": [step],
        }
        self.daemon.must("PUT", self.group_at, body)
        self.daemon.must("POST", f"{self.group_at}/_deploy")

    def make_api(self, number: int) -> None:
        """Create, start, stop and delete an API."""
        made = self.daemon.must("POST", "/apis", topics_api(f"/made-{number}", {}))
        at = f"/apis/{made['id']}"
        body = {"name": "all", "security": {"type": "KEY_LESS"}}
        plan = self.daemon.must("POST", f"{at}/plans", body)["id"]
        self.daemon.must("POST", f"{at}/plans/{plan}/_publish")
        self.daemon.must("POST", f"{at}/_start")
        self.daemon.must("POST", f"{at}/_stop")
        self.daemon.must("DELETE", f"{at}?closePlans=true")

    def check(self) -> None:
        """Insist that the other streams of changed APIs go on, and receive events."""
        mine = {self.deployed_id, self.grouped_id, self.keyed.api_id, self.stopped_id}
        live = listed(self.daemon, apiIds=",".join(mine), phases="stream")
        self.case.assertEqual(len(live), len(self.running))
        for client in self.running[:2]:
            client.until(b"data: %d\n" % self.case.source.published())
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port)
        headers = {"Content-Type": "text/plain", "X-Gravitee-Api-Key": self.kept.key}
        connection.request("POST", "/keyed/t", "the last", headers)
        self.case.assertEqual(connection.getresponse().status, 202)
        connection.close()
        self.running[2].until(b"the last")
        ended = [
            line["outcome"]
            for line in self.daemon.access_lines()
            if line["kind"] == "close"
            and line["apiId"] in mine
            and line["outcome"] in ("stopped", "revoked")
        ]
        self.case.assertEqual(len(ended), self.ended)
