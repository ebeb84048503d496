"""
How long ``relay apply`` takes for many APIs: ``python -m bench.definitions``.

A daemon with an empty store is sent a directory of APIs, each with a plan, which it
deploys and starts; then the same directory again. Nothing else should run on the
machine.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

APIS = 200
MOST_S = 20
"""The target for the first run."""
_PASSWORD = "correct-horse-battery"
_BOUND_S = 120.0
_READY = re.compile(r"127\.0\.0\.1:(\d+) \(management\)")


def definition(number: int) -> dict[str, Any]:
    """Return an API as the Automation API takes it."""
    return {
        "hrid": f"api-{number:03}",
        "name": f"API {number}",
        "version": "1.0",
        "type": "PROXY",
        "state": "STARTED",
        "listeners": [
            {
                "type": "HTTP",
                "paths": [{"path": f"/api-{number:03}"}],
                "entrypoints": [{"type": "http-proxy"}],
            }
        ],
        "endpointGroups": [
            {
                "name": "main",
                "type": "http-proxy",
                "endpoints": [
                    {
                        "name": "main-1",
                        "type": "http-proxy",
                        "configuration": {"target": "http://127.0.0.1:9/"},
                    }
                ],
            }
        ],
        "plans": [
            {
                "hrid": "open",
                "name": "Open",
                "status": "PUBLISHED",
                "security": {"type": "KEY_LESS"},
            }
        ],
    }


def write_definitions(directory: Path, count: int) -> None:
    """Write one file for each API."""
    directory.mkdir(parents=True)
    for number in range(count):
        path = directory / f"api-{number:03}.json"
        path.write_text(json.dumps(definition(number), indent=2))


def management_port(log: str) -> int | None:
    """Return the port of the management API of a daemon that is ready."""
    found = _READY.search(log)
    return int(found[1]) if found else None


def start(directory: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a daemon, and return it with the port of its management API."""
    log = directory / "twistd.log"
    endpoint = "tcp:0:interface=127.0.0.1"
    command = [
        str(Path(sys.executable).with_name("twistd")),
        "--nodaemon",
        "--pidfile=",
    ]
    command += ["relay", "--data-dir", str(directory / "data")]
    for name in ("--gateway", "--management", "--technical"):
        command += [name, endpoint]
    environment = {**os.environ, "RELAY_ADMIN_PASSWORD": _PASSWORD}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env=environment
        )
    deadline_s = time.monotonic() + _BOUND_S
    while (port := management_port(log.read_text())) is None:
        if process.poll() is not None or time.monotonic() > deadline_s:
            process.kill()
            raise RuntimeError(log.read_text())
        time.sleep(0.05)
    return process, port


def apply_s(directory: Path, port: int) -> tuple[float, str]:
    """Apply a directory, and return the seconds and the last line of the output."""
    environment = {
        **os.environ,
        "RELAY_URL": f"http://127.0.0.1:{port}",
        "RELAY_USER": "admin",
        "RELAY_PASSWORD": _PASSWORD,
    }
    relay = Path(sys.executable).with_name("relay")
    begun_s = time.monotonic()
    ended = subprocess.run(
        [str(relay), "apply", "-f", str(directory)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return time.monotonic() - begun_s, ended.stdout.splitlines()[-1]


def main() -> int:
    """Print the times of both runs; the status is 1 beyond the target."""
    with tempfile.TemporaryDirectory(prefix="relay-definitions-") as name:
        directory = Path(name)
        write_definitions(directory / "apis", APIS)
        process, port = start(directory)
        try:
            first_s, first = apply_s(directory / "apis", port)
            again_s, again = apply_s(directory / "apis", port)
        finally:
            process.terminate()
            process.wait(_BOUND_S)
    print(f"{APIS} APIs, created and started: {first_s:.1f} s ({first})")
    print(f"the same again: {again_s:.1f} s ({again})")
    print(f"target: at most {MOST_S} s for the first run")
    return 0 if first_s <= MOST_S else 1


if __name__ == "__main__":
    sys.exit(main())
