"""Two daemons behind HAProxy, restarted in turn under 2,000 clients that resume."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections import Counter
from pathlib import Path
from unittest import SkipTest

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, until
from tests.wire.harness.ports import fixed_port
from tests.wire.harness.resuming import Resuming
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api

CLIENTS = 2000
INTERVAL_MS = 2000
SPREAD_S = {"one": 15, "two": 20}
"""The second has the clients of both by then."""
HAPROXY = """
global
    maxconn 4000
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    retries 3
    option redispatch 1
frontend clients
    bind 127.0.0.1:{port}
    default_backend relay
backend relay
    balance leastconn
    option httpchk
    http-check send meth GET uri /_node/ready ver HTTP/1.1 hdr Host localhost
    timeout check 5s
    default-server check inter 300ms fall 1 rise 1
    server one 127.0.0.1:{one.port} port {one.technical_port}
    server two 127.0.0.1:{two.port} port {two.technical_port}
"""


def accepts(port: int) -> bool:
    """Whether something listens on a port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def most_in_a_second(times: list[float]) -> int:
    """Count the moments in the second that has the most."""
    return max(Counter(int(one - times[0]) for one in times).values())


class RollingRestartTests(WireCase):
    """The proof of the drain."""

    def start(self, name: str, root: Path) -> Daemon:
        """Start a daemon with a spread."""
        toml = (
            f'[store]\nurl = "sqlite:///{root}/shared.db"\n'
            f"[drain]\ndelay_ms = 1500\nspread_ms = {SPREAD_S[name] * 1000}\n"
        )
        return self.start_daemon(root / name, toml)

    def front(self, root: Path, one: Daemon, two: Daemon) -> int:
        """Start HAProxy in front of both, and give its port."""
        program = shutil.which("haproxy") or shutil.which("/usr/sbin/haproxy")
        if program is None:
            raise SkipTest("haproxy is not installed")
        port, configuration = fixed_port(), root / "haproxy.cfg"
        configuration.write_text(HAPROXY.format(port=port, one=one, two=two))
        process = subprocess.Popen([program, "-db", "-f", str(configuration)])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until(lambda: accepts(port), "HAProxy accepts")
        return port

    def restart(self, name: str, daemon: Daemon, clients: Resuming) -> None:
        """Restart one, and look at how its clients come back."""
        streams = sum(one["kind"] == "open" for one in daemon.access_lines())
        streams -= sum(one["kind"] == "close" for one in daemon.access_lines())
        before = len(clients.reconnects)
        daemon.stop(bound_s=SPREAD_S[name] + BOUND_S)
        daemon.start()
        until(lambda: clients.connected == CLIENTS, "all are back")
        times = sorted(clients.reconnects[before:])
        even = len(times) / SPREAD_S[name]
        most = most_in_a_second(times)
        print(
            f"{name}: {streams} streams over {SPREAD_S[name]} s, {even:.0f} a second; "
            f"at most {most} reconnects in a second ({most / even:.2f} times)"
        )
        self.assertGreater(streams, CLIENTS / 4)
        # Lines of streams that have just begun may not be in the log yet.
        self.assertLess(abs(len(times) - streams), CLIENTS / 20)
        self.assertLessEqual(most, 1.2 * even)

    def test_rolling_restart(self) -> None:
        """No event is lost, no client is turned away, and in no second do more come
        back than 1.2 times the even rate."""
        root = self.new_directory()
        one, two = self.start("one", root), self.start("two", root)
        source = LoggedSource(INTERVAL_MS)
        source.start()
        self.addCleanup(source.kill)
        target = f"http://127.0.0.1:{source.port}/"
        one.publish(message_api(target, "/numbers", {}))
        until(lambda: two.get("/numbers", method="HEAD").status == 200, "both serve it")
        clients = Resuming(self.front(root, one, two), "/numbers")
        self.addCleanup(clients.close)
        clients.open(CLIENTS)
        until(lambda: clients.connected == CLIENTS, "all have a stream")
        until(lambda: all(each.last_event_id for each in clients.clients), "an event")
        self.restart("one", one, clients)
        self.restart("two", two, clients)
        seen = max(each.numbers[-1] for each in clients.clients)
        until(
            lambda: all(each.numbers[-1] > seen for each in clients.clients),
            "all have the events since",
        )
        clients.close()
        self.assertEqual(clients.failures, 0)
        for each in clients.clients:
            first, last = each.numbers[0], each.numbers[-1]
            self.assertEqual(each.numbers, list(range(first, last + 1)))
            self.assertEqual(each.gaps, 0)
            self.assertGreaterEqual(each.goaways, 1)
