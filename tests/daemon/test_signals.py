"""The effect of each signal, with a reactor that the test runs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.signals import Signals

ALL = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM, signal.SIGINT)


class Reactor:
    """Records the calls from other threads."""

    def __init__(self) -> None:
        self.starts: list[Callable[[], Any]] = []
        self.calls: list[Callable[[], Any]] = []
        self.running = False

    def callWhenRunning(self, call: Callable[..., Any], *given: Any) -> None:
        """Call now, or when it runs."""
        if self.running:
            call(*given)
        else:
            self.starts.append(lambda: call(*given))

    def callFromThread(self, call: Callable[..., Any], *given: Any) -> None:
        """Call in the next turn."""
        self.calls.append(lambda: call(*given))

    def run(self) -> None:
        """Begin to run."""
        self.running = True
        for call in self.starts:
            call()

    def turn(self) -> None:
        """Run the recorded calls."""
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class SignalsTests(SynchronousTestCase):
    """Real signals to this process."""

    def setUp(self) -> None:
        """Install them as the daemon does, with a reactor's own below."""
        for number in ALL:
            before = signal.getsignal(number)
            self.addCleanup(signal.signal, number, before)
        self.done: list[str] = []
        self.reactor = Reactor()
        self.signals = Signals(
            self.reactor,
            lambda: self.done.append("reload"),
            lambda: self.done.append("reopen"),
        )

    def start(self) -> None:
        """Install them, and let the reactor begin to run."""
        self.signals.install()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.done.append("stop"))
        self.reactor.run()

    def send(self, number: int) -> list[str]:
        """Send a signal, and return the actions of the turn after it."""
        self.done.clear()
        os.kill(os.getpid(), number)
        self.reactor.turn()
        return self.done[:]

    def test_hang_up(self) -> None:
        """SIGHUP reloads."""
        self.start()
        self.assertEqual(self.send(signal.SIGHUP), ["reload"])

    def test_user_signals(self) -> None:
        """SIGUSR1 opens the logs again; SIGUSR2 is logged and has no other effect."""
        self.start()
        self.assertEqual(self.send(signal.SIGUSR1), ["reopen"])
        with capturedLogs() as events:
            self.assertEqual(self.send(signal.SIGUSR2), [])
        self.assertIn("SIGUSR2", formatEvent(events[-1]))

    def test_nothing_is_done_in_the_handler(self) -> None:
        """A signal may interrupt anything: it is acted on in a turn of the reactor."""
        self.start()
        os.kill(os.getpid(), signal.SIGUSR1)
        self.assertEqual(self.done, [])
        self.reactor.turn()
        self.assertEqual(self.done, ["reopen"])

    def test_during_the_start(self) -> None:
        """A signal is acted on once the reactor runs."""
        self.signals.install()
        self.assertEqual(self.send(signal.SIGUSR1), [])
        self.reactor.run()
        self.assertEqual(self.done, ["reopen"])

    def ends(self, number: int) -> None:
        """Insist that a signal stops the daemon, and the next one ends the process."""
        self.start()
        self.assertEqual(self.send(number), ["stop"])
        for one in (signal.SIGTERM, signal.SIGINT):
            self.assertIs(signal.getsignal(one), signal.SIG_DFL)

    def test_sigterm(self) -> None:
        """SIGTERM stops the reactor, and restores the default of both signals."""
        self.ends(signal.SIGTERM)

    def test_sigint(self) -> None:
        """SIGINT stops the reactor, and restores the default of both signals."""
        self.ends(signal.SIGINT)
