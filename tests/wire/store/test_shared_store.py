"""Several daemons on one store."""

from __future__ import annotations

import time

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import proxy_api, until
from tests.wire.harness.scripted import answering, scripted


def answer(body: bytes) -> bytes:
    """Make a response."""
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class SharedStoreTests(WireCase):
    """One daemon serves what is managed at the other."""

    def test_a_deployment_reaches_the_other_daemon(self) -> None:
        """Start, redeployment and stop arrive within a second."""
        root = self.new_directory()
        toml = f'[store]\nurl = "sqlite:///{root}/shared.db"\n'
        one = self.start_daemon(root / "one", toml)
        two = self.start_daemon(root / "two", toml)
        with (
            scripted(answering(answer(b"first"))) as (first, _),
            scripted(answering(answer(b"second"))) as (second, _),
        ):
            definition = proxy_api(f"http://127.0.0.1:{first}/", "/shared")
            api_id = one.publish(definition)
            self.took("start", lambda: two.get("/shared").body == b"first")
            definition = proxy_api(f"http://127.0.0.1:{second}/", "/shared")
            one.must("PUT", f"/apis/{api_id}", definition)
            self.assertEqual(two.get("/shared").body, b"first")
            one.must("POST", f"/apis/{api_id}/deployments", {})
            self.took("redeployment", lambda: two.get("/shared").body == b"second")
            two.must("POST", f"/apis/{api_id}/_stop")
            self.took("stop", lambda: one.get("/shared").status == 404)

    def took(self, what: str, state: object) -> None:
        """Wait for a state, a second at the most."""
        begun = time.monotonic()
        until(state, what, bound_s=1.0)  # type: ignore[arg-type]
        print(f"{what}: served after {(time.monotonic() - begun) * 1000:.0f} ms")
