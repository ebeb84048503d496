"""The log of a real daemon, at each place that a command line can name."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from relay import __version__
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import answering, scripted
from tests.wire.harness.twistd import ready_places
from tests.wire.messages.test_shared_upstream import message_api
from tests.wire.plans.keyed import KeyedApi

NOISE = re.compile(
    r"twisted\.|log_legacy|Starting|Stopping|factory|Closed|Log opened|reactor class|"
    r"Main loop|Received SIG|GET "
)
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \[relay\.[\w.]+#(?:info|warn|error)\] .+"
)
FREE = "tcp:0:interface=127.0.0.1"
ARGUMENTS = ["relay", "--gateway", FREE, "--management", FREE, "--technical", FREE]
VERBOSE = SharedDaemon(lambda _: '[log]\nformat = "json"\nlevel = "debug"\n')


def objects(text: str) -> list[dict[str, Any]]:
    """Read lines of JSON; every line is an object."""
    return [json.loads(line) for line in text.splitlines()]


class DefaultTests(WireCase):
    """Text, at the level ``info``."""

    def test_one_line_for_each_event(self) -> None:
        """From the start to the end, and nothing of Twisted's."""
        daemon = self.start_daemon()
        api_id = daemon.publish(proxy_api("http://127.0.0.1:1", "/a"))
        self.assertEqual(daemon.get("/a").status, 502)
        self.assertEqual(daemon.manage("GET", f"/apis/{api_id}").status, 200)
        daemon.must("POST", f"/apis/{api_id}/_stop")
        daemon.stop()
        lines = daemon.log().splitlines()
        for line in lines:
            self.assertRegex(line, LINE)
            self.assertNotRegex(line, NOISE)
        messages = [line.partition("] ")[2] for line in lines]
        self.assertTrue(messages[0].startswith(f"Relay {__version__} starts"))
        self.assertIn(f"API {api_id}: serving deployment 1", messages)
        begin, draining, *end = messages[messages.index("Relay stops") :]
        self.assertTrue(draining.startswith("draining: 0 event streams"), draining)
        self.assertEqual(
            [begin, *end],
            ["Relay stops", "drained: no exchange is open", "Relay has stopped"],
        )
        changes = [one for one in messages if "'/management/v2" in one]
        self.assertTrue(changes)
        for change in changes:
            self.assertRegex(change, r"^127\.0\.0\.1 POST '/[^?]*' 20\d$")


class JsonTests(WireCase):
    """JSON, at the level ``debug``."""

    def test_why_a_call_got_401(self) -> None:
        """The reason is in an object with the ids of the call, without the key."""
        daemon = VERBOSE.get()
        api = KeyedApi(daemon, proxy_api("http://127.0.0.1:1", "/keyed"))
        api.start()
        secret = "wrong-key-0123456789"
        found = []
        for headers in ({"X-Gravitee-Api-Key": secret}, {"X-Api-Key": secret}):
            answer = daemon.get("/keyed", headers)
            self.assertEqual(answer.status, 401)
            request_id = answer.headers["X-Gravitee-Request-Id"]
            (line,) = [
                one
                for one in objects(daemon.log())
                if one.get("requestId") == request_id
            ]
            self.assertEqual((line["apiId"], line["level"]), (api.api_id, "debug"))
            found.append((line.get("planId"), line["message"]))
        self.assertEqual(found[0][0], api.plan_id)
        self.assertIn("no subscription to this plan", found[0][1])
        self.assertEqual(found[1][0], None)
        self.assertIn("has no credential of any plan", found[1][1])
        self.assertNotIn(secret, daemon.log())

    def test_twisted_is_there(self) -> None:
        """Its messages, and requests that read, are of the level ``debug``."""
        daemon = VERBOSE.get()
        self.assertEqual(daemon.manage("GET", "/apis").status, 200)
        lines = objects(daemon.log())
        self.assertTrue(any(one["logger"].startswith("twisted.") for one in lines))
        reads = [one for one in lines if "GET '/management" in one["message"]]
        self.assertEqual({one["level"] for one in reads}, {"debug"})

    def test_a_source_that_sends_no_events(self) -> None:
        """The line names the API, its id, the host, the status and the type."""
        daemon = VERBOSE.get()
        for path, status, kind, problem in (
            ("/refused", b"401 No", b"text/plain", "the source answered 401"),
            ("/page", b"200 OK", b"text/html", "it is of the type text/html"),
        ):
            response = (
                b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: 0\r\n\r\n"
                % (status, kind)
            )
            with scripted(answering(response)) as (port, _):
                url = f"http://127.0.0.1:{port}/events"
                definition = message_api(f"{url}?key=secret-in-query", path, {})
                api_id = daemon.publish(definition)
                client = RawClient(daemon.port)
                self.addCleanup(client.close)
                client.get(path)
                until(partial(mentions, daemon, problem), problem)
            (line,) = (
                one for one in objects(daemon.log()) if problem in one["message"]
            )
            self.assertEqual(line["level"], "warn")
            self.assertEqual((line["apiId"], line["endpoint"]), (api_id, "upstream"))
            self.assertTrue(line["channel"])
            self.assertIn(f"{definition['name']}", line["message"])
            self.assertIn(url, line["message"])
        self.assertNotIn("secret-in-query", daemon.log())


def mentions(daemon: Daemon, text: str) -> bool:
    """Whether a text is in the log."""
    return text in daemon.log()


class PlaceTests(WireCase):
    """The options of twistd and twist."""

    def setUp(self) -> None:
        """Work in a directory of the test's own."""
        self.directory = self.new_directory()
        self.bin = Path(sys.executable).parent

    def run_until_ready(self, log: Path, *command: str) -> None:
        """Run a daemon whose log comes to a file, and stop it."""
        with (self.directory / "output").open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.directory,
                stdout=output,
                stderr=output,
                env={**os.environ, "RELAY__LOG__FORMAT": "json"},
            )
        self.addCleanup(process.wait, BOUND_S)
        self.addCleanup(process.kill)
        until(lambda: log.exists() and ready_places(log.read_text()), "it is ready")
        pid_file = self.directory / "twistd.pid"
        pid = int(pid_file.read_text()) if pid_file.exists() else process.pid
        os.kill(pid, signal.SIGTERM)
        until(
            lambda: "Relay has stopped" in log.read_text(),
            "it has stopped",
            failed=log.read_text,
        )
        until(lambda: not pid_file.exists(), "the process has ended")
        for line in objects(log.read_text()):
            self.assertEqual(line["kind"], "log")
            self.assertTrue(line["logger"].startswith("relay."), line)

    def test_in_the_foreground(self) -> None:
        """``--nodaemon``: standard output."""
        log = self.directory / "output"
        self.run_until_ready(
            log, f"{self.bin}/twistd", "--nodaemon", "--pidfile=", *ARGUMENTS
        )

    def test_detached(self) -> None:
        """``twistd.log``, or the file of ``--logfile``."""
        twistd = f"{self.bin}/twistd"
        self.run_until_ready(self.directory / "twistd.log", twistd, *ARGUMENTS)
        named = self.directory / "named.log"
        self.run_until_ready(named, twistd, "--logfile=named.log", *ARGUMENTS)

    def test_twist(self) -> None:
        """Standard output, or the file of ``--log-file``."""
        log = self.directory / "twist.log"
        self.run_until_ready(
            log, f"{self.bin}/twist", "--log-file=twist.log", *ARGUMENTS
        )

    def test_an_observer_and_a_level(self) -> None:
        """They are refused together, in one line."""
        done = subprocess.run(
            [
                f"{self.bin}/twistd",
                "--nodaemon",
                "--logger=twisted.logger.LogPublisher",
                *ARGUMENTS,
            ],
            cwd=self.directory,
            env={**os.environ, "RELAY__LOG__LEVEL": "warn"},
            capture_output=True,
            timeout=BOUND_S,
        )
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            (done.stdout + done.stderr).decode(),
            "relay: log.level: has no effect with twistd --logger, whose observer"
            " receives every message\n",
        )
