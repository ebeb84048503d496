"""The files that come with Relay, such as units of systemd."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_COMMAND = re.compile(r"^(Exec\w+=[-@:+!|]*)/opt/relay/bin/", re.M)
"""Matches the beginning of a command of a unit, which is in ``/opt/relay`` until it is
printed."""


def shipped_directory() -> Path:
    """Return the directory of the files: in the package, or in the checkout that a
    development installation links to."""
    packaged = Path(__file__).parents[2] / "etc"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "etc"


def shipped_files(directory: Path | None = None) -> list[str]:
    """
    List the files, by their paths in the directory.

    :param directory: of the files; None for that of this installation.
    """
    root = directory or shipped_directory()
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()
    )


def text_of(name: str) -> str:
    """
    Return the content of a file. In a unit of systemd, the paths of the commands that
    it starts are those of this installation.

    :param name: one of :func:`shipped_files`.
    """
    text = (shipped_directory() / name).read_text(encoding="utf-8")
    if name.endswith((".service", ".socket")):
        here = os.path.join(sys.prefix, "bin")
        text = _COMMAND.sub(lambda found: f"{found[1]}{here}/", text)
    return text
