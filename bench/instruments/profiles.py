"""
Profiles of Relay by py-spy: `profiled`, and `summary`.

A profile slows what it looks at, so its run is for the profile and not for the figures.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.instruments.machine import Core
from bench.instruments.processes import BenchError, start
from bench.scenario import Phase
from bench.servers.peers import program

ENDS: dict[Phase, str] = {"opening": "settling", "window": "draining"}
RATE_HZ = 100
WAITING = "Condition.wait (threading.py)"
"""What threads do that have nothing to do, and that py-spy takes for work."""
SHOWN = 12
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Profile:
    """One phase of one server."""

    pid: int
    phase: Phase
    output: Path
    """Collapsed stacks, as flame graphs are drawn of."""
    core: Core
    _process: subprocess.Popen[str] | None = None
    _ticks: tuple[int, int] = (0, 0)
    _shares: dict[str, float] = field(default_factory=dict)

    def at(self, phase: str) -> None:
        """Sample from the beginning of the phase to its end."""
        if phase == self.phase:
            self._ticks = _ticks(self.pid)
            found = program("py-spy")
            if found is None:
                raise BenchError("a profile needs py-spy: pip install py-spy")
            command = [found, "record", "--function", "--format", "raw"]
            command += ["--rate", str(RATE_HZ), "--pid", str(self.pid)]
            command += ["--output", str(self.output)]
            self._process = start(
                command, self.core, output=self.output.with_suffix(".log")
            )
        elif phase == ENDS[self.phase] and self._process is not None:
            user, system = _ticks(self.pid)
            user, system = user - self._ticks[0], system - self._ticks[1]
            self._shares = {"user": user / TICKS_PER_S, "system": system / TICKS_PER_S}
            # py-spy writes what it has at an interrupt.
            self._process.send_signal(2)
            self._process.wait(30)

    def finish(self) -> None:
        """Write the summary beside the stacks."""
        if self._process is None or not self.output.exists():
            raise BenchError("py-spy gave no profile")
        shares = ", ".join(f"{name} {s:.2f} s" for name, s in self._shares.items())
        text = f"CPU time, {self.phase}: {shares}\n\n"
        text += summary(self.output.read_text())
        self.output.with_suffix(".txt").write_text(text)


@contextmanager
def profiled(
    pid: int, phase: Phase, directory: Path, name: str, core: Core
) -> Iterator[Profile]:
    """
    Profile a process in one phase of the load client.

    :param name: of the files in the directory.
    :raises BenchError: there is no py-spy, or it gave nothing.
    """
    directory.mkdir(parents=True, exist_ok=True)
    profile = Profile(pid, phase, (directory / f"{name}.stacks").absolute(), core)
    yield profile
    profile.finish()


def summary(stacks: str) -> str:
    """
    List the functions by their own time, and by their time with callees.

    A system call counts as its caller's own time; threads that wait do not count.

    :param stacks: lines of ``outermost;…;innermost COUNT``.
    """
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    total = 0
    for line in stacks.splitlines():
        frames, _, count = line.rpartition(" ")
        if not frames or not count.isdigit():
            continue
        names = [_named(frame) for frame in frames.split(";")]
        if names[-1] == WAITING:
            continue
        own[names[-1]] += int(count)
        for name in set(names):
            whole[name] += int(count)
        total += int(count)
    lines = [f"{total} samples", "", "own    with callees  function"]
    lines += [
        f"{100 * count / total:4.1f} %       {100 * whole[name] / total:5.1f} %  {name}"
        for name, count in own.most_common(SHOWN)
    ]
    return "\n".join(lines) + "\n"


def _named(frame: str) -> str:
    """Leave out the line, which py-spy adds to the file."""
    return re.sub(r":\d+\)$", ")", frame)


def _ticks(pid: int) -> tuple[int, int]:
    """Return the user and system time of a process, in clock ticks (see proc(5))."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(after_name[11]), int(after_name[12])
