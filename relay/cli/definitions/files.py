"""The files that ``-f`` names."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISREG

from relay.cli.errors import Failed

STDIN = "-"
"""Names the standard input."""
SUFFIXES = (".json", ".yaml", ".yml")
"""Files of a directory with other suffixes are left aside."""


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
                sources[path] = Source(path, read_file(path, path != name))
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


def read_file(name: str, is_found: bool = False) -> bytes:
    """
    Read a file, or the standard input.

    :param name: a path, or ``-`` for the standard input.
    :param is_found: whether the file was found in a directory, where only regular files
        are read: nobody has asked to wait for a pipe or to read a device.
    :raises Failed: if it cannot be read, or is larger than a document may be.
    """
    from relay.dialects.document import MOST_BYTES

    try:
        if name == STDIN:
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with open(
                name, "rb", opener=_without_waiting if is_found else None
            ) as file:
                if is_found and not S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise Failed(f"cannot read {name}: it is not a regular file")
                content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Failed(f"cannot read {name}: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise Failed(f"{name} is larger than {MOST_BYTES >> 20} MiB")
    return content


def _without_waiting(path: str, flags: int) -> int:
    """Open a file without waiting for the writer of a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)
