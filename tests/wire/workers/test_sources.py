"""The source of a channel of two workers, of which the leading one is killed."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, until
from tests.wire.harness.resuming import Resuming
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api
from tests.wire.workers.test_workers import workers

TOML = "[process]\nworkers = 2\n"
CLIENTS = 40
INTERVAL_MS = 20


def connected_to(port: int, pids: list[int]) -> list[int]:
    """List the processes that have a connection to a port of this machine."""
    sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].partition(":")[2], 16) == port:
            sockets.add(f"socket:[{fields[9]}]")
    return [pid for pid in pids if sockets & open_files(pid)]


def open_files(pid: int) -> set[str]:
    """Name the files and sockets that a process has open."""
    names = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        # It may be closed by now.
        with contextlib.suppress(FileNotFoundError):
            names.add(os.readlink(descriptor))
    return names


class SourceTests(WireCase):
    """A channel with a source."""

    def test_the_leading_worker_is_killed(self) -> None:
        """The other one leads; its clients keep their streams, those of the dead worker
        come back, and each event is seen once."""
        daemon = Daemon(self.new_directory(), TOML)
        # Workers are not forked from an interpreter that has the modules.
        daemon.start_bound_s = 4 * BOUND_S
        daemon.start()
        self.addCleanup(daemon.kill)
        source = LoggedSource(INTERVAL_MS)
        source.start()
        self.addCleanup(source.kill)
        target = f"http://127.0.0.1:{source.port}/"
        retry = {"min": 100, "max": 1000}
        api_id = daemon.publish(message_api(target, "/numbers", {}, retryMs=retry))
        until(
            lambda: daemon.log().count(f"API {api_id}: serving") >= 2,
            "both workers serve the API",
        )
        crowd = Resuming(daemon.port, "/numbers")
        self.addCleanup(crowd.close)
        crowd.open(CLIENTS)
        # With one event only, nothing could show that the source goes on after it.
        until(
            lambda: all(len(one.numbers) > 1 for one in crowd.clients),
            "all have two events",
        )
        self.assertEqual(source.most_connections(), 1)
        (leader,) = connected_to(source.port, workers(daemon))
        os.kill(leader, signal.SIGKILL)
        begun_s, last = time.monotonic(), source.published()
        until(
            lambda: any(one.numbers[-1] > last for one in crowd.clients),
            "the other worker leads",
        )
        print(f"another worker led {time.monotonic() - begun_s:.3f} s after")
        until(
            lambda: all(one.numbers[-1] > last for one in crowd.clients),
            "all are back",
            4 * BOUND_S,
        )
        crowd.close()
        for one in crowd.clients:
            first, newest = one.numbers[0], one.numbers[-1]
            self.assertEqual(one.numbers, list(range(first, newest + 1)))
            self.assertEqual(one.gaps, 0)
        self.assertEqual(crowd.failures, 0)
        self.assertIn(len(crowd.reconnects), range(1, CLIENTS))
        self.assertEqual(source.most_connections(), 1)
