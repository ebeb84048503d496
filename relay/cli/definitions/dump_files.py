"""The files of a dump in a directory: one for each object."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from relay.cli.definitions.definition import Key
from relay.cli.definitions.files import read_sources
from relay.cli.definitions.kinds import API, KINDS
from relay.cli.definitions.reading import key_of
from relay.cli.definitions.selection import Selection
from relay.cli.errors import Failed
from relay.dialects import read
from relay.dialects.draft import Draft
from relay.dialects.finding import Refused
from relay.model.hrid import is_hrid

_DIRECTORIES = {kind: f"{kind}s" for kind in KINDS} | {API: "apis"}


def file_of(key: Key) -> str:
    """
    Return the path of an object in the directory of a dump.

    :raises Failed: if the server names it by what is no hrid, such as ``../x``.
    """
    names = [key.api, key.hrid] if key.api else [key.hrid]
    if not all(map(is_hrid, names)):
        raise Failed(f"the server has the {key.kind} {'/'.join(names)!r}: no hrid")
    return "/".join((_DIRECTORIES[key.kind], *names)) + ".yaml"


def check_replaced(root: Path, texts: Mapping[str, str]) -> None:
    """
    Check that a dump replaces files of earlier dumps only.

    :param texts: what is written, by the paths in the directory.
    :raises Failed: with the other files.
    """
    others = [
        str(root / path)
        for path, text in texts.items()
        if (root / path).exists()
        and not _has(root / path, text)
        and _dumped(root, root / path) is None
    ]
    if others:
        raise Failed("these files are not of an earlier dump; move them away", others)


def gone(root: Path, existing: Collection[Key], selection: Selection) -> list[Path]:
    """
    List the files of earlier dumps whose objects the server does not have any more.

    A file is of a dump if it has the definition of one object, and the path that a dump
    writes it to.

    :param existing: the objects of the server, selected or not.
    :param selection: the files of other objects are left aside.
    """
    found = []
    for path in _files(root):
        if (draft := _dumped(root, path)) is not None:
            key = key_of(draft)
            labels = draft.body.get("labels")
            names = map(str, labels) if isinstance(labels, list) else ()
            if key not in existing and selection.matches(
                key.kind, key.hrid, tuple(names)
            ):
                found.append(path)
    return found


def _files(root: Path) -> Iterator[Path]:
    for directory in _DIRECTORIES.values():
        for path in sorted((root / directory).rglob("*.yaml")):
            if path.is_file() and not path.is_symlink():
                yield path


def _dumped(root: Path, path: Path) -> Draft | None:
    """Return the only draft of a file, or None if it is not of a dump."""
    try:
        (source,) = read_sources([str(path)])
        (draft,) = read(source.content)
        same = path == root / file_of(key_of(draft))
    except (Failed, Refused, ValueError):
        return None
    return draft if same else None


def _has(path: Path, text: str) -> bool:
    try:
        return path.read_bytes() == text.encode()
    except (OSError, UnicodeEncodeError):
        return False
