"""The daemon continues at the limit of open files, and logs the problem."""

from __future__ import annotations

import base64
import http.client
import socket
from contextlib import closing

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, PASSWORD, Daemon, proxy_api, until
from tests.wire.harness.interpreter import execute
from tests.wire.harness.scripted import answering, scripted
from tests.wire.harness.twistd import TWISTD

LIMIT = 256
SCRIPT = f'#!/bin/sh\nulimit -n {LIMIT}\nexec {TWISTD} "$@"\n'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class LimitTests(WireCase):
    """A daemon that may open few files."""

    def setUp(self) -> None:
        """Start it."""
        root = self.new_directory()
        program = root / "twistd"
        program.write_text(SCRIPT)
        program.chmod(0o700)
        self.daemon = Daemon(root / "data")
        self.daemon.program = (str(program),)
        self.daemon.run = execute
        self.daemon.start()
        self.addCleanup(self.daemon.kill)

    def health(self) -> int:
        """Ask for the health of the daemon, on a new connection."""
        token = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        port = self.daemon.management_port
        with closing(http.client.HTTPConnection("127.0.0.1", port, BOUND_S)) as asked:
            path, headers = "/management/v2/health", {"Authorization": f"Basic {token}"}
            asked.request("GET", path, headers=headers)
            return asked.getresponse().status

    def test_management_stays_reachable_at_the_limit_of_open_files(self) -> None:
        """The management API answers while clients of the gateway wait."""
        with scripted(answering(OK)) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/api"))
            self.assertEqual(self.health(), 200)
            idle = [
                socket.create_connection(("127.0.0.1", self.daemon.port), BOUND_S)
                for _ in range(LIMIT + 20)
            ]
            for one in idle:
                self.addCleanup(one.close)
            until(lambda: self.health() == 503, "the shortage is told")
            self.assertEqual(self.daemon.manage("GET", "/apis").status, 200)
            created = self.daemon.manage(
                "POST", "/apis", proxy_api("http://h/", "/other")
            )
            self.assertEqual(created.status, 201)
            for one in idle:
                one.close()
            until(lambda: self.health() == 200, "there is room again")
            self.assertEqual(self.daemon.get("/api").status, 200)
        log = self.daemon.log()
        self.assertEqual(log.count("open files is near"), 1)
        self.assertNotIn("EMFILE", log)
        self.assertNotIn("Traceback", log)
