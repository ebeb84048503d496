"""The ``preStop`` hook of the Helm chart, against a real daemon."""

from __future__ import annotations

import re
import subprocess
import sys
import time

from tests.repo.tree import ROOT
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, PASSWORD, proxy_api, until
from tests.wire.harness.demo import demo_source
from tests.wire.operate.technical import technical

HELPERS = ROOT / "etc" / "helm" / "relay" / "templates" / "_helpers.tpl"
SPREAD_S = 2


class ChartDrainTests(WireCase):
    """The script that the chart mounts."""

    def script(self, port: int) -> str:
        """Return the script, for another port of the technical API."""
        (text,) = re.findall(
            r'\{\{- define "relay\.drain" -\}\}\n(.*?)\{\{- end -\}\}',
            HELPERS.read_text(),
            re.S,
        )
        self.assertNotIn("{{", text)
        self.assertIn(":18082/", text)
        return str(text.replace("18082", str(port)))

    def test_it_ends_when_no_stream_is_left(self) -> None:
        """The streams are ended over the time of the settings."""
        daemon = self.start_daemon(
            environment={"RELAY__DRAIN__SPREAD_MS": str(SPREAD_S * 1000)}
        )
        source = demo_source()
        url = source.__enter__()
        self.addCleanup(source.__exit__, None, None, None)
        daemon.publish(proxy_api(f"{url}/sse?channel=c&v=1.1", "/live"))
        curls = []
        for _ in range(4):
            curl = subprocess.Popen(
                ["curl", "-sN", "-u", "demo:relay", f"{daemon.gateway_url}/live"],
                stdout=subprocess.DEVNULL,
            )
            self.addCleanup(curl.wait, BOUND_S)
            self.addCleanup(curl.kill)
            curls.append(curl)
        until(
            lambda: sum(one["kind"] == "open" for one in daemon.access_lines()) == 4,
            "the streams are open",
        )
        begun_s = time.monotonic()
        subprocess.run(
            [sys.executable, "-c", self.script(daemon.technical_port)],
            env={"RELAY_ADMIN_PASSWORD": PASSWORD},
            timeout=BOUND_S,
            check=True,
        )
        # The last of four streams ends after three quarters of the time.
        self.assertGreater(time.monotonic() - begun_s, SPREAD_S / 2)
        for curl in curls:
            curl.wait(BOUND_S)
        outcomes = [
            one["outcome"] for one in daemon.access_lines() if one["kind"] == "close"
        ]
        self.assertEqual(outcomes, ["drained"] * 4)
        ready = technical(daemon, "GET", "/_node/ready", authorization=None)
        self.assertEqual(ready.status, 503)
        daemon.stop()
