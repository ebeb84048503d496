"""The machine of a run, and the cores of its programs."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("twisted", "treq", "klein", "pyopenssl", "cryptography", "sqlalchemy")
SYSCTLS = (
    "net/core/somaxconn",
    "net/ipv4/tcp_rmem",
    "net/ipv4/tcp_wmem",
    "net/ipv4/ip_local_port_range",
)


Core = int | frozenset[int] | None
"""Where a program runs: on a core, on any of some, or wherever its parent does."""


@dataclass(frozen=True)
class Cores:
    """
    The core of the measured server, and the core of the load.
    """

    server: Core
    load: Core
    """Both ``None`` where there is only one core, so that nothing is pinned."""

    def shared_by(self, processes: int) -> Cores:
        """
        Put a server and its load on the same cores.

        :param processes: how many cores, of the two that there are at most.
        """
        if self.server is None or self.load is None or processes < 2:
            return Cores(self.server, self.server)
        both = cores_of(self.server) | cores_of(self.load)
        return Cores(both, both)

    @classmethod
    def of_this_machine(cls) -> Cores:
        """Take the first two cores that this process may use."""
        cores = sorted(os.sched_getaffinity(0))
        return cls(cores[0], cores[1]) if len(cores) > 1 else cls(None, None)


def cores_of(core: int | frozenset[int]) -> frozenset[int]:
    """Return the numbers of some cores."""
    return core if isinstance(core, frozenset) else frozenset((core,))


def pin(core: Core) -> None:
    """Put the calling process, and those it starts, on some cores."""
    if core is not None:
        os.sched_setaffinity(0, cores_of(core))


def raise_file_limit() -> int:
    """
    Raise the soft limit of open files to the hard one, for the programs started here.

    :returns: the limit.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def describe(cores: Cores) -> dict[str, object]:
    """Return the properties of this machine that figures may depend on."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": f"{platform.system()} {platform.release()}",
        "libc": " ".join(platform.libc_ver()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "python_build": f"{platform.python_build()[1]}, {platform.python_compiler()}",
        "libraries": {name: version(name) for name in LIBRARIES},
        "compiler": first_line(["gcc", "--version"]),
        "server_core": _shown(cores.server),
        "load_core": _shown(cores.load),
        "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        "load_average_at_start": os.getloadavg()[0],
        "sysctl": {name.replace("/", "."): _sysctl(name) for name in SYSCTLS},
        "commit": _commit(),
    }


def _shown(core: Core) -> str | int:
    if core is None or isinstance(core, int):
        return "not pinned" if core is None else core
    return ", ".join(map(str, sorted(core)))


def first_line(command: list[str]) -> str:
    """Return the first line of a program's output, of either stream."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).partition("\n")[0]


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def _sysctl(name: str) -> str:
    path = Path("/proc/sys", name)
    return " ".join(path.read_text().split()) if path.exists() else "not there"


def _commit() -> str:
    here = Path(__file__).parent
    command = ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return first_line(command)
    except FileNotFoundError:
        return "unknown"
