"""The guide "Behind a proxy": its settings and configurations, with real proxies."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from twisted.trial.unittest import SkipTest

from tests.repo.tree import ROOT
from tests.wire.guides.page import blocks
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.demo import demo_source
from tests.wire.harness.ports import accepts, fixed_port

PAGE = (ROOT / "docs" / "guides" / "behind-a-proxy.md").read_text()
CLIENT = "127.0.0.2"
FORGED = "198.51.100.7"


def section(title: str) -> dict[str, list[str]]:
    """Return the blocks of a section, by language."""
    text = re.split(r"(?m)^## ", PAGE)
    (found,) = [one for one in text if one.startswith(f"{title}\n")]
    by_language: dict[str, list[str]] = {}
    for block in blocks(found):
        by_language.setdefault(block.language, []).append(block.text)
    return by_language


class ProxyTests(WireCase):
    """Each proxy with the configuration of the guide."""

    def start(self, settings: str) -> Daemon:
        """Start Relay with the settings of the guide, and publish an API."""
        daemon = Daemon(self.new_directory(), settings.replace("8082", "{port}"))
        daemon.port = fixed_port()
        self.addCleanup(daemon.kill)
        daemon.start()
        source = demo_source(heartbeat_ms=100)
        url = source.__enter__()
        self.addCleanup(source.__exit__, None, None, None)
        daemon.publish(proxy_api(f"{url}/sse?channel=c&v=1.1", "/prices"))
        return daemon

    def run_proxy(self, arguments: list[str], port: int, directory: Path) -> None:
        """Run a proxy until the end of the test."""
        name = arguments[0]
        program = shutil.which(name) or shutil.which(f"/usr/sbin/{name}")
        if program is None:
            raise SkipTest(f"{name} is not installed")
        with (directory / "proxy.log").open("wb") as log:
            process = subprocess.Popen(
                [program, *arguments[1:]], stdout=log, stderr=subprocess.STDOUT
            )
        self.addCleanup(process.wait, BOUND_S)
        self.addCleanup(process.terminate)
        until(lambda: accepts(port), f"{name} accepts connections")

    def stream(self, port: int) -> bytes:
        """Read the first bytes of a stream through the proxy."""
        curl = subprocess.Popen(
            [
                *("curl", "-sN", "-u", "demo:relay", "--interface", CLIENT),
                *("-H", f"X-Forwarded-For: {FORGED}"),
                f"http://127.0.0.1:{port}/prices",
            ],
            stdout=subprocess.PIPE,
        )
        assert curl.stdout is not None
        try:
            return curl.stdout.readline()
        finally:
            curl.kill()
            curl.wait(BOUND_S)
            curl.stdout.close()

    def test_nginx(self) -> None:
        """Heartbeats arrive at once, and a forged address is not believed."""
        parts = section("nginx")
        daemon = self.start(parts["toml"][0])
        directory, port = self.new_directory(), fixed_port()
        server = parts["nginx"][0].replace("8080", str(port))
        server = server.replace("8082", str(daemon.port))
        (directory / "nginx.conf").write_text(
            f"daemon off; pid {directory}/pid; error_log stderr;\n"
            "events { worker_connections 64; }\n"
            f"http {{ access_log off;\n{server}}}\n"
        )
        self.run_proxy(["nginx", "-c", f"{directory}/nginx.conf"], port, directory)
        self.assertEqual(self.stream(port), b":keepalive\n")
        line = daemon.access_line(kind="close", path="/prices")
        self.assertEqual(line["remoteAddress"], CLIENT)

    def test_haproxy(self) -> None:
        """Connections begin with a header that has the address of the client."""
        parts = section("HAProxy")
        daemon = self.start(parts["toml"][0])
        directory, port = self.new_directory(), fixed_port()
        text = parts["haproxy"][0].replace("8080", str(port))
        (directory / "haproxy.cfg").write_text(text.replace("8082", str(daemon.port)))
        self.run_proxy(["haproxy", "-f", f"{directory}/haproxy.cfg"], port, directory)
        self.assertEqual(self.stream(port), b":keepalive\n")
        line = daemon.access_line(kind="close", path="/prices")
        self.assertEqual(line["remoteAddress"], CLIENT)
