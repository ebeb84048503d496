"""A changed settings file takes effect without a restart."""

from __future__ import annotations

import base64
import json
import os
import re
import time
from datetime import datetime
from pathlib import Path

from tests.pki import Authority
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, proxy_api, until
from tests.wire.harness.ports import fixed_port
from tests.wire.harness.scripted import Connection, answering, scripted
from tests.wire.lifecycle.test_stop import served
from tests.wire.operate.reloading import ReloadCase
from tests.wire.operate.technical import ADMIN, technical

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class SettingsTests(ReloadCase):
    """What is applied, what is left, and what is refused."""

    def test_applied_and_left(self) -> None:
        """The answer names both; a trial changes nothing."""
        daemon = self.start()
        changed = (
            "[limits]\nmax_exchanges = 7\n[store]\nthreads = 2\n"
            '[process]\nshare_data_dir = true\n[outbound]\nallow = ["127.0.0.1"]\n'
        )
        expected = {
            "applied": ["limits.max_exchanges", "outbound.allow"],
            "left": ["store.threads", "process.share_data_dir"],
        }
        self.write(daemon, changed)
        for _ in range(2):
            answer = self.post(daemon, "?dryRun=true").json()
            (change,) = answer.pop("changes")
            self.assertEqual(answer, {"dryRun": True, **expected})
            self.assertEqual(change["event"], "SETTINGS_RELOADED")
            self.assertIn(
                expected["applied"], [one["after"] for one in change["fields"]]
            )
        self.assertEqual(self.post(daemon).json(), {"dryRun": False, **expected})
        self.assertEqual(self.post(daemon).json()["applied"], [])
        audits = daemon.must("GET", "/audits?events=SETTINGS_RELOADED")["data"]
        (audit,) = audits
        self.assertEqual(audit["user"]["id"], "admin")
        changes = {one["path"]: one["after"] for one in audit["changes"]}
        self.assertEqual(changes["/applied"], expected["applied"])
        self.assertEqual(changes["/left"], expected["left"])
        log = daemon.log()
        for name in expected["left"]:
            self.assertIn(
                f"{name}: changed in the file; takes effect at the next start", log
            )
        self.assertIn(
            "reload by admin: changed limits.max_exchanges, outbound.allow", log
        )

    def test_mistakes(self) -> None:
        """All are in the answer and in the log, and nothing has changed."""
        daemon = self.start("[gateway]\nvia = false\n")
        broken = "[gateway]\nvia = true\nspeed = 1\n[limits]\nmax_headers = 1\n"
        self.write(daemon, broken)
        for query in ("?dryRun=true", ""):
            answer = self.post(daemon, query)
            self.assertEqual(answer.status, 400)
            body = answer.json()
            self.assertEqual(body["technicalCode"], "settings.invalid")
            self.assertEqual(
                [one["location"] for one in body["details"]],
                ["gateway.speed", "limits.max_headers"],
            )
        for one in body["details"]:
            self.assertIn(f"reload: {one['message']}", daemon.log())
        self.write(daemon, "[gateway\n")
        answer = self.post(daemon)
        self.assertEqual(answer.status, 400)
        self.assertIn("is not TOML", answer.json()["details"][0]["message"])
        os.unlink(daemon.data_dir / "relay.toml")
        self.assertIn(b"cannot read", self.post(daemon).body)
        self.assertEqual(self.reload(daemon, "[gateway]\n")["applied"], ["gateway.via"])

    def test_by_a_signal(self) -> None:
        """SIGHUP does the same; a broken file is in the log."""
        daemon = self.start()
        self.hang_up(daemon, "[limits\n", "the settings stay as they were")
        self.hang_up(
            daemon,
            "[limits]\nmax_exchanges = 3\n",
            "reload by SIGHUP: changed limits.max_exchanges",
        )

    def test_roles(self) -> None:
        """Only an administrator may reload."""
        daemon = self.start()
        answer = technical(daemon, "POST", "/_node/reload", authorization=None)
        self.assertEqual(answer.status, 401)

    def test_several_at_once(self) -> None:
        """Each is complete before the next begins."""
        daemon = self.start()
        self.write(daemon, "[limits]\nmax_exchanges = 7\n")
        clients = [RawClient(daemon.technical_port) for _ in range(8)]
        for client in clients:
            self.addCleanup(client.close)
            client.send(
                b"POST /_node/reload HTTP/1.1\r\nHost: localhost\r\n"
                b"Authorization: %s\r\nConnection: close\r\n"
                b"Content-Length: 0\r\n\r\n" % ADMIN.encode()
            )
        bodies = [
            json.loads(client.rest()[0].partition(b"\r\n\r\n")[2]) for client in clients
        ]
        applied = [one["applied"] for one in bodies if one["applied"]]
        self.assertEqual(applied, [["limits.max_exchanges"]])


class PartsTests(ReloadCase):
    """A changed setting of each part takes effect."""

    def test_limits(self) -> None:
        """Fewer requests of one address."""
        daemon = self.start()
        with scripted(answering(OK)) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/a"))
            self.assertEqual([daemon.get("/a").status for _ in range(3)], [200] * 3)
            self.reload(daemon, "[limits]\nmax_attempts_per_address = 1\n")
            self.assertEqual([daemon.get("/a").status for _ in range(2)], [200, 429])

    def test_heads(self) -> None:
        """Larger heads of requests and responses."""
        daemon = self.start()
        big = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nBig: %s\r\n\r\nok" % (
            b"x" * 20_000
        )
        with scripted(answering(big)) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/a"))
            self.assertEqual(daemon.get("/a").status, 502)
            self.assertEqual(daemon.get("/a", {"Big": "x" * 20_000}).status, 431)
            self.reload(daemon, "[limits]\nmax_head_bytes = 65536\n")
            self.assertEqual(daemon.get("/a", {"Big": "x" * 20_000}).status, 200)

    def test_gateway(self) -> None:
        """Headers and texts of the gateway."""
        daemon = self.start()
        with scripted(answering(OK)) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/a"))
            self.assertIsNotNone(daemon.get("/a").headers["Via"])
            self.reload(
                daemon,
                '[gateway]\nvia = false\nnot_found_message = "nothing here"\n',
            )
            self.assertIsNone(daemon.get("/a").headers["Via"])
            self.assertEqual(daemon.get("/none").body, b"nothing here")

    def test_access_log(self) -> None:
        """Another file, with queries; the file before gets no more lines."""
        daemon = self.start()
        daemon.get("/none?q=1")
        before = daemon.data_dir / "access.log"
        until(lambda: before.read_text(), "a line in the file before")
        path = daemon.data_dir / "other.log"
        toml = f'[log]\naccess = "{path}"\naccess_query = true\n'
        self.write(daemon, toml)
        self.post(daemon, "?dryRun=true")
        self.assertFalse(path.exists())
        self.reload(daemon, toml)
        size = before.stat().st_size
        daemon.get("/none?q=2")
        line = until(path.read_text, "a line in the new file")
        self.assertIn("query", json.loads(line))
        self.assertEqual(before.stat().st_size, size)
        self.assertEqual(self.open_files(daemon, before), 0)
        self.write(daemon, '[log]\naccess = "/nowhere/at/all.log"\n')
        answer = self.post(daemon)
        self.assertEqual(answer.status, 400)
        self.assertIn("/nowhere/at/all.log", answer.json()["details"][0]["message"])

    def open_files(self, daemon: Daemon, path: Path) -> int:
        """Count the descriptors that the daemon has of a file."""
        found = 0
        for link in Path(f"/proc/{daemon.pid}/fd").iterdir():
            # The daemon opens and closes others meanwhile.
            try:
                found += os.readlink(link) == str(path)
            except FileNotFoundError:
                pass
        return found

    def test_outbound(self) -> None:
        """A callout reaches a private address once it is allowed."""
        daemon = self.start()
        with scripted(answering(OK)) as (port, _):
            api = proxy_api(f"http://127.0.0.1:{port}/", "/a")
            callout = {
                "url": f"http://127.0.0.1:{port}/",
                "exitOnError": True,
                "errorStatusCode": "502",
            }
            step = {"policy": "policy-http-callout", "configuration": callout}
            api["flows"] = [
                {"selectors": [{"type": "HTTP", "path": "/"}], "request": [step]}
            ]
            daemon.publish(api)
            self.assertEqual(daemon.get("/a").status, 502)
            self.reload(daemon, '[outbound]\nallow = ["127.0.0.0/8"]\n')
            self.assertEqual(daemon.get("/a").status, 200)
            self.reload(daemon, "[outbound]\n")
            self.assertEqual(daemon.get("/a").status, 502)
            self.write(daemon, '[outbound]\nca = "/nowhere/ca.pem"\n')
            answer = self.post(daemon)
            self.assertEqual(answer.status, 400)
            self.assertIn(b"/nowhere/ca.pem", answer.body)

    def test_timeouts(self) -> None:
        """A call that begins after the reload has the new timeout."""
        daemon = self.start("[gateway]\nrequest_timeout_ms = 60000\n")

        def silent(connection: Connection) -> None:
            connection.closed_at()

        with scripted(silent) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/a"))
            self.reload(daemon, "[gateway]\nrequest_timeout_ms = 200\n")
            self.assertEqual(daemon.get("/a").status, 504)

    def test_daemon_log(self) -> None:
        """Another level, and JSON."""
        daemon = self.start()
        self.hang_up(daemon, '[log]\nlevel = "debug"\n', "changed log.level")
        daemon.get("/none")
        self.reload(daemon, '[log]\nformat = "json"\n')
        self.reload(daemon, '[log]\nformat = "json"\naccess_keep = 9\n')
        (line,) = (one for one in daemon.log().splitlines() if "access_keep" in one)
        self.assertIn("changed log.access_keep", json.loads(line)["message"])

    def test_metrics(self) -> None:
        """The limit of series, and the result of the last reload."""
        daemon = self.start()
        self.write(daemon, "[metrics\n")
        self.post(daemon)
        names = "relay_config_last_reload_successful"
        self.assertEqual(self.sample(daemon, names), 0)
        self.reload(daemon, "[metrics]\nmax_series = 77\n")
        self.assertEqual(self.sample(daemon, names), 1)
        self.assertEqual(self.sample(daemon, "relay_metrics_series_limit"), 77)
        at_s = self.sample(daemon, "relay_config_last_reload_success_timestamp_seconds")
        self.assertLess(abs(time.time() - at_s), 60)

    def sample(self, daemon: Daemon, name: str) -> float:
        """Scrape one value."""
        body = technical(daemon, "GET", "/_node/metrics/prometheus").body.decode()
        (line,) = re.findall(rf"(?m)^{name}(?:{{[^}}]*}})? (\S+)$", body)
        return float(line)

    def test_logins(self) -> None:
        """Fewer failed logins lock an address out."""
        daemon = self.start()
        self.reload(daemon, "[admin]\nmax_failed_logins = 1\n")
        wrong = "Basic " + base64.b64encode(b"admin:wrong").decode()
        statuses = [
            technical(daemon, "GET", "/_node", authorization=wrong).status
            for _ in range(2)
        ]
        self.assertEqual(statuses, [401, 429])

    def test_operators(self) -> None:
        """The token of the technical API, and the names of the management API."""
        daemon = self.start()
        token = "Bearer 0123456789abcdef"
        headers = {"Host": "relay.example"}
        self.assertEqual(
            technical(daemon, "GET", "/_node", authorization=token).status, 401
        )
        self.assertEqual(daemon.manage("GET", "/apis", headers=headers).status, 421)
        self.reload(
            daemon,
            '[technical]\ntoken = "0123456789abcdef"\n'
            '[management]\nhosts = ["relay.example"]\n',
        )
        self.assertEqual(
            technical(daemon, "GET", "/_node", authorization=token).status, 200
        )
        self.assertEqual(daemon.manage("GET", "/apis", headers=headers).status, 200)
        answer = technical(daemon, "POST", "/_node/reload", authorization=token)
        self.assertEqual(answer.status, 403)

    def test_public_url(self) -> None:
        """The management API shows the new URL."""
        daemon = self.start()
        with scripted(answering(OK)) as (port, _):
            api = daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/a"))
            self.reload(daemon, '[gateway]\npublic_url = "https://events.example"\n')
            shown = daemon.must("GET", f"/apis/{api}/exposedEntrypoints")
            self.assertEqual(
                [one["value"] for one in shown], ["https://events.example/a"]
            )

    def test_drain(self) -> None:
        """A drain that begins after the reload has the new spread and delay."""
        daemon = self.start()
        self.reload(daemon, "[drain]\nspread_ms = 3600000\ndelay_ms = 600000\n")
        shape = technical(daemon, "POST", "/_node/drain", {}).json()
        begun, ends = (
            datetime.fromisoformat(shape[name]) for name in ("startedAt", "hardStopAt")
        )
        self.assertGreaterEqual((ends - begun).total_seconds(), 4209)

    def test_certificates(self) -> None:
        """Files are looked at after the new interval."""
        directory = self.new_directory()
        authority = Authority()
        written = authority.server("localhost").write(str(directory))
        port = fixed_port()
        toml = (
            f'[[gateway.listeners]]\nid = "tls"\n'
            f'endpoint = "tcp:{port}:interface=127.0.0.1"\n'
            f'[gateway.listeners.tls]\ncertificate = "{written.certificate}"\n'
            f'key = "{written.key}"\n[certificates]\nwatch_interval_ms = '
        )
        daemon = self.start(f"{toml}86400000\n")
        first = served(port)
        self.reload(daemon, f"{toml}100\n")
        authority.server("localhost").write(str(directory))
        until(lambda: served(port) != first, "the renewed certificate is served")
