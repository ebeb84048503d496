"""Tests of `bench.leave`, with gateways that do it right, late and never."""

from __future__ import annotations

import contextlib  # not `suppress` itself, which trial looks for in a test module
import socket
import threading

from twisted.trial.unittest import SynchronousTestCase

from bench import leave
from bench.instruments.programs import Figures
from bench.scenario import MOMENTS, Leave, Moment
from bench.servers.server import Running


def forward(client: socket.socket, port: int, delay_s: float | None) -> None:
    """
    Stand between a client and the source.

    :param delay_s: how long after the client's leaving the source is left; ``None``
        keeps its connection for as long as the source does.
    """
    with client, socket.create_connection(("127.0.0.1", port)) as upstream:
        back = threading.Thread(target=copy, args=[upstream, client])
        back.start()
        copy(client, upstream)
        if delay_s is None:
            back.join(leave.BOUND_S + 1)
        else:
            back.join(delay_s)
        upstream.shutdown(socket.SHUT_RDWR)
        back.join()


def copy(one: socket.socket, other: socket.socket) -> None:
    """Copy bytes until either side is gone."""
    with contextlib.suppress(OSError):
        while got := one.recv(65536):
            other.sendall(got)


class LeaveTests(SynchronousTestCase):
    """
    The time from a client's departure to the source's notice is measured correctly.
    """

    def measured(self, moment: Moment, delay_s: float | None, count: int) -> Figures:
        """Run the scenario over plain TCP with a gateway of the given slowness."""
        scenario = Leave("t", "test", moment, tls=False, repetitions=count)
        listener = socket.create_server(("127.0.0.1", 0))
        with leave.watching_source(scenario, None) as source:

            def accept() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        client, _ = listener.accept()
                        arguments = (client, source.port, delay_s)
                        threads.append(threading.Thread(target=forward, args=arguments))
                        threads[-1].start()

            threads: list[threading.Thread] = []
            accepting = threading.Thread(target=accept)
            accepting.start()
            port = listener.getsockname()[1]
            server = Running(port, [], "", "test", "test")
            try:
                return leave.measure(scenario, server, source, None)
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                listener.close()
                for thread in [accepting, *threads]:
                    thread.join()

    def test_prompt(self) -> None:
        """A gateway that leaves at once has every departure noticed."""
        for moment in MOMENTS:
            figures = self.measured(moment, 0, 6)
            self.assertEqual(figures["missed"], 0)
            self.assertLess(figures["p50_ms"], 1000)
            self.assertGreater(figures["p50_ms"], 0)

    def test_late(self) -> None:
        """A gateway that leaves late is caught being late."""
        figures = self.measured("during the body", 0.1, 3)
        self.assertEqual(figures["missed"], 0)
        self.assertGreaterEqual(figures["p50_ms"], 100)

    def test_never(self) -> None:
        """A gateway that keeps the source waiting has missed the departure."""
        self.patch(leave, "BOUND_S", 1)
        figures = self.measured("during the body", None, 1)
        self.assertEqual(figures["missed"], 1)
        self.assertEqual(figures["p99_ms"], 1000)

    def test_quantile(self) -> None:
        """The nearest rank, never a value that was not measured."""
        values = [float(n) for n in range(1, 201)]
        self.assertEqual(leave.quantile(values, 0.99), 198)
        self.assertEqual(leave.quantile(values, 0.5), 100)
        self.assertEqual(leave.quantile(values, 1), 200)
        self.assertEqual(leave.quantile([3.0], 0.99), 3)
