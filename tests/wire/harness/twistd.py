"""``twistd``, and the places that its daemon reports to listen at."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.wire.harness.interpreter import Process, Run, fork

TWISTD = str(Path(sys.executable).with_name("twistd"))
LOOPBACK = "interface=127.0.0.1"
_READY = re.compile(r"ready: listening on (.+)")
_PLACE = re.compile(r"\S+:(\d+) \((?:listener )?([^()]+)\)")


def ready_places(log: str) -> list[tuple[str, int]]:
    """Find the names and TCP ports of the listeners that a log reports as ready."""
    ready = _READY.search(log)
    if ready is None:
        return []
    return [(name, int(port)) for port, name in _PLACE.findall(ready[1])]


def twistd(
    arguments: list[str],
    log_path: Path,
    environment: dict[str, str] | None = None,
    command: str = "relay",
    program: Sequence[str] = (TWISTD,),
    run: Run = fork,
) -> Process:
    """
    Start twistd in the foreground.

    :param arguments: what follows the command. The technical API of ``relay`` is off
        unless they name its address, since daemons run side by side.
    :param log_path: where its output goes.
    :param environment: more environment.
    :param command: what twistd is to run.
    :param program: what is started as twistd.
    :param run: starts it.
    """
    if command == "relay" and "--technical" not in arguments:
        arguments = [*arguments, "--technical", ""]
    with log_path.open("ab") as log:
        return run(
            [*program, "--nodaemon", "--pidfile=", command, *arguments],
            {**os.environ, **(environment or {})},
            log_path.parent,
            log.fileno(),
        )
