"""The control groups (version 2) of a process, whose limits apply to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def groups_of(process: Path, groups: Path) -> Iterator[Path]:
    """
    List the directories of the control groups of a process, from the innermost.

    :param process: its directory in ``/proc``.
    :param groups: where the control groups are mounted.
    """
    group = groups / _group(process).lstrip("/")
    while True:
        yield group
        if group in (groups, group.parent):
            return
        group = group.parent


def read_text(path: Path) -> str:
    """Read a file; one that cannot be read is empty."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _group(process: Path) -> str:
    """Return the path of the process's control group, if it has one."""
    for line in read_text(process / "cgroup").splitlines():
        number, _, path = line.split(":", 2)
        if number == "0":
            return path
    return ""
