"""Certificates that are replaced while clients are connected."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import threading
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from twisted.trial.unittest import SkipTest

from tests.pki import DAY, Authority, Issued
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BACKLOG, BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
    server_context,
)
from tests.wire.http.http2_client import Http2Client
from tests.wire.operate.technical import technical

ROOT = Authority("Root")
STAFF = Authority("Staff")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
STREAMS = 200
RENEWALS = 3
EAGER = "[certificates]\nwatch_interval_ms = 100\n"
"""Looks are frequent, so that tests need not wait."""
BROKEN = "the files read before stay in use"


def tls_listener(tls: str, more: str = "") -> str:
    """Write the settings of a daemon with one listener."""
    return (
        '[[gateway.listeners]]\nid = "tls"\n'
        f'endpoint = "tcp:{{port}}:interface=127.0.0.1{BACKLOG}"\n'
        f"[gateway.listeners.tls]\n{tls}\n{more}\n{EAGER}"
    )


def metric(daemon: Daemon, name: str) -> dict[tuple[tuple[str, str], ...], float]:
    """Return the values of one family, by labels."""
    path = f"/_node/metrics/prometheus?metrics={name}"
    text = technical(daemon, "GET", path).body.decode()
    return {
        tuple(sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class CertificateCase(WireCase):
    """Daemons with certificates in a directory of the test's own."""

    def setUp(self) -> None:
        """Make the directory."""
        self.directory = self.new_directory()
        self.root = str(self.directory / "root.pem")
        Path(self.root).write_text(ROOT.pem)

    def write(self, name: str, issued: Issued) -> str:
        """Write a pair, one file after the other, and return its settings."""
        written = issued.write(str(self.directory), name)
        return f'certificate = "{written.certificate}"\nkey = "{written.key}"\n'

    def run_program(self, *command: str, stdin: str = "") -> str:
        """Run a program, and return what it wrote."""
        program = shutil.which(command[0])
        if program is None:
            raise SkipTest(f"needs {command[0]}")
        done = subprocess.run(
            [program, *command[1:]],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=BOUND_S,
        )
        return done.stdout + done.stderr

    def s_client(self, port: int, *options: str, stdin: str = "") -> str:
        """Run ``openssl s_client``."""
        place = f"127.0.0.1:{port}"
        return self.run_program(
            "openssl", "s_client", "-connect", place, *options, stdin=stdin
        )

    def serial(self, port: int, host: str | None = "localhost") -> str | None:
        """Return the serial number of the certificate that a client is shown."""
        name = ("-noservername",) if host is None else ("-servername", host)
        output = self.s_client(port, *name, "-showcerts")
        if "BEGIN CERTIFICATE" not in output:
            return None
        shown = self.run_program("openssl", "x509", "-noout", "-serial", stdin=output)
        return shown.strip().rpartition("=")[2]

    def shows(self, port: int, issued: Issued | None, host: str | None) -> None:
        """Wait until a host has a certificate."""
        wanted = None
        if issued is not None:
            wanted = f"{issued.certificate.serial_number:X}"
        until(
            lambda: (self.serial(port, host) or "").lstrip("0") == (wanted or ""),
            f"the certificate of {host}",
        )

    def curl(self, daemon: Daemon, host: str, *options: str, path: str = "/ok") -> str:
        """Call an API of a host, and return protocol and status."""
        place = f"{host}:443:127.0.0.1:{daemon.port}"
        shown = ("-w", "HTTP/%{http_version} %{http_code}", "-o", "/dev/null")
        return self.run_program(
            *("curl", "-sS", "--max-time", "10", "--cacert", self.root, *shown),
            *("--connect-to", place, *options, f"https://{host}{path}"),
        )


class RenewalTests(CertificateCase):
    """One certificate, replaced."""

    def test_streams_continue(self) -> None:
        """Streams over TLS outlive renewals, and receive what comes after them."""
        pair = self.write("gateway", ROOT.server("localhost"))
        daemon = self.start_daemon(toml=tls_listener(pair))
        go_on = threading.Event()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: before\n\n"))
            go_on.wait(BOUND_S)
            connection.send(chunk(b"data: after\n\n") + b"0\r\n\r\n")

        context = ssl.create_default_context(cadata=ROOT.pem)
        with scripted(script) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/stream"))
            clients = [RawClient(daemon.port, context) for _ in range(STREAMS)]
            for client in clients:
                self.addCleanup(client.close)
                client.get("/stream")
            for client in clients:
                client.until(b"data: before\n\n")
            for _ in range(RENEWALS):
                renewed = ROOT.server("localhost")
                self.write("gateway", renewed)
                self.shows(daemon.port, renewed, "localhost")
            go_on.set()
            for client in clients:
                client.until(b"data: after\n\n")
                client.until(b"0\r\n\r\n")
        self.assertEqual(daemon.log().count("new content of"), RENEWALS)

    def test_files_that_cannot_be_used(self) -> None:
        """The old pair is served, the log says so once, and the next pair is used."""
        first = ROOT.server("localhost")
        pair = self.write("gateway", first)
        daemon = self.start_daemon(toml=tls_listener(pair))
        key = self.directory / "gateway.key"
        for broken in (ROOT.server("localhost").key_pem, "nonsense"):
            before = daemon.log().count(BROKEN)
            key.write_text(broken)
            until(lambda: daemon.log().count(BROKEN) > before, "it is logged")  # noqa: B023
            self.shows(daemon.port, first, "localhost")
            self.assertEqual(daemon.log().count(BROKEN), before + 1)
        self.assertEqual(self.failed(daemon), {"": 0, "tls": 1})
        health = technical(daemon, "GET", "/_node/health?probes=certificates")
        self.assertEqual(health.status, 503)
        self.assertIn("listener tls: key", health.json()["certificates"]["message"])
        second = ROOT.issue("localhost", ends=9.5 * DAY)
        self.write("gateway", second)
        self.shows(daemon.port, second, "localhost")
        self.assertEqual(self.failed(daemon), {"": 0, "tls": 0})
        health = technical(daemon, "GET", "/_node/health?probes=certificates")
        self.assertEqual(health.status, 200)
        first_to_expire = health.json()["certificates"]["firstToExpire"]
        self.assertEqual(first_to_expire["listener"], "tls")
        self.assertEqual(first_to_expire["daysLeft"], 9)
        self.assertEqual(
            metric(daemon, "relay_certificate_expiry_timestamp_seconds"),
            {
                (("host", "localhost"), ("listener", "tls")): (
                    second.certificate.not_valid_after_utc.timestamp()
                )
            },
        )
        self.assertIn(
            "listener tls: the files read before stay in use: key", daemon.log()
        )

    def failed(self, daemon: Daemon) -> dict[str, float]:
        """Return how many files are not in use, by listener."""
        found = metric(daemon, "relay_certificate_reload_failed")
        return {dict(labels)["listener"]: value for labels, value in found.items()}

    def test_links(self) -> None:
        """Links that are replaced, as certbot and Kubernetes replace them."""
        archive = self.directory / "archive"
        first, second, third = (ROOT.server("localhost") for _ in range(3))
        for name, issued in (("1", first), ("2", second), ("3", third)):
            issued.write(str(archive / name), "tls")
        (self.directory / "..data").symlink_to(archive / "1")
        for name in ("tls.pem", "tls.key"):
            (self.directory / name).symlink_to(f"..data/{name}")
        pair = (
            f'certificate = "{self.directory}/tls.pem"\n'
            f'key = "{self.directory}/tls.key"\n'
        )
        daemon = self.start_daemon(toml=tls_listener(pair))
        self.shows(daemon.port, first, "localhost")
        (self.directory / "..data.new").symlink_to(archive / "2")
        os.replace(self.directory / "..data.new", self.directory / "..data")
        self.shows(daemon.port, second, "localhost")
        for name in ("tls.key", "tls.pem"):
            (self.directory / "new").symlink_to(archive / "3" / name)
            os.replace(self.directory / "new", self.directory / name)
        self.shows(daemon.port, third, "localhost")
        self.assertNotIn(BROKEN, daemon.log())

    def test_sessions_are_resumed(self) -> None:
        """A ticket from before the renewal is accepted after it."""
        pair = self.write("gateway", ROOT.server("localhost"))
        daemon = self.start_daemon(toml=tls_listener(pair))
        get = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        for version in ("-tls1_2", "-tls1_3"):
            session = str(self.directory / f"session{version}")
            options = (version, "-servername", "localhost", "-ign_eof")
            output = self.s_client(
                daemon.port, *options, "-sess_out", session, stdin=get
            )
            self.assertIn("404", output)
            renewed = ROOT.server("localhost")
            self.write("gateway", renewed)
            self.shows(daemon.port, renewed, "localhost")
            output = self.s_client(
                daemon.port, *options, "-sess_in", session, stdin=get
            )
            self.assertIn("Reused, TLS", output)
            self.assertIn("404", output)

    def test_sessions_are_resumed_under_other_settings(self) -> None:
        """
        A ticket from before a change of the settings is accepted after it, and the
        files before are not needed.
        """
        pair = self.write("gateway", ROOT.server("localhost"))
        daemon = self.start_daemon(toml=tls_listener(pair))
        session = str(self.directory / "session")
        get = "GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        name = ("-servername", "localhost", "-ign_eof")
        self.s_client(daemon.port, *name, "-sess_out", session, stdin=get)
        file = daemon.data_dir / "relay.toml"
        other = self.write("other", ROOT.server("localhost"))
        file.write_text(file.read_text().replace(pair, f"{other}http2 = true\n"))
        os.kill(daemon.pid, signal.SIGHUP)
        until(
            lambda: (
                "ALPN protocol: h2"
                in self.s_client(daemon.port, *name[:2], "-alpn", "h2")
            ),
            "the settings are in force",
        )
        output = self.s_client(daemon.port, *name, "-sess_in", session, stdin=get)
        self.assertIn("Reused, TLS", output)
        self.assertIn("404", output)
        for gone in ("gateway.pem", "gateway.key"):
            os.remove(self.directory / gone)
        # Each renewal takes several looks.
        for _ in range(2):
            renewed = ROOT.server("localhost")
            self.write("other", renewed)
            self.shows(daemon.port, renewed, "localhost")
        self.assertNotIn(BROKEN, daemon.log())

    def test_a_certificate_that_expires(self) -> None:
        """The log names the listener and the end, once."""
        pair = self.write("gateway", ROOT.issue("localhost", ends=5 * DAY))
        daemon = self.start_daemon(toml=tls_listener(pair))
        again = ROOT.issue("localhost", ends=20 * DAY)
        self.write("gateway", again)
        self.shows(daemon.port, again, "localhost")
        lines = [one for one in daemon.log().splitlines() if "expires at" in one]
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("listener tls: the certificate of certificate", lines[0])
        self.assertIn("4 days from now", lines[0])
        self.assertIn("19 days from now", lines[1])


class DirectoryTests(CertificateCase):
    """A directory of certificates."""

    def test_pairs_come_and_go(self) -> None:
        """By name, also while the daemon runs; one that is broken harms no other."""
        default = ROOT.server("default.example")
        tls = self.write("default", default)
        certs = self.directory / "certs"
        a, b, wild = (
            ROOT.server(name) for name in ("a.example", "b.example", "*.a.example")
        )
        a.write(str(certs), "a")
        daemon = self.start_daemon(
            toml=tls_listener(f'{tls}directory = "{certs}"\nhttp2 = true')
        )
        for host, shown in (
            ("a.example", a),
            ("A.EXAMPLE", a),
            ("b.example", default),
            (None, default),
        ):
            self.shows(daemon.port, shown, host)
        written = b.write(str(certs / "b.example"), "tls")
        (certs / "b.example" / "fullchain.pem").symlink_to(written.certificate)
        (certs / "b.example" / "privkey.pem").symlink_to(written.key)
        wild.write(str(certs), "wild")
        self.shows(daemon.port, b, "b.example")
        self.shows(daemon.port, wild, "x.a.example")
        self.shows(daemon.port, default, "x.y.a.example")
        renewed = ROOT.server("a.example")
        (certs / "wild.key").write_text("nonsense")
        until(lambda: BROKEN in daemon.log(), "it is logged")
        renewed.write(str(certs), "a")
        self.shows(daemon.port, renewed, "a.example")
        self.shows(daemon.port, wild, "x.a.example")
        shutil.rmtree(certs / "b.example")
        self.shows(daemon.port, default, "b.example")
        self.assertEqual(self.curl(daemon, "a.example", "--http2"), "HTTP/2 404")
        self.assertEqual(self.curl(daemon, "x.a.example"), "HTTP/2 404")

    def test_without_a_default(self) -> None:
        """Unknown names are refused until they have a certificate."""
        certs = self.directory / "certs"
        certs.mkdir()
        daemon = self.start_daemon(toml=tls_listener(f'directory = "{certs}"'))
        for host in ("a.example", None):
            self.assertIsNone(self.serial(daemon.port, host))
        self.assertIn("handshake failure", self.s_client(daemon.port))
        a = ROOT.server("a.example")
        a.write(str(certs), "a")
        self.shows(daemon.port, a, "a.example")
        self.assertIsNone(self.serial(daemon.port, "b.example"))


class HostTests(CertificateCase):
    """Hosts with rules of their own."""

    def start(self) -> Daemon:
        """
        Start a daemon whose host ``staff.example`` requires a certificate, with one
        certificate for both hosts, as clients that share connections need it.
        """
        pair = self.write("both", ROOT.server("open.example", "staff.example"))
        (self.directory / "staff.pem").write_text(STAFF.pem)
        staff = STAFF.client().write(str(self.directory), "me")
        self.me = ("--cert", staff.certificate, "--key", staff.key)
        hosts = (
            "[[gateway.listeners.tls.hosts]]\n"
            'names = ["staff.example"]\nclient_auth = "required"\n'
            f'ca = "{self.directory}/staff.pem"'
        )
        daemon = self.start_daemon(toml=tls_listener(f"{pair}http2 = true", hosts))
        source = self.enterContext(scripted(answering(OK)))
        daemon.publish(proxy_api(f"http://127.0.0.1:{source[0]}/", "/ok"))
        return daemon

    def test_client_certificates(self) -> None:
        """One host requires a certificate, the other does not ask for one."""
        daemon = self.start()
        for protocol, version in (("--http2", "2"), ("--http1.1", "1.1")):
            good = f"HTTP/{version} 200"
            self.assertEqual(self.curl(daemon, "open.example", protocol), good)
            self.assertEqual(
                self.curl(daemon, "staff.example", protocol, *self.me), good
            )
            self.assertIn("HTTP/0 000", self.curl(daemon, "staff.example", protocol))
        other = Authority("Other").client().write(str(self.directory), "other")
        wrong = ("--cert", other.certificate, "--key", other.key)
        self.assertIn("000", self.curl(daemon, "staff.example", *wrong))
        self.assertEqual(self.curl(daemon, "open.example", *wrong), "HTTP/2 200")

    def test_a_request_for_a_stricter_host(self) -> None:
        """It is misdirected on a connection for the other host."""
        daemon = self.start()
        front = ("-H", "Host: staff.example")
        for protocol, version in (("--http2", "2"), ("--http1.1", "1.1")):
            for path in ("/ok", "/nothing"):
                self.assertEqual(
                    self.curl(daemon, "open.example", protocol, *front, path=path),
                    f"HTTP/{version} 421",
                )
        self.assertEqual(
            self.curl(daemon, "staff.example", "-H", "Host: open.example", *self.me),
            "HTTP/2 200",
        )
        line = daemon.access_line(host="staff.example", status=421, kind="close")
        self.assertEqual(line["errorKey"], "MISDIRECTED_REQUEST")

    def test_a_coalesced_connection(self) -> None:
        """Other requests of the connection are served, before and after."""
        daemon = self.start()
        context = ssl.create_default_context(cadata=ROOT.pem)
        context.check_hostname = False
        client = Http2Client(daemon.port, context)
        self.addCleanup(client.close)
        for host, status in (
            ("open.example", 200),
            ("staff.example", 421),
            ("open.example", 200),
        ):
            stream = client.ask("/ok", {}, authority=host)
            self.assertEqual(client.answer(stream)[0], status)

    def test_a_session_of_the_other_host(self) -> None:
        """It is not a way around the certificate."""
        daemon = self.start()
        get = "GET /ok HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n"
        for version in ("-tls1_2", "-tls1_3"):
            session = str(self.directory / f"session{version}")
            ours = get.format("open.example")
            output = self.s_client(
                daemon.port,
                *(version, "-servername", "open.example", "-ign_eof"),
                *("-sess_out", session),
                stdin=ours,
            )
            self.assertIn("200 OK", output)
            output = self.s_client(
                daemon.port,
                *(version, "-servername", "staff.example", "-ign_eof"),
                *("-sess_in", session),
                stdin=get.format("staff.example"),
            )
            self.assertIn("Reused", output)
            self.assertNotIn("200 OK", output)


class OtherFileTests(CertificateCase):
    """The other files that TLS needs."""

    def test_authorities_of_clients(self) -> None:
        """A client of a new authority is let in without a restart."""
        pair = self.write("gateway", ROOT.server("gateway.example"))
        ca = self.directory / "clients.pem"
        ca.write_text(Authority("Others").pem)
        daemon = self.start_daemon(
            toml=tls_listener(f'{pair}client_auth = "required"\nca = "{ca}"')
        )
        mine = STAFF.client().write(str(self.directory), "mine")
        options = ("--cert", mine.certificate, "--key", mine.key)
        self.assertIn("000", self.curl(daemon, "gateway.example", *options))
        ca.write_text(STAFF.pem)
        until(
            lambda: self.curl(daemon, "gateway.example", *options) == "HTTP/1.1 404",
            "the client is let in",
        )

    def test_trust_and_key_stores_of_a_definition(self) -> None:
        """What an endpoint is called with is read when it changes."""
        context = server_context(ROOT.server("localhost"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=STAFF.pem)
        trusted = self.directory / "trusted.pem"
        trusted.write_text(STAFF.pem)
        mine = Authority("Others").client().write(str(self.directory), "mine")
        daemon = self.start_daemon(toml=EAGER)
        with scripted(answering(OK), context) as (port, _):
            stores = {
                "trustStore": {"type": "PEM", "path": str(trusted)},
                "keyStore": {
                    "type": "PEM",
                    "certPath": mine.certificate,
                    "keyPath": mine.key,
                },
            }
            api_id = daemon.publish(
                proxy_api(f"https://localhost:{port}/", "/ok", ssl=stores)
            )
            self.assertEqual(daemon.get("/ok").status, 502)
            trusted.write_text(ROOT.pem)
            STAFF.client().write(str(self.directory), "mine")
            until(lambda: daemon.get("/ok").status == 200, "both are convinced")
        self.assertNotIn(BROKEN, daemon.log())
        trusted.write_text("nonsense")
        problem = (
            f"endpoints of API {api_id}: {BROKEN}: ssl.trustStore.path ({trusted})"
        )
        until(lambda: problem in daemon.log(), "it is logged")

    def test_listeners_of_operators(self) -> None:
        """Management and technical listeners have the same rules and renewals."""
        pair = self.write("operators", ROOT.server("localhost", "ops.localhost"))
        (self.directory / "staff.pem").write_text(STAFF.pem)
        hosts = (
            'names = ["ops.localhost"]\nclient_auth = "required"\n'
            f'ca = "{self.directory}/staff.pem"\n'
        )
        toml = EAGER
        for name in ("management", "technical"):
            toml += f"[{name}.tls]\n{pair}[[{name}.tls.hosts]]\n{hosts}"
        daemon = self.start_daemon(toml=toml)
        mine = STAFF.client().write(str(self.directory), "mine")
        for port in (daemon.management_port, daemon.technical_port):
            place = f"localhost:{port}"
            for host, options, status in (
                ("localhost", (), "401"),
                ("localhost", ("-H", "Host: ops.localhost"), "421"),
                ("ops.localhost", (), "000"),
                (
                    "ops.localhost",
                    ("--cert", mine.certificate, "--key", mine.key),
                    "401",
                ),
            ):
                shown = ("-w", "%{http_code}", "-o", "/dev/null")
                path = "_node/" if port == daemon.technical_port else "management/v2/"
                output = self.run_program(
                    *("curl", "-sS", "--cacert", self.root, *shown, *options),
                    *("--connect-to", f"{host}:443:{place}"),
                    f"https://{host}/{path}",
                )
                self.assertTrue(output.startswith(status), (host, options, output))
            renewed = ROOT.server("localhost", "ops.localhost")
            self.write("operators", renewed)
            self.shows(port, renewed, "localhost")

    def test_sighup(self) -> None:
        """Everything is read at once, and what cannot be used is logged at once."""
        pair = self.write("gateway", ROOT.server("localhost"))
        toml = tls_listener(pair).replace("= 100\n", "= 86400000\n")
        daemon = self.start_daemon(toml=toml)
        renewed = ROOT.server("localhost")
        self.write("gateway", renewed)
        os.kill(daemon.pid, signal.SIGHUP)
        self.shows(daemon.port, renewed, "localhost")
        (self.directory / "gateway.pem").write_text("nonsense")
        for told in (1, 2):
            os.kill(daemon.pid, signal.SIGHUP)
            until(lambda: daemon.log().count(BROKEN) == told, "it is logged")  # noqa: B023
        self.shows(daemon.port, renewed, "localhost")
