"""``relay doctor`` with real proxies, certificates and a daemon."""

from __future__ import annotations

import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from twisted.trial.unittest import SkipTest

from tests.pki import Authority
from tests.wire.cli.case import CommandCase
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.demo import demo_source
from tests.wire.harness.ports import accepts, fixed_port

DAEMON = SharedDaemon()
EVENT = b"data: " + b"x" * 300 + b"\n\n"
EVERY_S = 0.06
AUTHORIZATION = "Basic ZGVtbzpyZWxheQ=="
_PASSED_ON = (
    'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;'
)
_COLLECTED = (
    "proxy_http_version 1.0; proxy_buffering on;"
    " proxy_ignore_headers X-Accel-Buffering;"
)
_CONFIGURATION = """\
daemon off; pid {directory}/pid; error_log stderr;
events {{ worker_connections 64; }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{source};
      {options}
    }}
  }}
}}
"""


class _Steady(BaseHTTPRequestHandler):
    """Answers with an event every few hundredths of a second."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send events until the client or the test ends it."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        chunked = self.request_version == "HTTP/1.1"
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        piece = b"%x\r\n%s\r\n" % (len(EVENT), EVENT) if chunked else EVENT
        over: threading.Event = self.server.over  # type: ignore[attr-defined]
        try:
            while not over.wait(EVERY_S):
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            pass
        self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        """Write nothing."""


class DoctorTests(CommandCase):
    """What is found, and what to do."""

    def findings(
        self, *arguments: str, daemon: Daemon | None = None, status: int
    ) -> dict[str, list[dict[str, str]]]:
        """Run the command, and return the findings by check."""
        ended = self.command(daemon, "doctor", *arguments, "--json")
        self.assertEqual((ended.status, ended.err), (status, ""), ended.out)
        found: dict[str, list[dict[str, str]]] = {}
        for one in ended.json()["findings"]:
            found.setdefault(one["check"], []).append(one)
        return found

    def source(self) -> int:
        """Start a source, and return its port."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Steady)
        server.over = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join, BOUND_S)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(server.over.set)  # type: ignore[attr-defined]
        return server.server_port

    def nginx(self, source: int, options: str) -> int:
        """Start a proxy, and return its port."""
        program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
        if program is None:
            raise SkipTest("nginx is not installed")
        directory, port = self.new_directory(), fixed_port()
        text = _CONFIGURATION.format(
            directory=directory, port=port, source=source, options=options
        )
        (directory / "nginx.conf").write_text(text)
        with (directory / "proxy.log").open("wb") as log:
            process = subprocess.Popen(
                [program, "-c", f"{directory}/nginx.conf"],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.addCleanup(process.wait, BOUND_S)
        self.addCleanup(process.terminate)
        until(lambda: accepts(port), "nginx accepts connections")
        return port

    def test_proxies(self) -> None:
        """A proxy that passes events on is told from one that collects them."""
        source = self.source()
        for options, level, status in (
            (_PASSED_ON, "ok", 0),
            (_COLLECTED, "error", 2),
        ):
            url = f"http://127.0.0.1:{self.nginx(source, options)}/events"
            found = self.findings(url, "--seconds", "4", status=status)
            (one,) = found["buffering"]
            self.assertEqual((options, one["level"]), (options, level), one)
            self.assertEqual("proxy_buffering off" in one["advice"], status == 2)
            self.assertIn("server: nginx", found["stream"][0]["found"])
            self.assertEqual(found["clock"][0]["level"], "ok")

    def test_a_silent_proxy_beside_the_stream_without_it(self) -> None:
        """Small events that a buffer holds back are found by a comparison."""
        with demo_source(heartbeat_ms=100) as source:
            port = int(source.rpartition(":")[2])
            path = "/sse?channel=c&v=1.1"
            url = f"http://127.0.0.1:{self.nginx(port, _COLLECTED)}{path}"
            ended = self.command(
                None,
                *("doctor", url, "--direct", f"{source}{path}", "--seconds", "3"),
                *("--header", "Authorization"),
                RELAY_HEADER_AUTHORIZATION=AUTHORIZATION,
            )
        self.assertEqual(ended.status, 2, ended.out + ended.err)
        self.assertRegex(ended.out, r"error +buffering: no byte|error +stream: ")

    def test_a_machine(self) -> None:
        """Taken ports, certificates that end, and the store of another version."""
        daemon = DAEMON.get()
        directory = self.new_directory()
        authority = Authority("relay tests")
        identity = authority.issue("gateway.example")
        (directory / "server.pem").write_text(identity.certificate_pem)
        (directory / "server.key").write_text(identity.key_pem)
        config = directory / "relay.toml"
        config.write_text(
            f"[[gateway.listeners]]\nendpoint = 'tcp:{daemon.port}'\n"
            f"[gateway.listeners.tls]\ncertificate = '{directory}/server.pem'\n"
            f"key = '{directory}/server.key'\n[management]\nendpoint = 'tcp:1'\n"
            "[technical]\nendpoint = ''\n"
        )
        found = self.findings(
            *("--config", str(config), "--data-dir", str(directory)), status=2
        )
        taken = found["port"][0]
        self.assertEqual(taken["level"], "error")
        self.assertIn("ss -ltnp", taken["advice"])
        self.assertTrue(found["certificate"][0]["found"].endswith("days are left"))
        self.assertEqual(found["store"][0]["level"], "ok")
        held = self.findings("--data-dir", str(daemon.data_dir), status=2)
        self.assertIn("of this Relay", held["store"][0]["found"])

    def test_sources_of_an_api(self) -> None:
        """The server measures the heartbeat, and proposes an idle timeout."""
        daemon = DAEMON.get()
        with demo_source(heartbeat_ms=300) as source:
            target = f"{source}/sse?channel=c&v=1.1"
            header = {"name": "Authorization", "value": AUTHORIZATION}
            shared = {"http": {"idleTimeout": 200}, "headers": [header]}
            definition = proxy_api(target, "/short", name="Short", **shared)
            daemon.must("POST", "/apis", definition)
            ended = self.command(
                daemon, "doctor", "--api", "Short", "--seconds", "2", "--json"
            )
        self.assertEqual(ended.status, 2, ended.out + ended.err)
        (one,) = ended.json()["findings"]
        self.assertEqual((one["check"], one["level"]), ("heartbeat", "error"))
        self.assertRegex(one["advice"], "^set idleTimeout to [0-9]+$")

    def test_settings_that_cannot_be_used(self) -> None:
        """Nothing is checked."""
        ended = self.command(None, "doctor", "--config", "/nowhere.toml")
        self.assertEqual(ended.status, 1)
        self.assertIn("cannot read /nowhere.toml", ended.err)
