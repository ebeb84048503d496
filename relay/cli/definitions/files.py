"""The files that ``-f`` names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from relay.cli.errors import Failed

STDIN = "-"
"""Names the standard input."""
SUFFIXES = (".json", ".yaml", ".yml")
"""Files of a directory with other suffixes are left aside."""
MOST_BYTES = 16 << 20
"""Limit of the size of a file, and of the standard input."""


@dataclass(frozen=True)
class Source:
    """A file, and its contents."""

    name: str
    """The path as it was given, or ``-``."""
    content: bytes = field(repr=False)


def read_sources(names: Iterable[str]) -> list[Source]:
    """
    Read files, the files of directories, and the standard input.

    :param names: paths, or ``-`` for the standard input. Directories are read with all
        directories in them, in the order of their names, without hidden ones.
    :raises Failed: if one cannot be read, or there is none.
    """
    sources: dict[str, Source] = {}
    for name in names:
        for path in _files(name):
            if path not in sources:
                sources[path] = Source(path, _read(path))
    if not sources:
        raise Failed(f"there is no file that ends with {', '.join(SUFFIXES)}")
    return list(sources.values())


def _files(name: str) -> Iterator[str]:
    if name == STDIN or not Path(name).is_dir():
        yield name
        return
    for directory, directories, files in os.walk(name):
        directories[:] = sorted(one for one in directories if not one.startswith("."))
        for file in sorted(files):
            if file.endswith(SUFFIXES) and not file.startswith("."):
                yield os.path.join(directory, file)


def _read(name: str) -> bytes:
    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with open(name, "rb") as file:
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Failed(f"cannot read {name}: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise Failed(f"{name} is larger than {MOST_BYTES >> 20} MiB")
    return content
