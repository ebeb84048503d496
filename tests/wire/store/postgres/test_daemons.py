"""Two daemons on one PostgreSQL database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.servers import postgres
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, proxy_api, until
from tests.wire.harness.scripted import answering, scripted


def answer(body: bytes) -> bytes:
    """Make a response."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class PostgresTests(WireCase):
    """Daemons that share nothing but a server."""

    skip = postgres.missing()

    def took(self, what: str, state: Callable[[], Any]) -> None:
        """Wait for a state, a second at the most."""
        begun = time.monotonic()
        until(state, what, bound_s=1.0)
        print(f"{what}: served after {(time.monotonic() - begun) * 1000:.0f} ms")

    def test_a_change_is_served_by_the_other_and_a_restart_is_survived(self) -> None:
        """A change is reported, not polled; no password is in any log; the server's
        restart ends nothing that is served, also by a daemon that starts meanwhile."""
        server = postgres.PostgresServer(synchronous_commit="on")
        self.addCleanup(server.remove)
        server.start()
        url = server.url(server.create())
        toml = f'[store]\nurl = "{url}"\npoll_ms = 60000\n'
        root = self.new_directory()
        one = self.start_daemon(root / "one", toml)
        two = self.start_daemon(root / "two", toml)
        with (
            scripted(answering(answer(b"first"))) as (first, _),
            scripted(answering(answer(b"second"))) as (second, _),
        ):
            api_id = one.publish(proxy_api(f"http://127.0.0.1:{first}/", "/shared"))
            self.took("start", lambda: two.get("/shared").body == b"first")
            changed = proxy_api(f"http://127.0.0.1:{second}/", "/shared")
            two.must("PUT", f"/apis/{api_id}", changed)
            two.must("POST", f"/apis/{api_id}/deployments", {})
            self.took("redeployment", lambda: one.get("/shared").body == b"second")
            kept = two.data_dir / "route-table"
            until(
                lambda: f"127.0.0.1:{second}/".encode() in kept.read_bytes(),
                "the table is kept",
                bound_s=BOUND_S,
            )
            server.stop()
            for daemon in (one, two):
                self.assertEqual(daemon.get("/shared").body, b"second")
                self.assertEqual(
                    daemon.manage("POST", f"/apis/{api_id}/_stop").status, 503
                )
            two.stop()
            two.start()
            self.assertEqual(two.get("/shared").body, b"second")
            server.start()
            until(
                lambda: one.manage("POST", f"/apis/{api_id}/_stop").status < 300,
                "a write after the restart",
                bound_s=BOUND_S,
            )
            until(lambda: two.get("/shared").status == 404, "the stop", bound_s=BOUND_S)
        for daemon in (one, two):
            for secret in (postgres.PASSWORD, postgres.QUOTED):
                self.assertNotIn(secret, daemon.log())
