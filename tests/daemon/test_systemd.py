"""What systemd is told of the daemon."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.systemd import STATUS_S, Supervision, notifier, watchdog_s


class SupervisionTests(SynchronousTestCase):
    """A service manager with a socket of its own."""

    def setUp(self) -> None:
        """Open the socket."""
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.setblocking(False)
        self.address = f"@relay-test-{os.getpid()}-{id(self)}"
        self.manager.bind("\0" + self.address[1:])
        self.clock = Clock()
        self.state = "serving"

    def supervision(self, **environment: str) -> Supervision:
        """Start, with an environment."""
        made = Supervision(
            cast(Any, self.clock),
            {"NOTIFY_SOCKET": self.address, **environment},
            lambda: self.state,
        )
        made.startService()
        self.addCleanup(made.stopService)
        return made

    def told(self) -> list[str]:
        """Return the messages so far."""
        messages = []
        while True:
            try:
                messages.append(self.manager.recv(4096).decode())
            except BlockingIOError:
                return messages

    def test_life(self) -> None:
        """From readiness over a reload to the end."""
        made = self.supervision()
        self.assertEqual(self.told(), [])
        made.ready()
        ready = f"READY=1\nMAINPID={os.getpid()}"
        self.assertEqual(self.told(), [ready, "STATUS=serving"])
        made.reloading()
        (reloading,) = self.told()
        self.assertRegex(reloading, r"\ARELOADING=1\nMONOTONIC_USEC=[0-9]+\Z")
        made.ready()
        self.assertEqual(self.told(), [ready])
        self.state = "draining"
        made.stopping(12.5)
        stopping = "STOPPING=1\nEXTEND_TIMEOUT_USEC=12500000"
        self.assertEqual(self.told(), [stopping, "STATUS=draining"])

    def test_status(self) -> None:
        """It is sent when it has changed."""
        self.supervision().ready()
        self.told()
        self.clock.pump([STATUS_S] * 3)
        self.assertEqual(self.told(), [])
        self.state = "serving: 1 event streams"
        self.clock.advance(STATUS_S)
        self.assertEqual(self.told(), ["STATUS=serving: 1 event streams"])

    def test_watchdog(self) -> None:
        """A sign of life comes at least twice within the time that systemd waits."""
        self.supervision(WATCHDOG_USEC="4000000").ready()
        self.told()
        self.clock.pump([1.0] * 8)
        self.assertEqual(self.told(), ["WATCHDOG=1"] * 4)

    def test_whose_watchdog(self) -> None:
        """That of another process is none."""
        for environment, wanted in (
            ({}, 0.0),
            ({"WATCHDOG_USEC": "x"}, 0.0),
            ({"WATCHDOG_USEC": "500000"}, 0.5),
            ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(os.getpid())}, 0.5),
            ({"WATCHDOG_USEC": "500000", "WATCHDOG_PID": "1"}, 0.0),
        ):
            self.assertEqual(watchdog_s(environment), wanted, environment)

    def test_nobody_asks(self) -> None:
        """Without a socket nothing is sent, and no timer runs."""
        for address in ("", "relative"):
            made = Supervision(
                cast(Any, self.clock), {"NOTIFY_SOCKET": address}, lambda: "x"
            )
            made.startService()
            made.ready()
            made.reloading()
            made.stopping(1)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_manager_that_is_gone(self) -> None:
        """It harms nothing."""
        missing = Path(self.mktemp()).absolute()
        send = notifier({"NOTIFY_SOCKET": f"/{missing}"[-90:]})
        send("READY=1")
