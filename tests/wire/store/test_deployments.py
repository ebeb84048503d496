"""The management API reports the deployments that gateways serve."""

from __future__ import annotations

from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import KEYLESS, Daemon, proxy_api, until
from tests.wire.harness.scripted import answering, scripted

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"


class DeploymentTests(WireCase):
    """Daemons of a test's own."""

    def setUp(self) -> None:
        """Make a directory."""
        self.root = self.new_directory()

    def daemon(self, name: str) -> Daemon:
        """Start one on the store of all."""
        toml = f'[store]\nurl = "sqlite:///{self.root}/shared.db"\n'
        return self.start_daemon(self.root / name, toml)

    def needing(self, port: int, path: str) -> dict[str, Any]:
        """An API that needs a file."""
        ssl = {"trustStore": {"type": "PEM", "path": path}}
        return proxy_api(f"http://127.0.0.1:{port}/", "/api", ssl=ssl)

    def test_what_a_deployment_needs_is_tried_before_it_is_answered(self) -> None:
        """A trust store that is missing: refused by name, and nothing changes."""
        daemon = self.daemon("one")
        with scripted(answering(OK + b"old")) as (port, _):
            definition = self.needing(port, str(self.root / "ca.pem"))
            api_id = daemon.must("POST", "/apis", definition)["id"]
            plan_id = daemon.must("POST", f"/apis/{api_id}/plans", KEYLESS)["id"]
            daemon.must("POST", f"/apis/{api_id}/plans/{plan_id}/_publish")
            answer = daemon.manage("POST", f"/apis/{api_id}/_start")
            self.assertEqual(answer.status, 400)
            self.assertIn("ca.pem", answer.json()["message"])
            self.assertEqual(daemon.must("GET", f"/apis/{api_id}")["state"], "STOPPED")
            (self.root / "ca.pem").write_text(Authority().pem)
            daemon.must("POST", f"/apis/{api_id}/_start")
            self.assertEqual(daemon.get("/api").status, 200)
            api = daemon.must("GET", f"/apis/{api_id}")
            self.assertEqual(api["deploymentState"], "DEPLOYED")

    def test_what_was_answered_is_served_already(self) -> None:
        """A client that calls at once after the answer meets what was deployed."""
        daemon = self.daemon("one")
        with scripted(answering(OK + b"old")) as (port, _):
            target = f"http://127.0.0.1:{port}/"
            api_id = daemon.must("POST", "/apis", proxy_api(target, "/p"))["id"]
            plan_id = daemon.must("POST", f"/apis/{api_id}/plans", KEYLESS)["id"]
            daemon.must("POST", f"/apis/{api_id}/plans/{plan_id}/_publish")
            for number in range(5):
                daemon.must("POST", f"/apis/{api_id}/_start")
                self.assertEqual(daemon.get("/p").status, 200)
                daemon.must("POST", f"/apis/{api_id}/_stop")
                self.assertEqual(daemon.get("/p").status, 404, number)

    def test_a_gateway_that_cannot_serve_it_goes_on_with_the_one_before(self) -> None:
        """
        A gateway that cannot serve a deployment reports it and serves the previous one,
        also after a restart.
        """
        one, two = self.daemon("one"), self.daemon("two")
        with (
            scripted(answering(OK + b"old")) as (old, _),
            scripted(answering(OK + b"new")) as (new, _),
        ):
            api_id = one.publish(proxy_api(f"http://127.0.0.1:{old}/", "/api"))
            until(lambda: two.get("/api").body == b"old", "the other one serves it")
            # Relative to the directory in which a daemon runs.
            (one.data_dir / "ca.pem").write_text(Authority().pem)
            one.must("PUT", f"/apis/{api_id}", self.needing(new, "ca.pem"))
            one.must("POST", f"/apis/{api_id}/deployments")
            self.assertEqual(one.get("/api").body, b"new")

            def state() -> str:
                found: str = one.must("GET", f"/apis/{api_id}")["deploymentState"]
                return found

            for _ in range(2):
                until(lambda: state() == "NEED_REDEPLOY", "the refusal is told")
                self.assertEqual(two.get("/api").body, b"old")
                current = one.must("GET", f"/apis/{api_id}/deployments/current")
                self.assertEqual(current["deploymentNumber"], 2)
                served = {
                    gateway["deploymentNumber"]: gateway.get("refused", {})
                    for gateway in current["gateways"]
                }
                self.assertEqual(set(served), {1, 2})
                self.assertEqual(served[2], {})
                self.assertEqual(served[1]["deploymentNumber"], 2)
                self.assertIn("ca.pem", served[1]["reason"])
                two.stop()
                until(lambda: state() == "DEPLOYED", "it has ended")
                two.start()
            (two.data_dir / "ca.pem").write_text(Authority().pem)
            two.stop()
            two.start()
            self.assertEqual(two.get("/api").body, b"new")
            until(lambda: state() == "DEPLOYED", "all serve it")
