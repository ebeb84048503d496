"""The demo as a user runs it: setup, two commands, and again after a crash."""

from __future__ import annotations

import json
import shlex
import subprocess
import threading
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.trial.unittest import TestCase

from relay.demo.setup import DemoApi, demo_lines, setup_demo
from tests.wire.harness.daemon import BOUND_S, PASSWORD, Daemon, until
from tests.wire.harness.demo import demo_source

REACTOR: Any = reactor


class DemoTests(TestCase):
    """A real daemon, a real source, and curl."""

    async def test_the_two_commands(self) -> None:
        """The printed commands work as they are printed, on every run."""
        daemon = Daemon(Path(self.mktemp()).absolute()).start()
        self.addCleanup(daemon.kill)
        with demo_source(heartbeat_ms=200) as source_url:
            first = await self.set_up(daemon, source_url)
            self.try_commands(daemon, source_url)
            daemon.kill()
            daemon.start()
            second = await self.set_up(daemon, source_url)
            self.assertEqual((second.id, second.created), (first.id, False))
            self.try_commands(daemon, source_url)

    async def set_up(self, daemon: Daemon, source_url: str) -> DemoApi:
        """Set the demo up, and wait until the gateway serves it."""
        api = await setup_demo(
            f"http://127.0.0.1:{daemon.management_port}",
            "admin",
            PASSWORD,
            REACTOR,
            f"{source_url}/sse?channel=ssechannel&v=1.1",
        )
        until(lambda: daemon.get("/sseconsumer").status == 401, "the source asks")
        return api

    def try_commands(self, daemon: Daemon, source_url: str) -> None:
        """Run both lines, the second once the first one's stream is open."""
        lines = demo_lines(daemon.gateway_url, source_url).splitlines()
        subscribe, publish = map(shlex.split, lines)
        curl = subprocess.Popen(
            subscribe, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        # Reading its output would wait for ever if nothing came.
        bound = threading.Timer(BOUND_S, curl.kill)
        bound.start()
        self.addCleanup(curl.wait)
        self.addCleanup(curl.kill)
        self.addCleanup(bound.cancel)
        assert curl.stdout is not None
        self.assertEqual(curl.stdout.readline(), b":keepalive\n")
        published = subprocess.run(
            publish, capture_output=True, timeout=BOUND_S, check=True
        )
        ids = json.loads(published.stdout)["ids"]
        line = b""
        while not line.startswith(b"data: "):
            line = curl.stdout.readline()
            self.assertNotEqual(line, b"", "the stream has ended")
        message = json.loads(line.removeprefix(b"data: "))
        self.assertEqual([message["id"]], ids)
        self.assertEqual((message["name"], message["data"]), ("greeting", "hello"))
        curl.kill()
