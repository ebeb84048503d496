"""Calls Relay at a steady pace, in a process of its own, and times each call."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.instruments.processes import start, stop

PERIOD_S = 0.05
BOUND_S = 10.0


@dataclass(frozen=True)
class Calls:
    """
    The results of the calls.

    :param took_ms: from the connection to the last byte of each, in milliseconds.
    :param failed: how many were not answered with 200.
    """

    took_ms: list[float]
    failed: int


@dataclass
class Probe:
    """
    The calls under way.

    :param process: makes them.
    """

    process: subprocess.Popen[str]

    @classmethod
    @contextmanager
    def running(cls, port: int, path: str) -> Iterator[Probe]:
        """
        Call for as long as the block lasts.

        :param port: the gateway's.
        :param path: what is asked for.
        """
        command = [sys.executable, "-m", "bench.soak.probe", str(port), path]
        process = start(command, None)
        try:
            yield cls(process)
        finally:
            stop(process)

    def ended(self) -> Calls:
        """Stop calling, and return the results."""
        self.process.terminate()
        output, _ = self.process.communicate(timeout=BOUND_S)
        return Calls(**json.loads(output))


def call(port: int, request: bytes) -> float | None:
    """
    Call once, on a connection of its own.

    :param request: one that is answered with the end of the connection.
    :return: how long it took, in milliseconds; None when it failed.
    """
    begun_s = time.perf_counter()
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), BOUND_S) as connection:
            connection.sendall(request)
            while more := connection.recv(65536):
                answer += more
    except OSError:
        return None
    if b" 200 " not in answer.partition(b"\r\n")[0]:
        return None
    return (time.perf_counter() - begun_s) * 1000.0


def main(port: int, path: str) -> None:
    """
    Call until the process receives SIGTERM, and print the results.

    :param port: the gateway's.
    :param path: what is asked for.
    """
    import signal

    over = []
    signal.signal(signal.SIGTERM, lambda *_: over.append(True))
    request = f"GET {path} HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n".encode()
    took_ms: list[float] = []
    failed = 0
    due_s = time.monotonic()
    while not over:
        time.sleep(max(0.0, due_s - time.monotonic()))
        due_s = max(due_s + PERIOD_S, time.monotonic())
        took = call(port, request)
        if took is None:
            failed += 1
        else:
            took_ms.append(took)
    print(json.dumps({"took_ms": took_ms, "failed": failed}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
