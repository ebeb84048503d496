"""The built files of the console, which browsers load."""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

INDEX = "index.html"
"""The page of every path that is not a file."""
TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
"""The media types of the files that there may be."""
_HASHED = re.compile(rf"[^/]+-[\w-]{{8}}\.(?:{'|'.join(TYPES)})")
_LEAST_SAVED = 0.9
"""A file whose compressed form is larger than this share of it is sent as it is."""


def is_hashed(name: str) -> bool:
    """
    Return whether a name has a hash of the file's content, as the build names files.

    :param name: of a file, or the part of a URL's path where one would be.
    """
    return _HASHED.fullmatch(name) is not None


@dataclass(frozen=True)
class Asset:
    """
    One file.

    :param name: within the directory of the assets.
    """

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """The value of ``Content-Type``."""
        return TYPES[self.name.rpartition(".")[2]]

    @cached_property
    def compressed(self) -> bytes | None:
        """The content in gzip, made once; None where that saves little."""
        made = gzip.compress(self.content, mtime=0)
        return made if len(made) < _LEAST_SAVED * len(self.content) else None

    @cached_property
    def tag(self) -> str:
        """The entity tag, without quotes, of the content that is not compressed."""
        return hashlib.sha256(self.content).hexdigest()[:32]


class Assets:
    """
    All files of a directory, read when the first is asked for.

    What is served is looked up by name among the files that were found: a path of a
    request never becomes a path of the file system.

    :param directory: of the built files, which need not exist.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @cached_property
    def by_name(self) -> dict[str, Asset]:
        """The files; none where the console was not built."""
        if not (self.directory / INDEX).is_file():
            return {}
        found = (path for path in self.directory.rglob("*") if path.is_file())
        return {
            name: Asset(name, path.read_bytes())
            for path in found
            if path.suffix[1:] in TYPES
            and (name := path.relative_to(self.directory).as_posix())
        }


def built_assets() -> Assets:
    """Return the files that the package contains."""
    return Assets(Path(__file__).parent / "assets")
