"""
How exact the times of a replay are: ``python -m bench.replay``.

A capture with reads at random times is replayed by ``relay replay`` and by ``twistd
relay-source --replay``. A client that blocks on the pipe, or on a socket, takes the
time of each read. The error of a read is its time minus that in the capture, up to a
constant. Nothing else should run on the machine; ``chrt -f 50`` helps where it does.
"""

from __future__ import annotations

import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from relay.captures.format import Head, Opened, Received, Stopped
from relay.captures.writer import CaptureWriter

READS = 1_000
MEAN_GAP_US = 10_000
_BOUND_S = 120.0
_EVENT = re.compile(rb"id: (\d+)\n")


def write_capture(path: Path, seed: int = 1) -> list[int]:
    """
    Write a capture with numbered events, one in each read.

    :return: their times in microseconds.
    """
    chance = random.Random(seed)
    times_us: list[int] = []
    at_us = 0
    with path.open("wb", buffering=0) as file:
        writer = CaptureWriter(file, Head("", "http://source.example/"))
        writer.write(Opened(0, 200, (("content-type", "text/event-stream"),), ""))
        for number in range(READS):
            at_us += round(chance.expovariate(1 / MEAN_GAP_US)) + 200
            times_us.append(at_us)
            data = b"id: %d\ndata: {}\n\n" % number
            writer.write(Received(at_us, data))
        writer.write(Stopped(at_us, "made"))
    return times_us


def arrivals_us(read: Callable[[], bytes]) -> list[int]:
    """Read up to the last event, and return when each arrived, in microseconds."""
    found: list[int] = []
    rest = b""
    while len(found) < READS:
        data = read()
        now_us = time.monotonic_ns() // 1000
        if not data:
            raise RuntimeError(f"only {len(found)} events arrived")
        *lines, rest = (rest + data).split(b"\n")
        found += [now_us for line in lines if _EVENT.fullmatch(line + b"\n")]
    return found


def errors_ms(arrived_us: Sequence[int], due_us: Sequence[int]) -> list[float]:
    """
    Return the errors, sorted, in milliseconds.

    The median of the offsets is the beginning: the first read is no more exact than the
    others.
    """
    offsets = [a - d for a, d in zip(arrived_us, due_us, strict=True)]
    middle = sorted(offsets)[len(offsets) // 2]
    return sorted(abs(one - middle) / 1000 for one in offsets)


def of_command(path: Path) -> list[int]:
    """Measure ``relay replay``."""
    relay = Path(sys.executable).with_name("relay")
    with subprocess.Popen(
        [str(relay), "replay", str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        handle = process.stdout.fileno()
        return arrivals_us(lambda: os.read(handle, 65_536))


def of_source(path: Path) -> list[int]:
    """Measure ``twistd relay-source --replay``."""
    twistd = Path(sys.executable).with_name("twistd")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(twistd), "--nodaemon", "--pidfile=", "relay-source"]
    command += ["--replay", str(path), "--listen", f"tcp:{port}:interface=127.0.0.1"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            with _connected(port) as client:
                client.settimeout(_BOUND_S)
                client.sendall(b"GET / HTTP/1.1\r\nHost: source\r\n\r\n")
                return arrivals_us(lambda: client.recv(65_536))
        finally:
            process.terminate()


def _connected(port: int) -> socket.socket:
    deadline_s = time.monotonic() + _BOUND_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.05)


def main() -> None:
    """Print the errors of both."""
    with tempfile.TemporaryDirectory(prefix="relay-replay-") as directory:
        path = Path(directory) / "made.jsonl"
        due_us = write_capture(path)
        print(
            f"{READS} reads, {MEAN_GAP_US / 1000:g} ms apart on average; errors in ms"
        )
        for name, measure in (
            ("relay replay", of_command),
            ("twistd relay-source --replay", of_source),
        ):
            errors = errors_ms(measure(path), due_us)
            p50, p99 = errors[len(errors) // 2], errors[len(errors) * 99 // 100]
            within = sum(one <= 1 for one in errors) / len(errors)
            print(
                f"{name}: p50 {p50:.3f}, p99 {p99:.3f}, max {errors[-1]:.3f}; "
                f"{within:.1%} within 1 ms"
            )


if __name__ == "__main__":
    main()
